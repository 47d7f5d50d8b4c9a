import { isHaManaged } from '../domain/evacuation.ts';
import type { Guest } from '../domain/guest.ts';
import { migrationKind } from '../domain/migration.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { parseUpid } from '../domain/task.ts';
import type { MigrateRequest } from '../services/types.ts';
import { guestLabel } from './guest-common.ts';
import type { RunContext } from './types.ts';

/** The HA manager queues its moves: how long the guest may take to arrive, ms. */
const patience = 15 * 60_000;

export interface MoveWish {
  readonly target: string;
  readonly withLocalDisks: boolean;
  readonly targetStorage?: string;
  /** KiB/s */
  readonly bwlimit?: number;
}

/** The call for a guest in its state: a running VM needs `online`, a running container `restart`. */
export function migrateRequest(guest: Guest, wish: MoveWish): MigrateRequest {
  const kind = migrationKind(guest);
  return {
    target: wish.target,
    ...(kind === 'live' ? { online: true } : {}),
    ...(kind === 'restart' ? { restart: true } : {}),
    ...(guest.type === 'qemu' && wish.withLocalDisks ? { withLocalDisks: true } : {}),
    ...(wish.targetStorage ? { targetStorage: wish.targetStorage } : {}),
    ...(wish.bwlimit === undefined ? {} : { bwlimit: wish.bwlimit }),
  };
}

/** How a move ended: its task, and whether that had warnings. */
export interface Moved {
  readonly upid?: string;
  readonly warning: boolean;
}

/**
 * Moves one guest and waits until it has arrived. A failed task says where the guest is now; of an HA guest the task only
 * asks the HA manager, so the guest itself is watched. `unanswered` passes through, for the caller to look it up.
 */
export async function moveGuest(
  guest: Guest,
  wish: MoveWish,
  context: RunContext,
): Promise<Result<Moved>> {
  const { site, signal } = context;
  const started = await site.guests.migrate(guest, migrateRequest(guest, wish), { signal });
  if (!started.ok) return started;
  const { upid } = started.value;
  if (!upid) return arrived(guest, wish, context, { warning: false });
  context.progress({ kind: 'task', upid, node: guest.node });
  const ended = await context.followTask(upid);
  if (!ended.ok) return withWhereabouts(guest, ended, context);
  const moved = { upid, warning: ended.value === 'warning' };
  const asked = parseUpid(upid)?.type.startsWith('ha') || isHaManaged(guest);
  return asked ? arrived(guest, wish, context, moved) : ok(moved);
}

async function arrived(
  guest: Guest,
  { target }: MoveWish,
  context: RunContext,
  moved: Moved,
): Promise<Result<Moved>> {
  const { site, signal } = context;
  context.progress({
    kind: 'step',
    text: say`Waiting for ${guestLabel(guest)} to arrive on ${sanitise(target)}`,
  });
  const deadline = context.now() + patience;
  for (;;) {
    const there = await site.guests.status({ ...guest, node: sanitise(target) }, { signal });
    if (there.ok && there.value.lock !== 'migrate') return ok(moved);
    if (signal.aborted || context.now() > deadline) {
      return fail({
        kind: 'timeout',
        what: say`The HA manager was asked, but the guest is not on ${sanitise(target)} yet`,
        where: guestLabel(guest),
        next: say`look at the HA state; the request stands`,
      });
    }
    await context.platform.sleep(1_000, signal);
  }
}

/** Adds to a failed migration where the guest is now, read after the failure. */
async function withWhereabouts(
  guest: Guest,
  failed: Extract<Result<never>, { ok: false }>,
  context: RunContext,
): Promise<Result<never>> {
  if (failed.failure.kind !== 'task-failed') return failed;
  const words = await whereabouts(guest, context);
  const { next } = failed.failure;
  return fail({ ...failed.failure, next: next ? say`${words}; ${next}` : words });
}

async function whereabouts(guest: Guest, { site, signal }: RunContext): Promise<SafeText> {
  const here = await site.guests.status(guest, { signal });
  if (here.ok) {
    const lock = here.value.lock ? say`, locked (${here.value.lock})` : say``;
    return say`it is still on ${guest.node}, ${here.value.qmpstatus ?? here.value.status}${lock}`;
  }
  const resources = await site.resources({ signal });
  const row = resources.ok
    ? resources.value.guests.find((each) => each.vmid === guest.vmid)
    : undefined;
  if (row && row.node !== guest.node) return say`it is on ${row.node} now`;
  return say`${guest.node} does not answer, where it is and whether it runs is not known`;
}
