import { say } from '../domain/safe-text.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePower } from './node-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const nodeStartAll = defineAction<'node'>({
  id: 'node.start-all',
  scope: 'node',
  key: '',
  menu: nodePower,
  title: 'Start all guests',
  summary: 'Starts the guests of the node that are set to start at boot, in their order.',
  effect: 'change',
  needs: [],
  batch: false,
  fields: [
    {
      name: 'force',
      label: 'Also those not set to start at boot',
      help: 'Starts every stopped guest of the node that is not a template.',
      kind: 'boolean',
      initial: () => false,
    },
  ],
  // Without a list of guests in the call Proxmox accepts VM.PowerMgmt on / only.
  privileges: () => [{ path: '/', anyOf: ['VM.PowerMgmt'] }],
  available: (node) =>
    node.status === 'online' ? yes : disabled(say`node ${node.node} is ${node.status}`),
  confirm: (node, values) =>
    askNode(2, say`Start all guests of node ${node.node}?`, node, [
      values.force === true
        ? say`Every stopped guest is started, also those not set to start at boot.`
        : say`Guests set to start at boot are started in their order.`,
    ]),
  taskTypes: ['startall'],
  touches: ['resources', 'tasks'],
  run: async (node, values, context) => {
    const started = await context.site.nodes.startAll(
      node.node,
      values.force === true ? { force: true } : {},
      { signal: context.signal },
    );
    return taskOrDone(started);
  },
});
