import type { Failure } from '../../domain/failure.ts';
import { fail, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';

const first = 60_000;
const longest = 15 * 60_000;

/**
 * Remembers which datastores did not answer a walk in time. Such a walk goes on in the server's own thread, and each further
 * one takes another: so nothing is asked of that datastore for 1 min, then 2, 4, up to 15.
 */
export class Walks {
  readonly #now: () => number;
  readonly #paused = new Map<string, { readonly until: number; readonly pause: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Does a walk unless its datastore is left alone, and learns from how it ended. */
  async walk<T>(store: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
    const paused = this.#paused.get(store);
    const left = paused === undefined ? 0 : paused.until - this.#now();
    if (left > 0) return fail(leftAlone(store, left));
    const result = await work();
    if (result.ok) this.#paused.delete(store);
    else if (result.failure.kind === 'timeout') {
      // Several that ended together are one pause.
      const known = this.#paused.get(store);
      if (known !== paused) return result;
      const pause = Math.min(longest, paused ? paused.pause * 2 : first);
      this.#paused.set(store, { until: this.#now() + pause, pause });
    }
    return result;
  }

  reset(): void {
    this.#paused.clear();
  }
}

function leftAlone(store: string, left: number): Failure {
  const seconds = Math.ceil(left / 1000);
  return {
    kind: 'timeout',
    what: say`Datastore ${sanitise(store)} did not answer in time and is left alone for a while`,
    next: say`asked again in ${seconds} s, or refresh`,
  };
}
