import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Redactor } from '../http/redactor.ts';
import type { Authorisation, Credentials } from './credentials.ts';
import type { Dialect } from './dialect.ts';

/** `Authorization: PVEAPIToken=USER@REALM!ID=SECRET`, as the product writes it; needs no CSRF token and no second factor. */
export class TokenCredentials implements Credentials {
  readonly identity: SafeText;
  readonly #token: string;
  readonly #resolve: () => Promise<Result<Secret>>;
  readonly #redactor: Redactor;
  readonly #dialect: Pick<Dialect, 'tokenPrefix' | 'tokenSeparator'>;
  #secret: Promise<Result<Secret>> | undefined;
  stopped: Failure | undefined;
  proven = false;

  constructor(
    token: string,
    resolve: () => Promise<Result<Secret>>,
    redactor: Redactor,
    dialect: Pick<Dialect, 'tokenPrefix' | 'tokenSeparator'>,
  ) {
    this.#dialect = dialect;
    this.#token = token;
    this.#resolve = resolve;
    this.#redactor = redactor;
    this.identity = sanitise(token);
  }

  async authorise(): Promise<Result<Authorisation>> {
    this.#secret ??= this.#resolve();
    const secret = await this.#secret;
    if (!secret.ok) return secret;
    this.#redactor.hide(secret.value);
    // The server unescapes the value.
    const { tokenPrefix, tokenSeparator } = this.#dialect;
    const value = `${this.#token}${tokenSeparator}${secret.value.reveal()}`.replaceAll('%', '%25');
    if (!/^[\x21-\x7e]+$/.test(value)) {
      return fail({
        kind: 'config',
        what: say`The token's secret has characters that cannot be sent`,
        where: this.identity,
        next: say`a token's secret looks like 01234567-89ab-cdef-0123-456789abcdef`,
      });
    }
    return ok({ headers: { authorization: `${tokenPrefix}${value}` }, mark: this });
  }

  accepted(): void {
    this.proven = true;
  }

  async refused(_mark: unknown, failure: Failure): Promise<boolean> {
    this.proven = false;
    this.stopped ??= {
      ...failure,
      what: say`The API token is not valid or was revoked`,
      where: this.identity,
      next: say`check the token and its secret, then refresh`,
    };
    return false;
  }

  reset(): void {
    this.stopped = undefined;
    this.#secret = undefined;
  }
}
