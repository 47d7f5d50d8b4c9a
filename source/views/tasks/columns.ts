import type { Column } from '../../components/table/columns.ts';
import { duration, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { Task } from '../../domain/task.ts';
import { siteColumn } from '../site-column.ts';
import { outcomeState, startedAgo, taskDuration, taskTitle } from './words.ts';

const always = () => true;

/** What Proxmox said at the end; of a running task there is nothing to say. */
function statusText(task: Task): SafeText {
  if (task.outcome === 'running') return NOT_APPLICABLE;
  return task.status ?? UNKNOWN;
}

const columns: readonly Column<Task>[] = [
  siteColumn(({ site }) => site, 2),
  {
    id: 'state',
    title: say`State`,
    min: 10,
    priority: 0,
    cell: (task) => {
      const { glyph, word, tone } = outcomeState(task.outcome);
      return { text: say`${glyph} ${word}`, tone };
    },
    sortValue: (task) => outcomeState(task.outcome).word,
  },
  {
    id: 'task',
    title: say`Task`,
    min: 18,
    max: 36,
    grow: 2,
    priority: 0,
    cell: (task) => ({ text: taskTitle(task) }),
    sortValue: taskTitle,
  },
  {
    id: 'start',
    title: say`Started`,
    min: 10,
    align: 'right',
    priority: 1,
    cell: (task, { now, skew }) => ({ text: startedAgo(task, now, skew?.[task.site]) }),
    ticks: always,
    sortValue: (task) => task.starttime,
  },
  {
    id: 'duration',
    title: say`Took`,
    min: 10,
    align: 'right',
    priority: 4,
    cell: (task, { now, skew }) => ({
      text: duration(taskDuration(task, now, skew?.[task.site])),
    }),
    ticks: always,
    sortValue: (task) => (task.endtime === undefined ? undefined : task.endtime - task.starttime),
  },
  {
    id: 'node',
    title: say`Node`,
    min: 8,
    max: 16,
    priority: 3,
    cell: (task) => ({ text: task.node }),
    sortValue: (task) => task.node,
  },
  {
    id: 'user',
    title: say`User`,
    min: 10,
    max: 24,
    priority: 5,
    cell: (task) => ({ text: task.user }),
    sortValue: (task) => task.user,
  },
  {
    id: 'status',
    title: say`Result`,
    min: 12,
    max: 100,
    grow: 3,
    priority: 1,
    cell: (task) => {
      const text = statusText(task);
      return task.outcome === 'error' ? { text, tone: 'bad' } : { text, tone: 'dim' };
    },
    sortValue: (task) => task.status,
  },
];

export const taskColumns: readonly Column<Task>[] = columns;

/** For the tasks tab of one guest or node, where site (and for a guest the node) say nothing new. */
export const ownTaskColumns: readonly Column<Task>[] = columns.filter(({ id }) => id !== 'site');
