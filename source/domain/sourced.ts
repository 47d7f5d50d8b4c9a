import type { Failure } from './failure.ts';

/**
 * A value with its source's state. Having data and fetching are two axes: an error never erases the last good data.
 * Times are milliseconds since the epoch on our own clock.
 */
export interface Sourced<T> {
  readonly data?: T;
  readonly fetchedAt?: number;
  readonly failure?: Failure;
  readonly fetching: boolean;
  /** After a failure: when it is asked again. */
  readonly retryAt?: number;
}

export const neverFetched: Sourced<never> = { fetching: false };
