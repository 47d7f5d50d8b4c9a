import type { Guest } from '../domain/guest.ts';
import { mapResult } from '../domain/result.ts';
import { joinSafe, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { ask, blocked, disabled, guestLabel, hidden, vmPrivilege, yes } from './guest-common.ts';
import {
  boundReasons,
  copyChoices,
  disksToCopy,
  migrationLines,
  nodeChoices,
  otherNodes,
  proposedNode,
  refusals,
} from './migrate-rules.ts';
import { moveGuest } from './move-guest.ts';
import { fieldsNamed } from './refused-fields.ts';
import { defineAction, type Facts, type Field, type Outcome } from './types.ts';

/** Disks are there to be copied, or it is not known that there are none. */
const mayCopy = (guest: Guest, facts: Facts) => disksToCopy(guest, facts)?.length !== 0;

const fields: readonly Field<Guest>[] = [
  {
    name: 'target',
    label: 'To node',
    help: 'Nodes that cannot take it say why.',
    kind: 'choice',
    required: true,
    choices: nodeChoices,
    initial: proposedNode,
    problem: (value, guest, facts, values) => {
      const node = facts.site.resources.data?.nodes.find((each) => each.node === value);
      if (!node) return undefined;
      const reasons = refusals(guest, node, facts, values);
      return reasons.length === 0 ? undefined : `${node.node}: ${reasons.join('; ')}`;
    },
  },
  {
    name: 'with-local-disks',
    label: 'Copy local disks',
    help: 'Disks on the storage of its node are copied over the network.',
    kind: 'boolean',
    initial: () => true,
  },
  {
    name: 'target-storage',
    label: 'Storage for copied disks',
    help: 'Where copied disks go on the new node.',
    kind: 'choice',
    choices: copyChoices,
    applies: (guest, facts, values) =>
      values['with-local-disks'] !== false && mayCopy(guest, facts),
  },
  {
    name: 'bwlimit',
    label: 'Bandwidth limit (KiB/s)',
    help: 'Slows it down so that others keep working. Empty: what the cluster allows.',
    kind: 'integer',
    problem: (value) => (typeof value === 'number' && value < 0 ? 'must be 0 or more' : undefined),
  },
];

export const guestMigrate = defineAction<'guest'>({
  id: 'guest.migrate',
  scope: 'guest',
  key: 'm',
  title: 'Migrate',
  summary: 'Moves the guest to another node: live, with a restart, or offline.',
  effect: 'disrupt',
  needs: ['migration'],
  batch: true,
  fields,
  privileges: vmPrivilege('VM.Migrate'),
  available: (guest, facts) => {
    const nodes = facts.site.resources.data?.nodes;
    if (nodes && nodes.length < 2) return hidden;
    const stop = blocked(guest, facts);
    if (stop) return stop;
    if (nodes && otherNodes(guest, facts).every((node) => node.status !== 'online')) {
      return disabled(say`no other node is online`);
    }
    const bound = boundReasons(guest, facts);
    return bound.length > 0 ? disabled(say`bound to ${guest.node}: ${joinSafe(bound, '; ')}`) : yes;
  },
  confirm: (guest, values, facts) => {
    const target = values.target === undefined ? say`another node` : sanitise(values.target);
    const question = say`Migrate ${guestLabel(guest)} from ${guest.node} to ${target}?`;
    return ask(2, question, guest, facts, migrationLines(guest, values, facts));
  },
  taskTypes: ['qmigrate', 'vzmigrate', 'hamigrate'],
  touches: ['resources', 'detail', 'tasks'],
  run: async (guest, values, context) => {
    const target = textOf(values.target);
    const storage = textOf(values['target-storage']);
    const copies = mayCopy(guest, context.facts) && values['with-local-disks'] !== false;
    const moved = await moveGuest(
      guest,
      {
        target,
        withLocalDisks: copies,
        ...(storage === '' ? {} : { targetStorage: storage }),
        ...(typeof values.bwlimit === 'number' ? { bwlimit: values.bwlimit } : {}),
      },
      context,
    );
    const named = fieldsNamed(moved, { targetstorage: 'target-storage' });
    return mapResult(
      named,
      ({ upid, warning }): Outcome => ({
        kind: 'done',
        message: say`${guestLabel(guest)} is on ${sanitise(target)} now`,
        ...(upid ? { upid } : {}),
        ...(warning ? { warning } : {}),
      }),
    );
  },
});
