/** An answer that is no success. `errors` names parameters; `message` is one line without a newline. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, errors?: Readonly<Record<string, string>>) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

/** What a Perl `die` in a handler becomes: 500 with the text. */
export function died(message: string): ApiError {
  return new ApiError(500, message);
}

export function parameterErrors(errors: Readonly<Record<string, string>>): ApiError {
  return new ApiError(400, 'Parameter verification failed.', errors);
}

export function notPermitted(what: string): ApiError {
  return new ApiError(403, `Permission check failed (${what})`);
}

/** 401, which the server holds back for 3 s and sends without a body. */
export function unauthorized(message: string): ApiError {
  return new ApiError(401, message);
}

/** The connected node could not reach the node that would answer: an empty 595. */
export function nodeUnreachable(): ApiError {
  return new ApiError(595, 'No route to host');
}
