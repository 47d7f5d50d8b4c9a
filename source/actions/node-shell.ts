import { say } from '../domain/safe-text.ts';
import { detachField, recordField } from './console-common.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode } from './node-common.ts';
import { nodeTarget, runSshShell } from './ssh-session.ts';
import { defineAction } from './types.ts';

export const nodeShell = defineAction<'node'>({
  id: 'node.shell',
  scope: 'node',
  key: '!',
  title: 'Open shell over SSH',
  summary: 'Opens a shell on the node in this terminal, over SSH and not through the API.',
  // What is typed there changes things, which a read-only console may not do.
  effect: 'change',
  needs: [],
  batch: false,
  fields: [recordField, detachField],
  // SSH knows nothing of Proxmox's privileges.
  privileges: () => [],
  // A node that the cluster has lost may well be reached, and then needs it most.
  available: (node) =>
    node.status === 'offline' && node.seenAt === undefined
      ? disabled(say`node ${node.node} has not been seen yet`)
      : yes,
  confirm: (node) => askNode(0, say`Open a shell on node ${node.node}?`, node),
  taskTypes: [],
  touches: [],
  run: (node, values, context) =>
    runSshShell(context, {
      label: say`node ${node.node}`,
      target: nodeTarget(node, context.facts),
      values,
    }),
});
