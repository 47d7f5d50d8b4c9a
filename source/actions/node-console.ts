import { say } from '../domain/safe-text.ts';
import { detachField, recordField, runTextConsole } from './console-common.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePrivilege } from './node-common.ts';
import { defineAction } from './types.ts';

export const nodeConsole = defineAction<'node'>({
  id: 'node.console',
  scope: 'node',
  key: 'c',
  title: 'Open text console',
  summary: 'Opens a login on the node in this terminal, through the API.',
  effect: 'change',
  needs: [],
  batch: false,
  fields: [recordField, detachField],
  privileges: nodePrivilege('Sys.Console'),
  available: (node) =>
    node.status === 'online' ? yes : disabled(say`node ${node.node} does not answer`),
  confirm: (node) => askNode(0, say`Open the console of node ${node.node}?`, node),
  taskTypes: [],
  touches: ['tasks'],
  run: (node, values, context) =>
    runTextConsole(context, {
      label: say`node ${node.node}`,
      kind: 'console',
      values,
      open: (signal) => context.site.consoles.text({ node: node.node }, { signal }),
    }),
});
