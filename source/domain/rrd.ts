export type Timeframe = 'hour' | 'day' | 'week' | 'month' | 'year';

/**
 * One sample; a missing key means unknown at that time. `time` in seconds; cpu 0..1, sizes in bytes, net and disk in bytes/s.
 * Since PVE 9 also `memhost` (bytes) and `pressurecpusome`, `pressureiofull` … (percent).
 */
export type RrdPoint = { readonly time: number } & { readonly [key: string]: number | undefined };
