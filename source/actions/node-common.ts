import type { Node } from '../domain/node.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { Confirmation, ConfirmLevel, Facts } from './types.ts';

export const nodePower = { id: 'power', key: 'p', title: 'Power' } as const;

export function nodePrivilege(
  ...anyOf: string[]
): (node: { readonly node: SafeText }) => readonly PrivilegeNeed[] {
  return (node) => [{ path: `/nodes/${node.node}`, anyOf }];
}

/** Guests on the node that run, as far as is known. */
export function runningOn(node: Node, facts: Facts): number {
  const guests = facts.site.resources.data?.guests ?? [];
  return guests.filter(
    (guest) => guest.node === node.node && !guest.stale && guest.status !== 'stopped',
  ).length;
}

/** The dialog of a node action, target line first; level 3 and 4 want the node's name typed. */
export function askNode(
  level: ConfirmLevel,
  question: SafeText,
  node: Node,
  lines: readonly SafeText[] = [],
): Confirmation {
  const target = say`Target: node ${node.node} · site ${sanitise(node.site)}`;
  const base = { level, question, lines: [target, ...lines] };
  return level >= 3 ? { ...base, typed: node.node } : base;
}
