import { age, bytes } from '../format.ts';
import { say } from '../safe-text.ts';
import type { Artefact } from './artefact.ts';
import type { PlaceInput, Reason } from './verdict-types.ts';

/** A stamp so far ahead of the server's clock cannot be right. */
export const futureTolerance = 300_000;
/** PBS's own advice is to verify again every month. */
export const verifyDefault = 30 * 86_400_000;
/** Small differences between the node's clock and the one that made the guest. */
const createdTolerance = 60_000;

/** Finished, dated, and no verification of it failed. */
export function isGood(artefact: Artefact): boolean {
  return (
    artefact.finished === true &&
    artefact.time !== undefined &&
    artefact.time > 0 &&
    artefact.verification?.state !== 'failed'
  );
}

export function newestGood(list: readonly Artefact[]): Artefact | undefined {
  return newestFirst(list.filter(isGood))[0];
}

function newestFirst(list: readonly Artefact[]): readonly Artefact[] {
  return [...list].sort((a, b) => (b.time ?? 0) - (a.time ?? 0));
}

/** When the newest check of this very copy that went well was. */
export function verifiedAt(list: readonly Artefact[]): number | undefined {
  const times = list.flatMap(({ verification }) =>
    verification?.state === 'ok' && verification.own !== false && verification.at !== undefined
      ? [verification.at]
      : [],
  );
  return times.length === 0 ? undefined : Math.max(...times);
}

/** A check went well, but when is not told: PVE passes on the state of a PBS's backup without its date. */
export function verifiedUndated(list: readonly Artefact[]): boolean {
  return list.some(
    ({ verification }) =>
      verification?.state === 'ok' && verification.own !== false && verification.at === undefined,
  );
}

export function clockReasons(list: readonly Artefact[], serverNow: number): readonly Reason[] {
  const reasons: Reason[] = [];
  const ahead = list.filter(({ time }) => (time ?? 0) > serverNow + futureTolerance);
  if (ahead.length > 0) {
    const text = say`clock: ${ahead.length} dated in the future`;
    reasons.push({ level: 'unknown', cause: 'clock', text });
  }
  const undated = list.filter(({ time }) => time === undefined || time <= 0);
  if (undated.length > 0) {
    const text = say`clock: ${undated.length} without a date`;
    reasons.push({ level: 'unknown', cause: 'clock', text });
  }
  return reasons;
}

export function ageReasons(
  input: PlaceInput,
  list: readonly Artefact[],
  lastGood: Artefact | undefined,
  since: number | undefined,
): readonly Reason[] {
  if (!lastGood || since === undefined) return [noneReason(list)];
  const { rpo, guestCreated, running, lastRun } = input;
  if (guestCreated !== undefined && (lastGood.time ?? 0) < guestCreated - createdTolerance) {
    const text = say`older than the guest: does it belong to an earlier one with this VMID?`;
    return [{ level: 'unknown', cause: 'identity', text }];
  }
  if (rpo === undefined) {
    const text = say`${age(since)} old; how old it may be is not known`;
    return [{ level: 'unknown', cause: 'rpo', text }];
  }
  if (since <= rpo) return [];
  const text = say`last good backup ${age(since)} ago, ${age(rpo)} allowed`;
  const underway = running === true && lastRun?.outcome === 'ok';
  return [{ level: since <= 1.5 * rpo || underway ? 'warn' : 'crit', cause: 'late', text }];
}

function noneReason(list: readonly Artefact[]): Reason {
  if (list.some(({ finished }) => finished === undefined)) {
    const text = say`whether its backups are finished is not told`;
    return { level: 'unknown', cause: 'unread', text };
  }
  const text = list.length === 0 ? say`no backup here` : say`no good backup among ${list.length}`;
  return { level: 'crit', cause: 'none', text };
}

export function verifyReasons(
  input: PlaceInput,
  list: readonly Artefact[],
  verified: number | undefined,
  serverNow: number,
): readonly Reason[] {
  const failed = list.filter(({ verification }) => verification?.state === 'failed');
  if (failed.length > 0) {
    const good = newestFirst(
      list.filter((each) => isGood(each) && each.verification?.state === 'ok'),
    )[0];
    const last = good?.time === undefined ? say`none` : say`${age(serverNow - good.time)} old`;
    const text = say`verification failed for ${failed.length}; last verified good: ${last}`;
    return [{ level: 'crit', cause: 'verify-failed', text }];
  }
  const finished = list.filter(isGood);
  if (!input.place.verifies || finished.length === 0) return [];
  const within = input.verifyWithin ?? verifyDefault;
  if (verified !== undefined && serverNow - verified <= within) return [];
  if (verified === undefined && verifiedUndated(list)) return [];
  const copied = finished.some(
    ({ verification }) => verification?.state === 'ok' && verification.own === false,
  );
  const text =
    verified !== undefined
      ? say`verified ${age(serverNow - verified)} ago, ${age(within)} allowed`
      : copied
        ? say`verified only where it was copied from`
        : say`never verified`;
  return [{ level: 'warn', cause: 'verify-old', text }];
}

/** Fewer than this many older ones make no usual size. */
const sizesNeeded = 3;

/** The newest against the median of the seven before it. */
export function sizeTrend(
  list: readonly Artefact[],
): { readonly newest: number; readonly usual: number } | undefined {
  const sizes = newestFirst(list.filter(isGood)).flatMap(({ size }) =>
    size === undefined ? [] : [size],
  );
  const [newest, ...before] = sizes.slice(0, 8);
  if (newest === undefined || before.length < sizesNeeded) return undefined;
  const sorted = [...before].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return {
    newest,
    usual: sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2,
  };
}

export function sizeReasons(list: readonly Artefact[]): readonly Reason[] {
  const trend = sizeTrend(list);
  if (!trend || trend.usual <= 0) return [];
  const share = trend.newest / trend.usual;
  if (share >= 0.5 && share <= 2) return [];
  const text = say`newest is ${bytes(trend.newest)}, usual is ${bytes(trend.usual)}`;
  return [{ level: 'warn', cause: 'size', text }];
}
