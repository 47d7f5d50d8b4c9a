import { mapResult } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePower, nodePrivilege } from './node-common.ts';
import { defineAction } from './types.ts';

export const nodeWake = defineAction<'node'>({
  id: 'node.wake',
  scope: 'node',
  key: '',
  menu: nodePower,
  title: 'Wake',
  summary: 'Sends a Wake-on-LAN packet for the node from the node this console talks to.',
  effect: 'change',
  needs: [],
  batch: true,
  fields: [],
  privileges: nodePrivilege('Sys.PowerMgmt'),
  available: (node) =>
    node.status === 'online' ? disabled(say`node ${node.node} is online already`) : yes,
  confirm: (node) => askNode(1, say`Wake node ${node.node}?`, node),
  taskTypes: [],
  touches: ['resources'],
  run: async (node, _values, context) => {
    const sent = await context.site.nodes.wake(node.node, { signal: context.signal });
    return mapResult(sent, () => ({
      kind: 'done' as const,
      message: say`Packet sent; whether ${node.node} wakes shows in a minute or two`,
    }));
  },
});
