import type { SiteInventory } from '../../domain/inventory.ts';
import type { Node } from '../../domain/node.ts';
import { guestUnknown, nodeOnline } from '../../domain/resource-health.ts';
import { say } from '../../domain/safe-text.ts';
import { guestActive } from '../guests/state.ts';
import type { StateWords } from '../state-words.ts';

/** One node and its guests by state; `version` is known for the node that answers only. */
export interface NodeRow {
  readonly node: Node;
  readonly guests: {
    readonly running: number;
    readonly unknown: number;
    readonly total: number;
  };
}

/** All nodes of all sites. Counts leave templates out: they cannot run. */
export function nodeRows(sites: readonly SiteInventory[]): NodeRow[] {
  return sites.flatMap((site) => {
    const resources = site.resources.data;
    if (!resources) return [];
    const counts = new Map<string, { running: number; unknown: number; total: number }>();
    for (const guest of resources.guests) {
      if (guest.template) continue;
      const found = counts.get(guest.node) ?? { running: 0, unknown: 0, total: 0 };
      found.total += 1;
      if (guestUnknown(guest)) found.unknown += 1;
      else if (guestActive(guest)) found.running += 1;
      counts.set(guest.node, found);
    }
    return resources.nodes.map((node) => ({
      node,
      guests: counts.get(node.node) ?? { running: 0, unknown: 0, total: 0 },
    }));
  });
}

export function nodeState(node: Node): StateWords {
  if (nodeOnline(node)) {
    return { glyph: say`●`, word: node.status, tone: 'good' };
  }
  if (node.status === 'offline') return { glyph: say`✗`, word: node.status, tone: 'bad' };
  return { glyph: say`?`, word: say`unknown`, tone: 'warn' };
}
