import { fact, segment, textLine } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { detailOf } from '../../domain/detail.ts';
import { clockTime, dateTime, duration, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { clockSkew } from '../../domain/server-time.ts';
import type { Task, TaskLogPage, TaskOutcome } from '../../domain/task.ts';
import { detailNotes, failureLines, listEmpty, listNotes } from '../freshness.ts';
import type { DetailTab, ListView, ViewContext } from '../types.ts';
import { taskColumns } from './columns.ts';
import { taskCopies } from './tab.ts';
import { outcomeState, serverAgo, taskDuration, taskKey, taskTitle } from './words.ts';

function taskRows(sites: readonly SiteInventory[]): readonly Task[] {
  const seen = new Set<string>();
  const rows: Task[] = [];
  for (const task of sites.flatMap((site) => site.tasks.data ?? [])) {
    const key = taskKey(task);
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push(task);
  }
  return rows;
}

/** How it ended: the status asked for this very task is newer than the list. */
function currentOutcome(
  task: Task,
  context: ViewContext,
): { readonly outcome: TaskOutcome; readonly status: SafeText | undefined } {
  const status = detailOf(context.details, 'task.status', taskKey(task)).data;
  if (!status || task.outcome !== 'running') {
    return { outcome: task.outcome, status: task.status };
  }
  return { outcome: status.outcome, status: status.exitstatus ?? task.status };
}

function skewOf(task: Task, { sites }: ViewContext): number {
  return clockSkew(sites.find(({ site }) => site === task.site)?.connection);
}

function stateLine(task: Task, context: ViewContext): Line {
  const { outcome, status } = currentOutcome(task, context);
  const { glyph, word, tone } = outcomeState(outcome);
  const took = duration(taskDuration({ ...task, outcome }, context.now, skewOf(task, context)));
  const said = status === undefined || outcome === 'running' ? say`` : say` · ${status}`;
  return [
    segment(say`${glyph} ${word}`, tone),
    segment(say` · ${took} · on ${task.node} by ${task.user}`, 'dim'),
    segment(said, tone),
  ];
}

/** Lines at the beginning of a long log that are not kept. */
function leftOut(page: TaskLogPage): number {
  return Math.max(0, page.next - page.lines.length);
}

function logTab(): DetailTab<Task> {
  return {
    id: 'log',
    title: say`Log`,
    sources: (task) => [
      { kind: 'task.log', subject: taskKey(task) },
      { kind: 'task.status', subject: taskKey(task) },
    ],
    body: (task, context) => {
      const log = detailOf(context.details, 'task.log', taskKey(task));
      const lines = log.data?.lines ?? [];
      const notes: Line[] = [stateLine(task, context)];
      if (log.failure) notes.push(...detailNotes(log, context));
      else if (log.data === undefined) notes.push(textLine(say`loading the log`, 'dim'));
      else if (lines.length === 0) notes.push(textLine(say`the log is empty so far`, 'dim'));
      if (log.data && leftOut(log.data) > 0) {
        notes.push(
          textLine(
            say`the last ${lines.length} lines; ${leftOut(log.data)} earlier ones are not shown`,
            'dim',
          ),
        );
      }
      return { kind: 'log', lines, notes };
    },
  };
}

function factLines(task: Task, context: ViewContext): Line[] {
  const { outcome, status } = currentOutcome(task, context);
  const { glyph, word, tone } = outcomeState(outcome);
  const skew = skewOf(task, context);
  const at = (seconds: number | undefined, absent: SafeText) =>
    seconds === undefined
      ? absent
      : say`${dateTime(seconds * 1000)} ${serverAgo(seconds, context.now, skew)}`;
  const ended = outcome === 'running' ? NOT_APPLICABLE : UNKNOWN;
  return [
    fact(say`Task`, taskTitle(task)),
    fact(say`State`, [segment(say`${glyph} ${word}`, tone)]),
    fact(say`Result`, [segment(status ?? ended, outcome === 'error' ? 'bad' : 'plain')]),
    fact(say`Started`, at(task.starttime, UNKNOWN)),
    fact(say`Ended`, at(task.endtime, ended)),
    fact(say`Took`, duration(taskDuration({ ...task, outcome }, context.now, skew))),
    fact(say`Node`, task.node),
    fact(say`User`, task.user),
    fact(say`Type`, task.type),
    fact(say`Id`, task.id === '' ? NOT_APPLICABLE : task.id),
    fact(say`Site`, task.site as string as SafeText),
    fact(say`UPID`, sanitise(task.upid)),
  ];
}

function detailsTab(): DetailTab<Task> {
  return {
    id: 'details',
    title: say`Details`,
    sources: (task) => [{ kind: 'task.status', subject: taskKey(task) }],
    body: (task, context) => {
      const status = detailOf(context.details, 'task.status', taskKey(task));
      const failed = status.failure ? failureLines(status.failure, context.width) : [];
      return { kind: 'lines', lines: [...failed, ...factLines(task, context)] };
    },
  };
}

function preview(task: Task, context: ViewContext): readonly Line[] {
  const lines = factLines(task, context);
  const log = detailOf(context.details, 'task.log', taskKey(task)).data;
  const room = Math.max(0, context.height - lines.length - 1);
  const tail = room > 0 && log ? log.lines.slice(-room) : [];
  return tail.length === 0 ? lines : [...lines, [], ...tail.map((line) => textLine(line, 'dim'))];
}

/** Tasks of all sites: those Proxmox lists for the cluster, about 25 finished ones for each node and all running ones. */
export const tasksView: ListView<Task, 'task'> = {
  id: 'tasks',
  key: '7',
  title: say`Tasks`,
  scope: 'task',
  target: (task) => task,
  rows: taskRows,
  rowKey: taskKey,
  rowTitle: (task) => say`${taskTitle(task)} ${clockTime(task.starttime * 1000)}`,
  columns: taskColumns,
  defaultSort: { column: 'start', descending: true },
  filterFields: (task) => ({
    text: [taskTitle(task), task.type, task.id, task.user, task.status ?? ''],
    fields: {
      node: [task.node],
      status: [outcomeState(task.outcome).word, task.status ?? ''],
      type: [task.type, taskTitle({ type: task.type, id: '' as SafeText })],
      site: [task.site],
    },
    at: task.starttime * 1000,
  }),
  sick: (task) => task.outcome !== 'ok' && task.outcome !== 'running',
  stale: () => false,
  notes: (context) => listNotes('tasks', context),
  empty: (sites, now) => listEmpty('tasks', sites, now, say`no tasks listed`),
  preview,
  tabs: [logTab(), detailsTab()],
  copies: taskCopies,
};
