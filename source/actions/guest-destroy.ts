import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import { disksOf, propertyFlag } from '../domain/guest-config.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import { purgeProblem, tieLines } from './destroy-ties.ts';
import { ask, blocked, disabled, guestLabel, isRunning, vmPrivilege, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

const protectedGuest = (facts: Facts) => {
  const value = facts.config?.entries.protection;
  return value !== undefined && propertyFlag([{ key: 'protection', value }], 'protection');
};

/** What is gone afterwards, each disk with its size. */
function lost(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const lines: SafeText[] = [];
  const disks = facts.config
    ? disksOf(facts.config, guest.type).filter((disk) => disk.storage && !disk.cdrom)
    : undefined;
  if (!disks) lines.push(say`Which disks it has is not known; all of them are lost.`);
  else if (disks.length === 0) lines.push(say`It has no disks.`);
  else {
    const each = disks.map(({ volume, size, unused }) => {
      const words = size === undefined ? say`size not told` : bytes(size);
      return unused ? say`${volume} (${words}, unused)` : say`${volume} (${words})`;
    });
    lines.push(say`Lost: ${joinSafe(each, ', ')}.`);
  }
  const snapshots = facts.snapshots?.snapshots ?? [];
  if (snapshots.length > 0) {
    const names = joinSafe(
      snapshots.slice(0, 6).map(({ name }) => name),
      ', ',
    );
    const more = snapshots.length > 6 ? say` and ${snapshots.length - 6} more` : say``;
    lines.push(say`Lost with it: ${snapshots.length} snapshot(s): ${names}${more}.`);
  }
  if (values['destroy-unreferenced-disks'] === true) {
    lines.push(
      say`Disks with its VMID that no configuration names are destroyed too, on every storage.`,
    );
  }
  lines.push(...tieLines(guest, values.purge === true, facts));
  if (guest.template) {
    lines.push(say`It is a template: Proxmox refuses while linked copies need its disks.`);
  }
  lines.push(say`Its backups stay where they are.`);
  return lines;
}

export const guestDestroy = defineAction<'guest'>({
  id: 'guest.destroy',
  scope: 'guest',
  key: 'D',
  title: 'Destroy',
  summary: 'Destroys the guest with its disks and snapshots.',
  effect: 'destroy',
  needs: ['config', 'snapshots', 'ties'],
  batch: false,
  fields: [
    {
      name: 'purge',
      label: 'Purge from jobs and HA',
      help: 'Takes the VMID out of backup and replication jobs and HA as well.',
      kind: 'boolean',
      initial: () => false,
      problem: (value, guest, facts) => (value === true ? undefined : purgeProblem(guest, facts)),
    },
    {
      name: 'destroy-unreferenced-disks',
      label: 'Unreferenced disks too',
      help: 'Also disks on any storage that carry its VMID although no configuration names them.',
      kind: 'boolean',
      initial: () => false,
    },
  ],
  privileges: vmPrivilege('VM.Allocate'),
  available: (guest, facts) => {
    const stop = blocked(guest, facts);
    if (stop) return stop;
    if (protectedGuest(facts)) {
      return disabled(say`it is protected; switch protection off in its options first`);
    }
    return isRunning(guest) ? disabled(say`it runs; stop it first`) : yes;
  },
  confirm: (guest, values, facts) =>
    ask(3, say`Destroy ${guestLabel(guest)} and its disks?`, guest, facts, [
      ...lost(guest, values, facts),
    ]),
  taskTypes: ['qmdestroy', 'vzdestroy'],
  touches: ['resources', 'tasks'],
  run: async (guest, values, context) => {
    const started = await context.site.guests.destroy(
      guest,
      {
        ...(values.purge === true ? { purge: true } : {}),
        // The server's default differs between kinds and versions, so the choice is always sent.
        destroyUnreferencedDisks: values['destroy-unreferenced-disks'] === true,
      },
      { signal: context.signal },
    );
    return taskOrDone(started, say`${guestLabel(guest)} is destroyed`);
  },
});
