import { sanitise, say } from '../../domain/safe-text.ts';
import type { Sourced } from '../../domain/sourced.ts';
import type { Task } from '../../domain/task.ts';
import { detailEmpty, detailNotes } from '../freshness.ts';
import type { Copy, TabTable, ViewContext } from '../types.ts';
import { ownTaskColumns } from './columns.ts';
import { taskKey } from './words.ts';

export function taskCopies(task: Task): Copy[] {
  return [{ label: say`UPID`, text: sanitise(task.upid) }];
}

/** The tasks of one guest or node, newest first; enter opens the log. */
export function taskTable(source: Sourced<readonly Task[]>, context: ViewContext): TabTable<Task> {
  return {
    kind: 'table',
    columns: ownTaskColumns,
    rows: [...(source.data ?? [])].sort((a, b) => b.starttime - a.starttime),
    rowKey: taskKey,
    empty: detailEmpty(source, say`no tasks listed`),
    notes: detailNotes(source, context),
    target: (task) => ({ scope: 'task', target: task }),
    open: (task) => ({ view: 'tasks', key: taskKey(task) }),
    copies: taskCopies,
  };
}
