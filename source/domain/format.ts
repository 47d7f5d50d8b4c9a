import type { SafeText } from './safe-text.ts';

/** Stands for a value that nobody told us. Never shown as 0 or empty. */
export const UNKNOWN = '?' as SafeText;
/** Stands for a value that cannot exist here (the cpu load of a stopped guest). */
export const NOT_APPLICABLE = '–' as SafeText;

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function isKnown(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

function scaled(value: number): { readonly digits: string; readonly unit: string } {
  let rest = Math.abs(value);
  let unit = 0;
  while (rest >= 1023.5 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  const decimals = unit === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return {
    digits: `${value < 0 ? '-' : ''}${rest.toFixed(decimals)}`,
    unit: units[unit] ?? 'B',
  };
}

/** `1.50 GiB`: IEC units, three significant digits (1000 to 1023 keep four). At most 8 cells. */
export function bytes(value: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(value)) return absent;
  const { digits, unit } = scaled(value);
  return `${digits} ${unit}` as SafeText;
}

/** Bytes per second: `12.3 MiB/s`. */
export function rate(value: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  return isKnown(value) ? (`${bytes(value)}/s` as SafeText) : absent;
}

/** `1.50/4.00 GiB`, or `512 MiB/4.00 GiB` when the units differ; each side may be absent, both make one sign. */
export function usedOf(
  used: number | undefined,
  total: number | undefined,
  absent: SafeText = UNKNOWN,
): SafeText {
  if (!isKnown(used) && !isKnown(total)) return absent;
  if (!isKnown(total)) return `${bytes(used)}/?` as SafeText;
  if (!isKnown(used)) return `${absent}/${bytes(total)}` as SafeText;
  const [left, right] = [scaled(used), scaled(total)];
  const first = left.unit === right.unit ? left.digits : `${left.digits} ${left.unit}`;
  return `${first}/${right.digits} ${right.unit}` as SafeText;
}

/** A fraction 0..1 as `23%`. More than nothing never reads `0%`, less than everything never `100%`. */
export function percent(fraction: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(fraction)) return absent;
  if (fraction > 0 && fraction < 0.005) return '<1%' as SafeText;
  if (fraction < 1 && fraction >= 0.995) return '99%' as SafeText;
  return `${Math.round(fraction * 100)}%` as SafeText;
}

/** used/total as a fraction; undefined when either is unknown or the total is 0. */
export function fractionOf(
  used: number | undefined,
  total: number | undefined,
): number | undefined {
  return isKnown(used) && isKnown(total) && total > 0 ? used / total : undefined;
}

/** How long ago or how old, in one unit: `4 s`, `12 min`, `3 h`, `5 d`. Milliseconds; a future time counts as `0 s`. */
export function age(ms: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(ms)) return absent;
  const span = Math.max(0, ms);
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s` as SafeText;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min` as SafeText;
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)} h` as SafeText;
  return `${Math.floor(span / DAY)} d` as SafeText;
}

/** A span in its two largest units: `4 s`, `2 min 5 s`, `3 h 12 min`, `5 d 2 h`. Milliseconds. */
export function duration(ms: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(ms)) return absent;
  const span = Math.max(0, ms);
  const steps: readonly [number, string][] = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ];
  const first = steps.findIndex(([size]) => span >= size);
  if (first === -1) return '0 s' as SafeText;
  const [size, word] = steps[first] ?? [SECOND, 's'];
  const [nextSize, nextWord] = steps[first + 1] ?? [0, ''];
  const whole = Math.floor(span / size);
  const rest = nextSize === 0 ? 0 : Math.floor((span % size) / nextSize);
  return (rest === 0 ? `${whole} ${word}` : `${whole} ${word} ${rest} ${nextWord}`) as SafeText;
}

/** Uptime in seconds as {@link duration}; 0 means it does not run. */
export function uptime(seconds: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(seconds)) return absent;
  return seconds <= 0 ? NOT_APPLICABLE : duration(seconds * SECOND);
}

const two = (value: number) => String(value).padStart(2, '0');

/** `14:03:22` in the local zone; ms since the epoch. */
export function clockTime(ms: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(ms)) return absent;
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return absent;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}` as SafeText;
}

/** `2026-11-21` in the local zone; ms since the epoch. */
export function dateOf(ms: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  if (!isKnown(ms)) return absent;
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return absent;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` as SafeText;
}

/** `2026-11-21 14:03` in the local zone; ms since the epoch. */
export function dateTime(ms: number | undefined, absent: SafeText = UNKNOWN): SafeText {
  const day = dateOf(ms, absent);
  return day === absent ? absent : (`${day} ${clockTime(ms).slice(0, 5)}` as SafeText);
}

/** `1 guest`, `3 guests`, `? guests`. Give the plural when it is not singular + s. */
export function count(
  value: number | undefined,
  singular: string,
  plural = `${singular}s`,
): SafeText {
  if (!isKnown(value)) return `? ${plural}` as SafeText;
  return `${value} ${value === 1 ? singular : plural}` as SafeText;
}

/** A plain number with at most two decimals (`0.52`), for load averages and the like. */
export function decimal(
  value: number | undefined,
  places = 2,
  absent: SafeText = UNKNOWN,
): SafeText {
  return isKnown(value) ? (value.toFixed(places) as SafeText) : absent;
}
