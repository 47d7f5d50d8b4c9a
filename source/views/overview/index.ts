import { fact, segment, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import type { Column } from '../../components/table/columns.ts';
import { age, dateTime, NOT_APPLICABLE } from '../../domain/format.ts';
import { type Finding, severityRank } from '../../domain/health.ts';
import { nodeKey } from '../../domain/node.ts';
import { nodeOnline } from '../../domain/resource-health.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { siteColumn } from '../site-column.ts';
import type { StateWords } from '../state-words.ts';
import type { DetailTab, ListView } from '../types.ts';
import { calmLines, healthLines } from './lines.ts';
import { openedBy, overviewRows } from './rows.ts';

const severities: Readonly<Record<Finding['level'], StateWords>> = {
  critical: { glyph: say`✗`, word: say`critical`, tone: 'bad' },
  warning: { glyph: say`⚠`, word: say`warning`, tone: 'warn' },
  unknown: { glyph: say`?`, word: say`unknown`, tone: 'warn' },
};

const columns: readonly Column<Finding>[] = [
  {
    id: 'severity',
    title: say`Severity`,
    min: 10,
    priority: 0,
    cell: ({ level }) => {
      const { glyph, word, tone } = severities[level];
      return { text: say`${glyph} ${word}`, tone };
    },
    sortValue: ({ level }) => severityRank(level),
  },
  siteColumn(({ site }) => site, 1),
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

function preview(finding: Finding, { width, now }: { width: number; now: number }): Line[] {
  const { glyph, word, tone } = severities[finding.level];
  const since =
    finding.since === undefined
      ? NOT_APPLICABLE
      : say`${dateTime(finding.since)}, ${age(now - finding.since)} ago`;
  return [
    fact(say`Severity`, [segment(say`${glyph} ${word}`, tone)]),
    fact(say`Site`, finding.site as string as SafeText),
    fact(say`Where`, finding.where),
    fact(say`Since`, since),
    [],
    ...wrapped(finding.what, width),
  ];
}

/** The finding in full, for those that lead to no object: a failure may have a lot to say. */
const finding: DetailTab<Finding> = {
  id: 'finding',
  title: say`Finding`,
  sources: () => [],
  body: (row, context) => ({ kind: 'lines', lines: preview(row, context) }),
};

/** What needs the user over all sites, worst first, under the health of every site. Enter jumps to the object. */
export const overviewView: ListView<Finding> = {
  id: 'overview',
  key: '0',
  title: say`Overview`,
  rows: overviewRows,
  sources: (sites) =>
    sites.flatMap((site) =>
      (site.resources.data?.nodes ?? [])
        .filter(nodeOnline)
        .map((node) => ({ kind: 'node.certificates', subject: nodeKey(node) }) as const),
    ),
  rowKey: ({ id }) => id,
  rowTitle: ({ where }) => where,
  columns,
  defaultSort: { column: 'severity', descending: false },
  filterFields: (finding) => ({
    text: [finding.what, finding.where],
    fields: { site: [finding.site], status: [finding.level] },
  }),
  sick: () => true,
  stale: () => false,
  notes: healthLines,
  empty: calmLines,
  preview,
  tabs: [finding],
  copies: (finding) => [{ label: say`text`, text: say`${finding.where}: ${finding.what}` }],
  open: openedBy,
};
