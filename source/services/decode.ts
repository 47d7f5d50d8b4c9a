import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';

/** One row or object of an answer; nothing is known about its values. */
export type Row = Readonly<Record<string, unknown>>;

export function asRow(value: unknown): Row | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Row)
    : undefined;
}

/** The rows of a list; entries that are no objects are skipped. */
export function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(asRow).filter((row) => row !== undefined) : [];
}

/** Text that is there: missing, null, objects and the empty string are undefined. */
export function text(value: unknown): SafeText | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return sanitise(value);
  return typeof value === 'string' && value !== '' ? sanitise(value) : undefined;
}

/** A finite number, also from a numeric string; anything else is unknown. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value)) {
    return undefined;
  }
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

/** A size, count, rate or fraction: a number that is not negative and not absurd (at most 2^63). */
export function amount(value: unknown): number | undefined {
  const parsed = number(value);
  return parsed !== undefined && parsed >= 0 && parsed <= 2 ** 63 ? parsed : undefined;
}

export function integer(value: unknown): number | undefined {
  const parsed = number(value);
  return parsed !== undefined && Number.isSafeInteger(parsed) ? parsed : undefined;
}

/** Proxmox's booleans: 0, 1, "0", "1", and true and false; anything else is unknown. */
export function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === '1') return true;
  if (value === 0 || value === '0' || value === '') return false;
  return undefined;
}

const year2100 = 4_102_444_800;

/**
 * A time in seconds since the epoch. 0, milliseconds by mistake and times far ahead are unknown;
 * with `now` (ms, the server's clock) anything more than a day in the future is unknown too.
 */
export function epoch(value: unknown, now?: number): number | undefined {
  const parsed = number(value);
  if (parsed === undefined || parsed <= 0 || parsed >= year2100) return undefined;
  return now !== undefined && parsed > now / 1000 + 86_400 ? undefined : parsed;
}

/** A list written as text: separated by `,`, `;` or spaces. */
export function words(value: unknown, separator = /[;, ]+/): SafeText[] | undefined {
  if (typeof value !== 'string') return undefined;
  return value
    .split(separator)
    .filter((part) => part !== '')
    .map(sanitise);
}

/** A line of a task's log: a progress bar rewrites it with carriage returns, and only its last state is shown. */
export function logLine(line: unknown): SafeText {
  if (typeof line !== 'string') return sanitise(line);
  return sanitise(
    line
      .replace(/[\r\n]+$/, '')
      .split('\r')
      .at(-1),
  );
}

/** An object without its undefined values, so that "not told" is the absence of the key. */
export function told<T extends object>(value: T): T {
  // Built up rather than deleted from: an object that lost a key is a dictionary to V8, larger and slow to read.
  const result: Partial<T> = {};
  for (const key in value) if (value[key] !== undefined) result[key] = value[key];
  return result as T;
}

/** The answer's data when it has the promised shape; a wrong shape is a failure, never an empty list. */
export function expectList(data: unknown, where: SafeText): Result<readonly unknown[]> {
  return Array.isArray(data) ? ok(data) : fail(wrongShape(where));
}

export function expectRow(data: unknown, where: SafeText): Result<Row> {
  const row = asRow(data);
  return row ? ok(row) : fail(wrongShape(where));
}

function wrongShape(where: SafeText): Failure {
  return {
    kind: 'bad-answer',
    what: say`The answer does not have the shape the API promises`,
    where,
  };
}
