import type { Result } from '../../domain/result.ts';
import type { Envelope } from './dialect.ts';

/** Characters; below, parsing again costs nothing worth the memory. */
const worthKeeping = 100_000;

/**
 * The last large answer: one that is the same to the byte is not parsed again, and whoever holds what was decoded from it
 * sees the very same object.
 */
export class LastLargeAnswer {
  #last:
    | { readonly key: string; readonly body: string; readonly result: Result<Envelope> }
    | undefined;

  /** `key` names the call and the status; `parse` reads the body when it is new. */
  read(key: string, body: string, parse: () => Result<Envelope>): Result<Envelope> {
    if (body.length < worthKeeping) return parse();
    if (this.#last?.key === key && this.#last.body === body) return this.#last.result;
    const result = parse();
    this.#last = { key, body, result };
    return result;
  }
}
