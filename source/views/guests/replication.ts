import { textLine, wrapped } from '../../components/compose.ts';
import type { Cell, Column } from '../../components/table/columns.ts';
import { detailOf } from '../../domain/detail.ts';
import { age, duration, NOT_APPLICABLE, UNKNOWN } from '../../domain/format.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { defaultSchedule, type JobWithState } from '../../domain/replication.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { sinceServerTime } from '../../domain/server-time.ts';
import { detailEmpty, detailNotes, failureLines } from '../freshness.ts';
import type { TabTable, ViewContext } from '../types.ts';

const none: Cell = { text: NOT_APPLICABLE, tone: 'dim' };
const unknown: Cell = { text: UNKNOWN };

function stateCell(job: JobWithState): Cell {
  const { state } = job;
  if (job.removing) return { text: say`being removed`, tone: 'warn' };
  if (state?.running) return { text: say`runs now`, tone: 'info' };
  if (!job.enabled) return { text: say`switched off`, tone: 'dim' };
  if (!state) return { text: say`unknown`, tone: 'warn' };
  if (state.failCount || state.error) {
    return { text: say`✗ failed ${state.failCount ?? 1} time(s)`, tone: 'bad' };
  }
  return state.lastSync === undefined
    ? { text: say`not run yet`, tone: 'warn' }
    : { text: say`✓ ok`, tone: 'good' };
}

export const replicationColumns: readonly Column<JobWithState>[] = [
  {
    id: 'id',
    title: say`Job`,
    min: 6,
    max: 14,
    priority: 0,
    cell: ({ id }) => ({ text: id }),
    sortValue: ({ id }) => id,
  },
  {
    id: 'target',
    title: say`To node`,
    min: 8,
    max: 20,
    priority: 0,
    cell: ({ target }) => ({ text: target }),
    sortValue: ({ target }) => target,
  },
  {
    id: 'state',
    title: say`State`,
    min: 18,
    max: 20,
    priority: 0,
    cell: stateCell,
  },
  {
    id: 'schedule',
    title: say`Schedule`,
    min: 8,
    max: 24,
    priority: 1,
    cell: ({ schedule }) =>
      schedule ? { text: schedule } : { text: sanitise(defaultSchedule), tone: 'dim' },
    sortValue: ({ schedule }) => schedule,
  },
  {
    id: 'last',
    title: say`Last sync`,
    min: 9,
    align: 'right',
    priority: 0,
    cell: ({ state }, { now, ownSkew = 0 }) => {
      if (!state) return unknown;
      if (state.lastSync === undefined) return { text: say`never`, tone: 'warn' };
      return { text: age(sinceServerTime(state.lastSync * 1000, now, ownSkew)) };
    },
    ticks: () => true,
    sortValue: ({ state }) => state?.lastSync,
  },
  {
    id: 'took',
    title: say`Took`,
    min: 8,
    align: 'right',
    priority: 3,
    cell: ({ state }) => {
      if (!state) return unknown;
      return state.duration === undefined ? none : { text: duration(state.duration * 1000) };
    },
    sortValue: ({ state }) => state?.duration,
  },
  {
    id: 'next',
    title: say`Next in`,
    min: 8,
    align: 'right',
    priority: 2,
    cell: ({ state, enabled, removing }, { now, ownSkew = 0 }) => {
      if (!enabled || removing) return none;
      if (!state) return unknown;
      // 0 is what Proxmox says when it waits for the target.
      if (state.nextSync === undefined) return { text: say`waits`, tone: 'warn' };
      const left = state.nextSync * 1000 - (now + ownSkew);
      return left <= 0 ? { text: say`due` } : { text: age(left) };
    },
    ticks: () => true,
    sortValue: ({ state }) => state?.nextSync,
  },
  {
    id: 'rate',
    title: say`Limit`,
    min: 8,
    align: 'right',
    priority: 5,
    cell: ({ rate }) => (rate === undefined ? none : { text: say`${rate} MB/s` }),
    sortValue: ({ rate }) => rate,
  },
  {
    id: 'words',
    title: say`Comment`,
    min: 12,
    max: 100,
    grow: 2,
    priority: 4,
    cell: ({ comment }) => (comment ? { text: comment } : none),
    sortValue: ({ comment }) => comment,
  },
];

/** Replication exists between the nodes of a cluster; while their number is not known it may. */
export function mayReplicate(guest: Guest, { sites }: ViewContext): boolean {
  const nodes = sites.find(({ site }) => site === guest.site)?.resources.data?.nodes;
  return nodes === undefined || nodes.length > 1;
}

/** The guest's storage replication jobs with how they fare. */
export function replicationTable(guest: Guest, context: ViewContext): TabTable<JobWithState> {
  const source = detailOf(context.details, 'guest.replication', guestKey(guest));
  const { jobs = [], failure } = source.data ?? {};
  const empty = detailEmpty(source, say`no replication jobs`);
  const hint = wrapped(
    say`a, Add replication job: keeps a copy of its ZFS disks on another node.`,
    context.width,
    'dim',
  );
  return {
    kind: 'table',
    columns: replicationColumns,
    rows: jobs,
    rowKey: ({ id }) => id,
    empty: source.data ? [...empty, ...hint] : empty,
    notes: [
      ...detailNotes(source, context),
      ...jobs.flatMap(({ id, state }) =>
        state?.error ? wrapped(say`✗ ${id}: ${state.error}`, context.width, 'bad') : [],
      ),
      ...(failure && jobs.length > 0
        ? [
            textLine(say`⚠ how they fare is not known:`, 'warn'),
            ...failureLines(failure, context.width),
          ]
        : []),
    ],
    picked: ({ id }) => ({ kind: 'replication', key: id }),
    copies: ({ id, state }) => [
      { label: say`job`, text: id },
      ...(state?.error ? [{ label: say`error`, text: state.error }] : []),
    ],
  };
}
