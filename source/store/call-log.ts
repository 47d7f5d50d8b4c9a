import type { CallRecord } from '../domain/inventory.ts';

/** Calls kept for the call log. */
export const callRing = 500;

/** Adds a call, or replaces the pending record of the same id by its outcome. */
export function recordCall(
  calls: readonly CallRecord[],
  record: CallRecord,
): readonly CallRecord[] {
  for (let index = calls.length - 1; index >= 0; index -= 1) {
    if (calls[index]?.id === record.id && calls[index]?.site === record.site) {
      const next = [...calls];
      next[index] = record;
      return next;
    }
  }
  const next = [...calls, record];
  return next.length > callRing ? next.slice(next.length - callRing) : next;
}
