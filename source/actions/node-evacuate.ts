import type { EvacuationMove } from '../domain/evacuation.ts';
import { wholeProblem } from '../domain/guest-values.ts';
import type { Node } from '../domain/node.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { inBatches } from './batch.ts';
import { noChoice, textOf } from './choices.ts';
import { type MoveEnd, runMove } from './evacuation-move.ts';
import { evacuationPlan, guestsOn, planLines, planProblem } from './evacuation-plan.ts';
import { disabled, guestLabel, hidden, yes } from './guest-common.ts';
import { askNode } from './node-common.ts';
import { defineAction, type Facts, type Field, type Outcome } from './types.ts';

const fields: readonly Field<Node>[] = [
  {
    name: 'reserve',
    label: 'Memory to keep free (%)',
    help: 'Part of each target that the plan leaves alone, 0 to 90.',
    kind: 'integer',
    initial: () => 10,
    problem: (value, node, facts, values) =>
      wholeProblem(textOf(value), 0, 90) ?? planProblem(node, values, facts),
  },
  {
    name: 'with-local-disks',
    label: 'Copy local disks',
    help: 'Guests with disks on the storage of this node move too; their disks are copied over the network.',
    kind: 'boolean',
    initial: () => true,
  },
  {
    name: 'target-storage',
    label: 'Storage for copied disks',
    help: 'Where copied disks go, on every target.',
    kind: 'choice',
    choices: (node, facts) => [noChoice(say`of the same name`), ...storagesElsewhere(node, facts)],
    applies: (_node, _facts, values) => values['with-local-disks'] !== false,
  },
  {
    name: 'containers',
    label: 'Containers too',
    help: 'Running containers cannot move live: each is shut down, moved and started.',
    kind: 'boolean',
    initial: () => true,
  },
  {
    name: 'stopped',
    label: 'Stopped guests too',
    help: 'Also guests that do not run, and templates.',
    kind: 'boolean',
    initial: () => false,
  },
  {
    name: 'max-workers',
    label: 'At the same time',
    help: 'How many guests move side by side, 1 to 16.',
    kind: 'integer',
    initial: () => 1,
    problem: (value) => wholeProblem(textOf(value), 1, 16),
  },
  {
    name: 'bwlimit',
    label: 'Bandwidth limit (KiB/s)',
    help: 'For each migration. Empty: what the cluster allows.',
    kind: 'integer',
    problem: (value) => wholeProblem(textOf(value), 0),
  },
];

function storagesElsewhere(node: Node, facts: Facts) {
  const storages = facts.evacuation?.resources.storages ?? facts.site.resources.data?.storages;
  const names = (storages ?? [])
    .filter((each) => each.node !== node.node && each.status === 'available')
    .filter((each) => each.content?.some((kind) => kind === 'images' || kind === 'rootdir') ?? true)
    .map((each) => each.storage);
  return [...new Set(names)].map((storage) => ({ value: storage, label: storage }));
}

/** What came of it, in one outcome: every failure is named, whatever else went well. */
function report(node: Node, ends: readonly MoveEnd[], stays: number): Result<Outcome> {
  const of = (state: MoveEnd['state']) => ends.filter((end) => end.state === state);
  const left = of('not-started').length;
  const running = of('not-followed').length;
  const failed = of('failed');
  const where = say`node ${node.node}`;
  const what = joinSafe(
    [
      say`${of('moved').length} of ${ends.length} guest(s) moved off ${node.node}`,
      ...(running > 0 ? [say`${running} not followed to the end`] : []),
      ...(left > 0 ? [say`${left} not started`] : []),
      ...(failed.length > 0 ? [say`${failed.length} failed`] : []),
    ],
    ', ',
  );
  if (failed.length > 0) {
    const each = failed.map(({ guest, words }) => say`${guestLabel(guest)}: ${words ?? say`?`}`);
    const next = say`look at those that failed, then evacuate again`;
    return fail({ kind: 'task-failed', what, where, next, detail: joinSafe(each, '; ') });
  }
  if (left > 0 || running > 0) {
    const next = say`tasks that run go on; evacuate again for the rest`;
    return fail({ kind: 'cancelled', what, where, next });
  }
  const stay = stays === 0 ? say`` : say`; ${stays} stay`;
  const warning = ends.some((end) => end.warning);
  return ok({ kind: 'done', message: say`${what}${stay}`, ...(warning ? { warning } : {}) });
}

export const nodeEvacuate = defineAction<'node'>({
  id: 'node.evacuate',
  scope: 'node',
  key: 'E',
  title: 'Evacuate',
  summary: 'Moves the guests of the node to the others, by a plan that is shown first.',
  effect: 'disrupt',
  needs: ['evacuation'],
  batch: false,
  fields,
  privileges: () => [{ path: '/vms', anyOf: ['VM.Migrate'] }],
  available: (node, facts) => {
    const nodes = facts.site.resources.data?.nodes;
    if (nodes && nodes.length < 2) return hidden;
    if (node.status !== 'online') return disabled(say`node ${node.node} is ${node.status}`);
    if (facts.site.cluster.data?.quorate === false) {
      return disabled(say`the cluster has no quorum; Proxmox refuses every change`);
    }
    if (nodes?.every((each) => each.node === node.node || each.status !== 'online')) {
      return disabled(say`no other node is online`);
    }
    return guestsOn(node, facts) === 0 ? disabled(say`it has no guests`) : yes;
  },
  confirm: (node, values, facts) =>
    askNode(3, say`Evacuate node ${node.node}?`, node, planLines(node, values, facts)),
  taskTypes: [],
  touches: ['resources', 'tasks'],
  run: async (node, values, context) => {
    const plan = evacuationPlan(node, values, context.facts);
    const problem = planProblem(node, values, context.facts);
    if (!plan || problem !== undefined) {
      const what = sanitise(problem ?? 'What is on the node could not be read');
      return fail({ kind: 'rejected', what, where: say`node ${node.node}` });
    }
    const { moves } = plan;
    const workers = typeof values['max-workers'] === 'number' ? values['max-workers'] : 1;
    const storage = textOf(values['target-storage']);
    const wish = {
      ...(storage === '' ? {} : { targetStorage: storage }),
      ...(typeof values.bwlimit === 'number' ? { bwlimit: values.bwlimit } : {}),
    };
    const one = (move: EvacuationMove, index: number) => {
      const count: SafeText = say`${index + 1} of ${moves.length}`;
      return runMove(move, wish, count, context);
    };
    const ends = await inBatches(moves, one, workers);
    return report(node, ends, plan.stays.length);
  },
});
