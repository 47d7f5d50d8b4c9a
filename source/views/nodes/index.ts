import { nodeKey } from '../../domain/node.ts';
import { nodeOnline } from '../../domain/resource-health.ts';
import { say } from '../../domain/safe-text.ts';
import { listEmpty, listNotes } from '../freshness.ts';
import type { ListView } from '../types.ts';
import { nodeColumns } from './columns.ts';
import { nodePreviewLines } from './detail.ts';
import { type NodeRow, nodeRows, nodeState } from './rows.ts';
import { nodeTabs } from './tabs.ts';

/** Nodes of all sites. */
export const nodesView: ListView<NodeRow, 'node'> = {
  id: 'nodes',
  key: '1',
  title: say`Nodes`,
  scope: 'node',
  target: ({ node }) => node,
  rows: nodeRows,
  rowKey: ({ node }) => nodeKey(node),
  rowTitle: ({ node }) => node.node,
  columns: nodeColumns,
  defaultSort: { column: 'node', descending: false },
  filterFields: ({ node }) => ({
    text: [node.node],
    fields: { node: [node.node], status: [nodeState(node).word], site: [node.site] },
  }),
  sick: ({ node }) => !nodeOnline(node),
  stale: ({ node }) => !nodeOnline(node),
  notes: (context) => listNotes('resources', context),
  empty: (sites, now) =>
    listEmpty(
      'resources',
      sites,
      now,
      say`no nodes listed; those this identity may not see are left out`,
    ),
  preview: nodePreviewLines,
  previewSources: ({ node }) =>
    nodeOnline(node) ? [{ kind: 'node.status', subject: nodeKey(node) }] : [],
  tabs: nodeTabs,
  copies: ({ node }) => [{ label: say`name`, text: node.node }],
};
