import { say } from '../domain/safe-text.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePower, nodePrivilege, runningOn } from './node-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const nodeShutdown = defineAction<'node'>({
  id: 'node.shutdown',
  scope: 'node',
  key: '',
  menu: nodePower,
  title: 'Shut down',
  summary: 'Shuts the node down; somebody must switch it on again, or wake it.',
  offByDefault: true,
  effect: 'destroy',
  needs: [],
  batch: false,
  fields: [],
  privileges: nodePrivilege('Sys.PowerMgmt'),
  available: (node) =>
    node.status === 'online' ? yes : disabled(say`node ${node.node} is ${node.status}`),
  confirm: (node, _values, facts) =>
    askNode(4, say`Shut down node ${node.node}?`, node, [
      say`${runningOn(node, facts)} guest(s) run on it and are shut down by the node.`,
      say`It stays off until it is woken or switched on by hand.`,
      say`This console may lose its own connection if it talks to this node.`,
    ]),
  taskTypes: [],
  touches: ['resources', 'tasks'],
  run: async (node, _values, context) => {
    const sent = await context.site.nodes.command(node.node, 'shutdown', {
      signal: context.signal,
    });
    return taskOrDone(sent, say`Requested: node ${node.node} acts in about 2 s`);
  },
});
