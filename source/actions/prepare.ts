import type { Guest } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import type { GuestSnapshot, Snapshot } from '../domain/snapshot.ts';
import type { PveSite } from '../services/types.ts';
import { availabilityOf, type Mode } from './availability.ts';
import { gatherFacts, isGuest, isSnapshot } from './facts.ts';
import { guestLabel } from './guest-common.ts';
import type { Action, Availability, Facts, PickedRow, Scope, Targets } from './types.ts';

/** An action with a target read a moment ago and everything its dialog needs. */
export interface Prepared<S extends Scope = Scope> {
  readonly action: Action<S>;
  readonly target: Targets[S];
  readonly facts: Facts;
  readonly availability: Availability;
}

export interface PrepareInput {
  readonly site: PveSite;
  readonly inventory: SiteInventory;
  readonly mode: Mode;
  readonly now: number;
  readonly snapshot?: Snapshot;
  /** The configuration key under the cursor. */
  readonly configKey?: string;
  readonly picked?: PickedRow;
  /** Has any other guest of any site the same name? */
  readonly uniqueName: (guest: Guest) => boolean;
}

/**
 * Reads the target again and gathers what the action needs to know, before a dialog is drawn or a command runs.
 * A guest that moved is followed to its node; one that is gone is a failure.
 */
export async function prepare<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  input: PrepareInput,
  signal: AbortSignal,
): Promise<Result<Prepared<S>>> {
  let fresh: Targets[S] = target;
  let facts: Facts = {
    site: input.inventory,
    now: input.now,
    ...(input.snapshot ? { snapshot: input.snapshot } : {}),
    ...(input.configKey ? { configKey: input.configKey } : {}),
    ...(input.picked ? { picked: input.picked } : {}),
  };
  if (isGuest(action, target)) {
    const read = await reread(target, input.site, signal);
    if (!read.ok) return read;
    fresh = read.value.guest as Targets[S];
    facts = {
      ...facts,
      uniqueName: input.uniqueName(read.value.guest),
      ...(read.value.movedFrom ? { movedFrom: read.value.movedFrom } : {}),
    };
  }
  if (isSnapshot(action, target)) {
    const read = await reread(target.guest, input.site, signal);
    if (!read.ok) return read;
    const { guest, movedFrom } = read.value;
    fresh = { ...target, guest, node: guest.node } as GuestSnapshot as Targets[S];
    facts = { ...facts, ...(movedFrom ? { movedFrom } : {}) };
  }
  const early = availabilityOf(action, fresh, facts, input.mode);
  if (early.state !== 'yes') return ok({ action, target: fresh, facts, availability: early });
  const gathered = await gatherFacts(action, fresh, input.site, facts, signal);
  if (!gathered.ok) return gathered;
  const gone = isSnapshot(action, fresh) ? goneSnapshot(fresh, gathered.value) : undefined;
  if (gone) return gone;
  const availability = availabilityOf(action, fresh, gathered.value, input.mode);
  return ok({ action, target: fresh, facts: gathered.value, availability });
}

/** Somebody else may have deleted it since the list was read. */
function goneSnapshot({ guest, snapshot }: GuestSnapshot, facts: Facts) {
  const all = facts.snapshots?.snapshots;
  if (!all || all.some(({ name }) => name === snapshot.name)) return undefined;
  return fail({
    kind: 'not-found',
    what: say`Snapshot ${snapshot.name} does not exist any more`,
    where: guestLabel(guest),
    next: say`somebody deleted it; refresh with r`,
  });
}

type Reread = { guest: Guest; movedFrom?: Guest['node'] };

/** The guest's state from its own node; looked for in the whole cluster when it is not there any more. */
export async function reread(
  guest: Guest,
  site: PveSite,
  signal: AbortSignal,
): Promise<Result<Reread>> {
  const here = await readAt(guest, site, signal);
  if (here.ok) return ok({ guest: here.value });
  if (here.failure.kind !== 'not-found') return here;
  const resources = await site.resources({ signal });
  if (!resources.ok) return resources;
  const found = resources.value.guests.find(
    (each) => each.vmid === guest.vmid && each.type === guest.type,
  );
  if (!found || found.node === guest.node) {
    return fail({
      kind: 'not-found',
      what: say`It does not exist any more`,
      where: guestLabel(guest),
      next: say`somebody deleted it; refresh with r`,
    });
  }
  const there = await readAt(found, site, signal);
  return there.ok ? ok({ guest: there.value, movedFrom: guest.node }) : there;
}

async function readAt(guest: Guest, site: PveSite, signal: AbortSignal): Promise<Result<Guest>> {
  const read = await site.guests.status(guest, { signal });
  if (!read.ok) return read;
  const { status, qmpstatus, lock, template } = read.value;
  const { lock: _old, stale: _stale, ...rest } = guest;
  return ok({
    ...rest,
    // The QMP status is the finer word: a paused VM is `running` to the outer one.
    status: status === 'running' && qmpstatus ? qmpstatus : status,
    ...(lock ? { lock } : {}),
    ...(template === undefined ? {} : { template }),
  });
}
