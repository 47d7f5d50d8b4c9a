import { sanitise, say } from '../domain/safe-text.ts';
import { parseUpid } from '../domain/task.ts';
import { disabled, yes } from './guest-common.ts';
import { taskOrDone } from './outcome.ts';
import { defineAction } from './types.ts';

export const taskStop = defineAction<'task'>({
  id: 'task.stop',
  scope: 'task',
  key: 'x',
  title: 'Stop task',
  summary: 'Ends a running task; what it had done so far stays done.',
  effect: 'disrupt',
  needs: [],
  batch: true,
  fields: [],
  // The owner may stop a task without it; the server decides for others' tasks.
  privileges: () => [],
  available: (task) =>
    task.outcome === 'running' ? yes : disabled(say`it has ended (${task.status ?? say`unknown`})`),
  confirm: (task) => ({
    level: 2,
    question: say`Stop task ${task.type} ${task.id}?`,
    lines: [
      say`Target: ${task.type} ${task.id} by ${task.user} on node ${task.node} · site ${sanitise(task.site)}`,
      say`It is interrupted where it is. Not every task can be undone; a guest may stay locked.`,
    ],
  }),
  taskTypes: [],
  touches: ['tasks', 'resources'],
  run: async (task, _values, context) =>
    taskOrDone(
      await context.site.tasks.stop(task.upid, { signal: context.signal }),
      say`Asked to stop ${sanitise(parseUpid(task.upid)?.type ?? task.type)}; its log shows how it ends`,
    ),
});
