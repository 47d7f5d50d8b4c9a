import type { Guest } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { Node } from '../domain/node.ts';
import { ok, type Result } from '../domain/result.ts';
import type { GuestSnapshot } from '../domain/snapshot.ts';
import type { PveSite } from '../services/types.ts';
import { firewallFacts } from './firewall-facts.ts';
import { guestDisks, spiceDisplay } from './guest-disks.ts';
import { hardwareFacts } from './hardware-facts.ts';
import { lifecycleFacts } from './lifecycle-facts.ts';
import { protectionFacts } from './protection-facts.ts';
import type { Action, FactNeed, Facts, Scope, Targets } from './types.ts';

export function isGuest<S extends Scope>(
  action: Action<S>,
  target: Targets[Scope],
): target is Guest {
  return action.scope === 'guest' && 'vmid' in target;
}

/** The scope `snapshot`: one snapshot of a guest. */
export function isSnapshot<S extends Scope>(
  action: Action<S>,
  target: Targets[Scope],
): target is GuestSnapshot {
  return action.scope === 'snapshot' && 'snapshot' in target;
}

function isNode<S extends Scope>(action: Action<S>, target: Targets[Scope]): target is Node {
  return action.scope === 'node' && 'status' in target;
}

/**
 * `snapshots` and `config` are required where an action needs them; pending changes, disks and display may stay unknown,
 * which the dialog then says.
 */
export async function gatherFacts<S extends Scope>(
  action: Action<S>,
  target: Targets[S],
  site: PveSite,
  before: Facts,
  signal: AbortSignal,
): Promise<Result<Facts>> {
  if (isSnapshot(action, target)) {
    return guestFacts(action.needs, target.guest, site, before, signal);
  }
  if (!isGuest(action, target) && !isNode(action, target)) return ok(before);
  const chosen = await lifecycleFacts(action.needs, target, site, before, signal);
  if (!chosen.ok) return chosen;
  const base = chosen.value;
  if (!isGuest(action, target)) return ok(base);
  const guarded = await protectionFacts(action.needs, target, site, base, signal);
  if (!guarded.ok) return guarded;
  return guestFacts(action.needs, target, site, guarded.value, signal);
}

async function guestFacts(
  wanted: readonly FactNeed[],
  target: Guest,
  site: PveSite,
  base: Facts,
  signal: AbortSignal,
): Promise<Result<Facts>> {
  const needs = new Set(wanted);
  let facts = base;
  // Nobody who may use a console need be allowed to read the configuration.
  const ports = needs.has('ports') && target.type === 'qemu';
  const reads = needs.has('config') || needs.has('disks') || needs.has('spice') || ports;
  const place = { kind: 'guest', guest: target } as const;
  const [snapshots, config, pending, hardware, firewall] = await Promise.all([
    needs.has('snapshots') ? site.guests.snapshots(target, { signal }) : undefined,
    reads ? site.guests.config(target, { signal }) : undefined,
    needs.has('config') || ports ? site.guests.pending(target, { signal }) : undefined,
    hardwareFacts(needs, target, site, signal),
    needs.has('firewall') ? firewallFacts(site, place, signal) : undefined,
  ]);
  if (firewall) {
    if (!firewall.ok) return firewall;
    facts = { ...facts, firewall: firewall.value };
  }
  if (hardware) {
    const { choices, ...devices } = hardware;
    facts = {
      ...facts,
      ...devices,
      ...(choices ? { choices: { ...facts.choices, ...choices } } : {}),
    };
  }
  if (snapshots) {
    if (!snapshots.ok) return snapshots;
    facts = { ...facts, snapshots: snapshots.value };
  }
  if (config && !config.ok && needs.has('config')) return config;
  if (config?.ok && (needs.has('config') || ports)) {
    facts = { ...facts, config: config.value, ...(pending?.ok ? { pending: pending.value } : {}) };
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
