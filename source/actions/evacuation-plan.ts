import {
  type EvacuationMove,
  type EvacuationPlan,
  type EvacuationWish,
  planEvacuation,
} from '../domain/evacuation.ts';
import { bytes, percent, usedOf } from '../domain/format.ts';
import type { Node } from '../domain/node.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import type { Facts, FieldValues } from './types.ts';

/** Guests on the node by what the list says. */
export function guestsOn(node: Node, facts: Facts): number {
  const guests = facts.evacuation?.resources.guests ?? facts.site.resources.data?.guests;
  // Nothing known is no reason to refuse.
  if (!guests) return 1;
  return guests.filter((guest) => guest.node === node.node).length;
}

function wishOf(values: FieldValues): EvacuationWish {
  const storage = textOf(values['target-storage']);
  const reserve = typeof values.reserve === 'number' ? values.reserve : 10;
  return {
    reserve: Math.min(90, Math.max(0, reserve)) / 100,
    withLocalDisks: values['with-local-disks'] !== false,
    containers: values.containers !== false,
    stopped: values.stopped === true,
    ...(storage === '' ? {} : { targetStorage: storage }),
  };
}

/** The plan under these values; undefined = nothing was read to plan with. */
export function evacuationPlan(
  node: Node,
  values: FieldValues,
  { evacuation }: Facts,
): EvacuationPlan | undefined {
  if (!evacuation) return undefined;
  const { guests, resources, mappings } = evacuation;
  const wish = wishOf(values);
  return planEvacuation({ node, guests, resources, wish, ...(mappings ? { mappings } : {}) });
}

/** Why there is nothing to run; undefined = at least one guest can move, or it is not known yet. */
export function planProblem(node: Node, values: FieldValues, facts: Facts): string | undefined {
  const plan = evacuationPlan(node, values, facts);
  if (!plan || plan.moves.length > 0) return undefined;
  // Those that only lack a place come last, and say most.
  const first = plan.stays.at(-1);
  if (!first) return 'there is no guest to move';
  const more = plan.stays.length > 1 ? `, and ${plan.stays.length - 1} more` : '';
  return `no guest can be moved: ${first.guest.vmid} ${first.guest.name ?? ''} (${first.reason})${more}`;
}

const kinds = {
  live: say`live`,
  restart: say`restart`,
  offline: say`offline`,
} as const;

function moveLine({ guest, target, kind, memory, local, copied, ha }: EvacuationMove): SafeText {
  const parts = [
    kinds[kind],
    ...(memory > 0 ? [say`${bytes(memory)} of memory`] : []),
    ...(local ? [say`copies ${bytes(copied)} of disks`] : []),
    ...(ha ? [say`by the HA manager`] : []),
  ];
  const name = guest.name ?? say`(no name)`;
  return say`${guest.vmid} ${name} → ${target.node}: ${joinSafe(parts, ', ')}`;
}

/** The plan in words: who goes where and why, who stays and why, memory of each target before and after. */
export function planLines(node: Node, values: FieldValues, facts: Facts): SafeText[] {
  const plan = evacuationPlan(node, values, facts);
  if (!plan) return [say`The plan is made when it is asked for.`];
  const { moves, stays, forecast } = plan;
  const unable = stays.filter((stay) => !stay.wanted);
  const restarts = moves.filter((move) => move.kind === 'restart').length;
  const unasked = stays.length - unable.length;
  const summary = [
    say`${moves.length} guest(s) move`,
    ...(unable.length > 0 ? [say`${unable.length} cannot`] : []),
    ...(unasked > 0 ? [say`${unasked} stay as asked`] : []),
  ];
  const workers = typeof values['max-workers'] === 'number' ? values['max-workers'] : 1;
  return [
    say`${joinSafe(summary, ', ')}; at most ${workers} at a time.`,
    ...(restarts > 0
      ? [say`${restarts} container(s) restart; what they serve is gone meanwhile.`]
      : []),
    ...moves.map(moveLine),
    ...forecast.map(({ node: name, before, after, total }) => {
      const share = after !== undefined && total ? say` (${percent(after / total)})` : say``;
      return say`Memory of ${name}: ${bytes(before)} → ${usedOf(after, total)}${share}.`;
    }),
    ...unable.map(
      ({ guest, reason }) => say`${guest.vmid} ${guest.name ?? say`(no name)`} stays: ${reason}`,
    ),
    ...stays
      .filter((stay) => stay.wanted)
      .map(
        ({ guest, reason }) => say`${guest.vmid} ${guest.name ?? say`(no name)`} stays: ${reason}`,
      ),
    ...(moves.length === 0 ? [say`There is nothing to move off ${node.node}.`] : []),
  ];
}
