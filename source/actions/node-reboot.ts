import { say } from '../domain/safe-text.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePower, nodePrivilege, runningOn } from './node-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const nodeReboot = defineAction<'node'>({
  id: 'node.reboot',
  scope: 'node',
  key: '',
  menu: nodePower,
  title: 'Reboot',
  summary: 'Reboots the node; its guests are shut down or moved by HA.',
  offByDefault: true,
  effect: 'destroy',
  needs: [],
  batch: false,
  fields: [],
  privileges: nodePrivilege('Sys.PowerMgmt'),
  available: (node) =>
    node.status === 'online' ? yes : disabled(say`node ${node.node} is ${node.status}`),
  confirm: (node, _values, facts) =>
    askNode(4, say`Reboot node ${node.node}?`, node, [
      say`${runningOn(node, facts)} guest(s) run on it and are shut down by the node.`,
      say`It is away for minutes; guests with start at boot come back with it.`,
      say`This console may lose its own connection if it talks to this node.`,
    ]),
  taskTypes: [],
  touches: ['resources', 'tasks'],
  run: async (node, _values, context) => {
    const sent = await context.site.nodes.command(node.node, 'reboot', { signal: context.signal });
    return taskOrDone(sent, say`Requested: node ${node.node} acts in about 2 s`);
  },
});
