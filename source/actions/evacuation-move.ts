import type { EvacuationMove } from '../domain/evacuation.ts';
import { freeMemory } from '../domain/evacuation.ts';
import { describeFailure } from '../domain/failure.ts';
import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { inMaintenance, migrationKind } from '../domain/migration.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { guestLabel } from './guest-common.ts';
import { type MoveWish, moveGuest } from './move-guest.ts';
import type { RunContext } from './types.ts';

/** How one part of an evacuation ended. */
export interface MoveEnd {
  readonly guest: Guest;
  readonly state: 'moved' | 'failed' | 'not-started' | 'not-followed';
  readonly warning?: boolean;
  /** Why it failed. */
  readonly words?: SafeText;
}

/** Moves one guest of the plan, if it still is as it was planned. A failure is an end like any other. */
export async function runMove(
  move: EvacuationMove,
  wish: Pick<MoveWish, 'targetStorage' | 'bwlimit'>,
  count: SafeText,
  context: RunContext,
): Promise<MoveEnd> {
  const { guest, target, local } = move;
  const stopped = () => context.signal.aborted || context.halt?.aborted === true;
  if (stopped()) return { guest, state: 'not-started' };
  const reason = await changed(move, context);
  if (stopped()) return { guest, state: 'not-started' };
  if (reason) return { guest, state: 'failed', words: say`not moved: ${reason}` };
  context.progress({
    kind: 'step',
    text: say`${count}: ${guestLabel(guest)} to ${target.node}`,
  });
  const wanted = { ...wish, target: target.node, withLocalDisks: local };
  const moved = await moveGuest(guest, wanted, context);
  if (moved.ok) return { guest, state: 'moved', warning: moved.value.warning };
  // Followed no longer, because the person went away: the task itself goes on.
  if (moved.failure.kind === 'cancelled' && context.signal.aborted) {
    return { guest, state: 'not-followed' };
  }
  return { guest, state: 'failed', words: describeFailure(moved.failure) };
}

/** What is different from the plan, read right before the guest's turn; undefined = it may move. */
async function changed(
  { guest, target, kind, memory }: EvacuationMove,
  { site, signal }: RunContext,
): Promise<SafeText | undefined> {
  const [status, resources] = await Promise.all([
    site.guests.status(guest, { signal }),
    site.resources({ signal }),
  ]);
  if (!status.ok) {
    const row = resources.ok
      ? resources.value.guests.find((each) => each.vmid === guest.vmid)
      : undefined;
    if (status.failure.kind !== 'not-found') return describeFailure(status.failure);
    return row && row.node !== guest.node
      ? say`it is on ${row.node} already`
      : say`it does not exist any more`;
  }
  if (status.value.lock) return say`locked (${status.value.lock})`;
  const now = status.value.status;
  if (migrationKind({ type: guest.type, status: now }) !== kind) {
    return say`it was ${guest.status}, is ${now}`;
  }
  if (!resources.ok) return undefined;
  const node = resources.value.nodes.find((each) => each.node === target.node);
  if (node?.status !== 'online') return say`${target.node} is ${node?.status ?? say`gone`}`;
  if (inMaintenance(node)) return say`${target.node} is in maintenance`;
  const free = freeMemory(node, 0);
  return free !== undefined && free < memory
    ? say`${target.node} has ${bytes(free)} of memory free by now`
    : undefined;
}
