import type { Guest } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { ok, type Result } from '../domain/result.ts';
import type { PveSite } from '../services/types.ts';
import { guestDisks, spiceDisplay } from './guest-disks.ts';
import type { Action, Facts, Scope, Targets } from './types.ts';

export function isGuest<S extends Scope>(
  action: Action<S>,
  target: Targets[Scope],
): target is Guest {
  return action.scope === 'guest' && 'vmid' in target;
}

/** `snapshots` is required where an action needs it; disks and display may stay unknown, which the dialog then says. */
export async function gatherFacts<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  site: PveSite,
  base: Facts,
  signal: AbortSignal,
): Promise<Result<Facts>> {
  if (!isGuest(action, target)) return ok(base);
  const needs = new Set(action.needs);
  let facts = base;
  const [snapshots, config] = await Promise.all([
    needs.has('snapshots') ? site.guests.snapshots(target, { signal }) : undefined,
    needs.has('disks') || needs.has('spice') ? site.guests.config(target, { signal }) : undefined,
  ]);
  if (snapshots) {
    if (!snapshots.ok) return snapshots;
    facts = { ...facts, snapshots: snapshots.value };
  }
  if (config?.ok && needs.has('disks')) {
    facts = { ...facts, disks: await diskFacts(config.value, target, site, base.site, signal) };
  }
  if (config?.ok && needs.has('spice') && target.type === 'qemu') {
    facts = { ...facts, ...spiceDisplay(config.value) };
  }
  return ok(facts);
}

async function diskFacts(
  config: Parameters<typeof guestDisks>[0],
  guest: Guest,
  site: PveSite,
  inventory: SiteInventory,
  signal: AbortSignal,
) {
  const disks = guestDisks(config, guest.node, inventory);
  if (disks.every((disk) => disk.plugintype !== undefined)) return disks;
  const types = await site.storage.types({ signal });
  return types.ok ? guestDisks(config, guest.node, inventory, types.value) : disks;
}
