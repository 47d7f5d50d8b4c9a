import { fact, segment, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import type { Column } from '../../components/table/columns.ts';
import { age, dateTime, NOT_APPLICABLE } from '../../domain/format.ts';
import { nodeKey } from '../../domain/node.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { nodeOnline } from '../nodes/rows.ts';
import type { StateWords } from '../state-words.ts';
import type { ListView } from '../types.ts';
import { calmLines, healthLines } from './lines.ts';
import { type Problem, problemsOf, type Severity, severityRank } from './problems.ts';

const severities: Readonly<Record<Severity, StateWords>> = {
  critical: { glyph: say`✗`, word: say`critical`, tone: 'bad' },
  warning: { glyph: say`⚠`, word: say`warning`, tone: 'warn' },
  unknown: { glyph: say`?`, word: say`unknown`, tone: 'warn' },
};

const columns: readonly Column<Problem>[] = [
  {
    id: 'severity',
    title: say`Severity`,
    min: 10,
    priority: 0,
    cell: ({ severity }) => {
      const { glyph, word, tone } = severities[severity];
      return { text: say`${glyph} ${word}`, tone };
    },
    sortValue: ({ severity }) => severityRank(severity),
  },
  {
    id: 'site',
    title: say`Site`,
    min: 5,
    max: 12,
    priority: 1,
    applies: (context) => context.manySites,
    cell: ({ site }) => ({ text: site as SafeText }),
    sortValue: ({ site }) => site,
  },
  {
    id: 'where',
    title: say`Where`,
    min: 16,
    max: 32,
    grow: 1,
    priority: 0,
    cell: ({ where }) => ({ text: where }),
    sortValue: ({ where }) => where,
  },
  {
    id: 'what',
    title: say`What needs you`,
    min: 24,
    max: 160,
    grow: 4,
    priority: 0,
    cell: ({ what }) => ({ text: what }),
    sortValue: ({ what }) => what,
  },
  {
    id: 'since',
    title: say`Since`,
    min: 7,
    align: 'right',
    priority: 2,
    cell: ({ since }, { now }) =>
      since === undefined
        ? { text: NOT_APPLICABLE, tone: 'dim' }
        : { text: age(now - since), tone: 'dim' },
    ticks: ({ since }) => since !== undefined,
    sortValue: ({ since }) => since,
  },
];

function preview(problem: Problem, { width, now }: { width: number; now: number }): Line[] {
  const { glyph, word, tone } = severities[problem.severity];
  const since =
    problem.since === undefined
      ? NOT_APPLICABLE
      : say`${dateTime(problem.since)}, ${age(now - problem.since)} ago`;
  return [
    fact(say`Severity`, [segment(say`${glyph} ${word}`, tone)]),
    fact(say`Site`, problem.site as SafeText),
    fact(say`Where`, problem.where),
    fact(say`Since`, since),
    [],
    ...wrapped(problem.what, width),
  ];
}

/** What needs the user over all sites, worst first, under the health of every site. Enter jumps to the object. */
export const overviewView: ListView<Problem> = {
  id: 'overview',
  key: '0',
  title: say`Overview`,
  rows: problemsOf,
  sources: (sites) =>
    sites.flatMap((site) =>
      (site.resources.data?.nodes ?? [])
        .filter(nodeOnline)
        .map((node) => ({ kind: 'node.certificates', subject: nodeKey(node) }) as const),
    ),
  rowKey: ({ key }) => key,
  rowTitle: ({ where }) => where,
  columns,
  defaultSort: { column: 'severity', descending: false },
  filterFields: (problem) => ({
    text: [problem.what, problem.where],
    fields: { site: [problem.site], status: [problem.severity] },
  }),
  sick: () => true,
  stale: () => false,
  notes: healthLines,
  empty: calmLines,
  preview,
  tabs: [],
  copies: (problem) => [{ label: say`text`, text: say`${problem.where}: ${problem.what}` }],
  open: ({ open }) => open,
};
