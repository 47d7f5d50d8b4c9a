import { isHaManaged } from '../domain/evacuation.ts';
import type { Guest } from '../domain/guest.ts';
import type { Node } from '../domain/node.ts';
import { nextJobId, replicatedVolumes, replicationBlockers } from '../domain/replication.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { ask, disabled, guestLabel, yes } from './guest-common.ts';
import { otherNodes } from './migrate-rules.ts';
import { taskOrDone } from './outcome.ts';
import { replicatePrivilege, replicates, settingFields, settingsOf } from './replication-rules.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

function volumes(guest: Guest, facts: Facts): readonly SafeText[] | undefined {
  return facts.config && replicatedVolumes(facts.config, guest, facts.site.resources.data);
}

function blockers(guest: Guest, facts: Facts): readonly SafeText[] {
  return facts.config ? replicationBlockers(facts.config, guest, facts.site.resources.data) : [];
}

/** Why the copy cannot be kept on the node; undefined = nothing known stands in the way. */
function nodeProblem(guest: Guest, node: Node, facts: Facts): SafeText | undefined {
  const { node: name } = node;
  if (facts.replication?.jobs.some(({ target }) => target === name)) {
    return say`there is a job to it already`;
  }
  const storages = facts.site.resources.data?.storages;
  const missing = (volumes(guest, facts) ?? [])
    .map((volid) => volid.slice(0, volid.indexOf(':')))
    .find((id) => !storages?.some((each) => each.node === name && each.storage === id));
  if (storages && missing !== undefined) return say`it has no storage ${sanitise(missing)}`;
  return undefined;
}

function lines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const copied = volumes(guest, facts);
  const target = facts.site.resources.data?.nodes.find(({ node }) => node === values.target);
  const off = target && target.status !== 'online';
  return [
    copied ? say`Copied: ${joinSafe(copied, ', ')}.` : say`Which disks are copied is not known.`,
    say`The first run copies everything, later ones what changed. It takes the same space on ${sanitise(values.target ?? '?')}.`,
    say`It is no backup: what is deleted here is gone there after the next run.`,
    ...(off ? [say`${target.node} is ${target.status}; the job fails until it is back.`] : []),
    ...(isHaManaged(guest)
      ? [
          say`HA may start it from the copy when its node is lost; what was written since the last run is lost then.`,
        ]
      : []),
    ...(guest.type === 'qemu'
      ? [say`While it runs it migrates only to nodes that have a copy.`]
      : []),
  ];
}

export const guestReplicationAdd = defineAction<'guest'>({
  id: 'guest.replication-add',
  scope: 'guest',
  key: '',
  title: 'Add replication job',
  summary: 'Keeps a copy of the disks of the guest on another node.',
  effect: 'change',
  needs: ['replication', 'config'],
  batch: false,
  fields: [
    {
      name: 'target',
      label: 'To node',
      help: 'Where the copy is kept. Nodes that cannot say why.',
      kind: 'choice',
      required: true,
      choices: (guest, facts) =>
        otherNodes(guest, facts)
          .map((node) => ({ node, problem: nodeProblem(guest, node, facts) }))
          .sort((a, b) => Number(a.problem !== undefined) - Number(b.problem !== undefined))
          .map(({ node, problem }) => ({
            value: node.node,
            label: problem ? say`${node.node}: no, ${problem}` : say`${node.node}, ${node.status}`,
          })),
      problem: (value, guest, facts) => {
        const node = otherNodes(guest, facts).find((each) => each.node === value);
        return node && nodeProblem(guest, node, facts);
      },
    },
    ...settingFields(() => undefined),
  ],
  privileges: replicatePrivilege,
  available: (guest, facts) => {
    const stop = replicates(guest, facts);
    if (stop.state !== 'yes') return stop;
    const found = blockers(guest, facts);
    return found.length > 0 ? disabled(joinSafe(found, '; ')) : yes;
  },
  confirm: (guest, values, facts) =>
    ask(
      1,
      say`Replicate ${guestLabel(guest)} to ${sanitise(values.target ?? 'another node')}?`,
      guest,
      facts,
      lines(guest, values, facts),
    ),
  taskTypes: [],
  touches: ['detail'],
  run: async (guest, values, { site, facts, signal }) => {
    const target = textOf(values.target);
    const id = nextJobId(facts.replication?.jobs ?? [], guest.vmid);
    const { enabled, ...settings } = settingsOf(values);
    const made = await site.replication.create(
      { id, target, ...settings, ...(enabled === false ? { enabled } : {}) },
      { signal },
    );
    const message = say`Replication job ${sanitise(id)} to ${sanitise(target)} is made; its first run starts by itself`;
    return taskOrDone(made, message);
  },
});
