import type { Guest } from '../domain/guest.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import { isPlainAscii, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { Availability, Confirmation, Facts } from './types.ts';

export const yes: Availability = { state: 'yes' };
export const hidden: Availability = { state: 'hidden' };

export function disabled(reason: SafeText): Availability {
  return { state: 'disabled', reason };
}

/** `guest 101 web-server`, `guest 101` without a name. */
export function guestLabel(guest: Guest): SafeText {
  return guest.name ? say`guest ${guest.vmid} ${guest.name}` : say`guest ${guest.vmid}`;
}

/** `101 web-server · qemu on pve1 · site home`: the target in full, first line of every dialog. */
export function targetLine(guest: Guest): SafeText {
  const kind = guest.type === 'qemu' ? say`qemu` : say`lxc`;
  const name = guest.name ?? say`(no name)`;
  return say`Target: ${guest.vmid} ${name} · ${kind} on ${guest.node} · site ${sanitise(guest.site)}`;
}

/**
 * What has to be typed to confirm: the name, or the VMID when the name is empty, not unique or not plain ASCII
 * (a twin with an invisible character must not be confirmable by its looks).
 */
export function typedName(guest: Guest, facts: Facts): SafeText {
  const name = guest.name;
  const usable = name && facts.uniqueName !== false && isPlainAscii(name) && name.trim() === name;
  return usable ? name : say`${guest.vmid}`;
}

/** Reasons that stop every change of a guest: node down, quorum lost, a lock. `undefined` = none. */
export function blocked(
  guest: Guest,
  facts: Facts,
  allowedLocks: readonly string[] = [],
): Availability | undefined {
  if (guest.stale || guest.status === 'unknown') {
    return disabled(say`node ${guest.node} does not answer, the guest's state is unknown`);
  }
  if (facts.site.cluster.data?.quorate === false) {
    return disabled(say`the cluster has no quorum; Proxmox refuses every change`);
  }
  if (guest.lock && !allowedLocks.includes(guest.lock)) {
    const tool = guest.type === 'qemu' ? say`qm` : say`pct`;
    return disabled(
      say`locked (${guest.lock}): wait for its task; if none runs, "${tool} unlock ${guest.vmid}" on ${guest.node}`,
    );
  }
  return undefined;
}

/** For what is only read: offered unless its node is silent; locks and a lost quorum do not matter. */
export function readable(guest: Guest): Availability {
  return guest.stale || guest.status === 'unknown'
    ? disabled(say`node ${guest.node} does not answer, the guest's state is unknown`)
    : yes;
}

export function isRunning(guest: Guest): boolean {
  return guest.status !== 'stopped' && guest.status !== 'unknown';
}

export function vmPrivilege(...anyOf: string[]): (guest: Guest) => readonly PrivilegeNeed[] {
  return (guest) => [{ path: `/vms/${guest.vmid}`, anyOf }];
}

/** True for guests the user marked as critical: stop and reset then need the typed name (operations.md 4.3). */
export function isCritical(guest: Guest): boolean {
  return guest.tags?.some((tag) => tag.toLowerCase() === 'critical') ?? false;
}

/** Level 1 or 2 question with the target line first. */
export function ask(
  level: Confirmation['level'],
  question: SafeText,
  guest: Guest,
  facts: Facts,
  lines: readonly SafeText[] = [],
): Confirmation {
  const moved = facts.movedFrom
    ? [say`It has moved from ${facts.movedFrom} to ${guest.node} since the screen was drawn.`]
    : [];
  const base = { level, question, lines: [targetLine(guest), ...moved, ...lines] };
  return level >= 3 ? { ...base, typed: typedName(guest, facts) } : base;
}
