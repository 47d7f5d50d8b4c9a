import { say } from '../domain/safe-text.ts';
import { disabled, yes } from './guest-common.ts';
import { askNode, nodePower, runningOn } from './node-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const nodeStopAll = defineAction<'node'>({
  id: 'node.stop-all',
  scope: 'node',
  key: '',
  menu: nodePower,
  title: 'Stop all guests',
  summary: 'Shuts down every guest of the node in reverse start order.',
  effect: 'destroy',
  needs: [],
  batch: false,
  fields: [
    {
      name: 'timeout',
      label: 'Wait for each (s)',
      help: 'How long each guest may take, 0 to 7200. Empty: 180.',
      kind: 'integer',
      problem: (value) =>
        typeof value === 'number' && (value < 0 || value > 7200) ? 'must be 0 to 7200' : undefined,
    },
    {
      name: 'force-stop',
      label: 'Stop those that do not answer in time',
      help: 'Unsaved data in such a guest is lost. Off: it keeps running and the task says so.',
      kind: 'boolean',
      initial: () => false,
    },
  ],
  privileges: () => [{ path: '/', anyOf: ['VM.PowerMgmt'] }],
  available: (node) =>
    node.status === 'online' ? yes : disabled(say`node ${node.node} is ${node.status}`),
  confirm: (node, values, facts) =>
    askNode(3, say`Stop all guests of node ${node.node}?`, node, [
      say`${runningOn(node, facts)} guest(s) run on it; whatever they serve is gone.`,
      values['force-stop'] === true
        ? say`Those that do not answer in time are stopped hard and lose unsaved data.`
        : say`Those that do not answer in time keep running.`,
    ]),
  taskTypes: ['stopall'],
  touches: ['resources', 'tasks'],
  run: async (node, values, context) => {
    const started = await context.site.nodes.stopAll(
      node.node,
      {
        ...(typeof values.timeout === 'number' ? { timeout: values.timeout } : {}),
        // The server's default is to stop hard, so the choice is always sent.
        forceStop: values['force-stop'] === true,
      },
      { signal: context.signal },
    );
    return taskOrDone(started);
  },
});
