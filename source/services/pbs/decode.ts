import { parsePbsUpid } from '../../domain/pbs-upid.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import { amount, epoch, number, text } from '../decode.ts';

/** The server's clock may be this much behind whoever wrote a time (s). */
const ahead = 300;

/** Takes values over, and each different one only once: thousands of rows repeat owners, files and verifications. */
export class Pool {
  readonly #known = new Map<string, SafeText>();
  readonly #made = new Map<string, object>();

  /** What was made for the same key before, or now. */
  once<T extends object>(key: string, make: () => T): T {
    const known = this.#made.get(key);
    if (known !== undefined) return known as T;
    const made = make();
    this.#made.set(key, made);
    return made;
  }

  /** As `text` of the decoders: missing, null and empty are undefined. */
  take(value: unknown): SafeText | undefined {
    if (typeof value !== 'string') return text(value);
    if (value === '') return undefined;
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const safe = sanitise(value);
    this.#known.set(value, safe);
    return safe;
  }
}

/** Text that may be empty, as the root namespace is. */
export function name(value: unknown): SafeText {
  return text(value) ?? ('' as SafeText);
}

/**
 * A time in the past in seconds, by the server's clock `now` (ms). Zero, milliseconds and what is more than 5 min ahead
 * cannot be right and is unknown.
 */
export function moment(value: unknown, now: number): number | undefined {
  const at = epoch(value);
  return at === undefined || at > now / 1000 + ahead ? undefined : at;
}

/** Seconds since the epoch in the future or the past, for what is planned. */
export function planned(value: unknown): number | undefined {
  return epoch(value);
}

/** Bytes in all, used and free. A row of zeros is how PBS answers a login that may see parts of a datastore only. */
export function space(row: {
  readonly total?: unknown;
  readonly used?: unknown;
  readonly avail?: unknown;
}): { total?: number; used?: number; avail?: number } {
  const total = amount(row.total);
  if (!total) return {};
  const used = amount(row.used);
  const avail = amount(row.avail);
  return {
    total,
    ...(used === undefined ? {} : { used }),
    ...(avail === undefined ? {} : { avail }),
  };
}

/** A whole number that is not negative. */
export function count(value: unknown): number | undefined {
  const parsed = number(value);
  return parsed !== undefined && Number.isSafeInteger(parsed) && parsed >= 0 ? parsed : undefined;
}

/** A UPID as it is, where it is one. */
export function upidText(value: unknown): string | undefined {
  return parsePbsUpid(value)?.upid;
}
