import { age, bytes, decimal } from '../format.ts';
import { dedupFactor, type FullEstimate, type GcStatus } from '../pbs-datastore.ts';
import { type SafeText, say } from '../safe-text.ts';

const DAY = 86_400_000;
/** Without data over this many days, no forecast is made. */
export const forecastDays = 14;

/** One moment of a fill history. `value` in bytes (or a fraction 0..1); undefined = a gap. `time` in ms. */
export interface FillPoint {
  readonly time: number;
  readonly value?: number;
}

/**
 * When a store is full. `growing` with `fromDays` to `toDays` (no `toDays` = it may also never be) · `steady` = it does not
 * grow · `full` · `too-short` = less than 14 d of history · `unknown` = its size or its use is not told.
 */
export type Forecast =
  | {
      readonly state: 'growing';
      readonly fromDays: number;
      readonly toDays?: number;
      /** The same unit as the values, for a day. */
      readonly perDay: number;
      readonly text: SafeText;
    }
  | { readonly state: 'steady'; readonly perDay: number; readonly text: SafeText }
  | { readonly state: 'full' | 'too-short' | 'unknown'; readonly text: SafeText };

/** The list that PBS answers: shares of full 0..1, null where it has none. `start` and `delta` in seconds. */
export function fillHistory(
  history: readonly (number | null | undefined)[],
  start: number,
  delta: number,
): readonly FillPoint[] {
  return history.map((value, index) => {
    const time = (start + index * delta) * 1000;
    return value === null || value === undefined || !Number.isFinite(value)
      ? { time }
      : { time, value };
  });
}

/** The largest value of each day (24 h since the epoch), in order; days without a value are left out. */
export function dailyMaxima(points: readonly FillPoint[]): readonly Required<FillPoint>[] {
  const days = new Map<number, number>();
  for (const { time, value } of points) {
    if (value === undefined || !Number.isFinite(value) || !Number.isFinite(time)) continue;
    const day = Math.floor(time / DAY);
    days.set(day, Math.max(days.get(day) ?? value, value));
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, value]) => ({ time: day * DAY, value }));
}

/** The growth in a day: the median of the slopes between all pairs, and where nine of ten such medians lie. */
export interface Trend {
  readonly perDay: number;
  readonly low: number;
  readonly high: number;
}

/** z of a two-sided interval of 90 %. */
const confidence = 1.645;

/**
 * Theil–Sen: one outlier, a day of cleaning up or a gap does not turn the line. The interval is Sen's, by the ranks of the
 * slopes. undefined with fewer than two days.
 */
export function trendOf(points: readonly FillPoint[]): Trend | undefined {
  const days = dailyMaxima(points);
  const slopes = days.flatMap((from, index) =>
    days.slice(index + 1).map((to) => (to.value - from.value) / ((to.time - from.time) / DAY)),
  );
  if (slopes.length === 0) return undefined;
  slopes.sort((a, b) => a - b);
  const count = days.length;
  const spread = confidence * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const at = (rank: number) =>
    slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? 0;
  return {
    perDay: (at(Math.floor((slopes.length - 1) / 2)) + at(Math.ceil((slopes.length - 1) / 2))) / 2,
    low: at((slopes.length - spread) / 2 - 1),
    high: at((slopes.length + spread) / 2),
  };
}

/**
 * When `used` reaches `total` (the unit of the values), from the trend of its history. Growth so slow that it takes more
 * than ten years counts as none.
 */
export function forecastFill(
  points: readonly FillPoint[],
  used: number | undefined,
  total: number | undefined,
): Forecast {
  if (used === undefined || total === undefined || !(total > 0) || used < 0) {
    return { state: 'unknown', text: say`how full it is, is not known` };
  }
  if (used >= total) return { state: 'full', text: say`full` };
  const days = dailyMaxima(points);
  const [first, last] = [days[0], days.at(-1)];
  const span = first && last ? (last.time - first.time) / DAY : 0;
  const trend = trendOf(points);
  if (!trend || span < forecastDays) {
    return {
      state: 'too-short',
      text: say`no forecast: ${Math.floor(span)} d of history, ${forecastDays} are needed`,
    };
  }
  const left = (slope: number) => (slope > 0 ? (total - used) / slope : Number.POSITIVE_INFINITY);
  const limit = 3650;
  if (trend.perDay <= 0 || left(trend.perDay) > limit) {
    return { state: 'steady', perDay: trend.perDay, text: say`not growing` };
  }
  const fromDays = Math.floor(left(Math.max(trend.high, trend.perDay)));
  const late = Math.ceil(left(trend.low));
  const known = { state: 'growing', fromDays, perDay: trend.perDay } as const;
  if (late > limit) return { ...known, text: say`full in ${fromDays} d or later` };
  const text = late - fromDays <= 1 ? say`full in ~${late} d` : say`full in ${fromDays}–${late} d`;
  return { ...known, toDays: late, text };
}

/** PBS's own estimate, plain least squares over a month. */
export function serverEstimate(full: FullEstimate | undefined, now: number): SafeText {
  if (!full) return say`the server has too few points`;
  if (full.kind === 'not-growing') return say`the server sees no growth`;
  if (full.kind === 'far') return say`the server says in more than ten years`;
  const left = full.at * 1000 - now;
  return left <= 0 ? say`the server sees no growth` : say`the server says in ${age(left)}`;
}

/** Deduplication: bytes that backups refer to for each byte on disk. It is as old as the garbage collection it comes from. */
export interface Dedup {
  readonly factor?: number;
  /** ms since the garbage collection. */
  readonly age?: number;
  readonly text: SafeText;
}

/** `now` in ms. A store that never collected its garbage has no factor, which is not a factor of 1. */
export function dedupOf(gc: GcStatus | undefined, now: number): Dedup {
  const factor = dedupFactor(gc);
  if (factor === undefined) return { text: say`not known before a garbage collection` };
  if (gc?.at === undefined) return { factor, text: say`${decimal(factor)}, GC age unknown` };
  const since = Math.max(0, now - gc.at * 1000);
  return { factor, age: since, text: say`${decimal(factor)} (GC ${age(since)} ago)` };
}

/** `+1.20 GiB/d`; `–` and smaller for a shrinking one. */
export function growthWords(perDay: number | undefined): SafeText {
  if (perDay === undefined || !Number.isFinite(perDay)) return say`growth not known`;
  const sign = perDay < 0 ? say`-` : say`+`;
  return say`${sign}${bytes(Math.abs(perDay))}/d`;
}
