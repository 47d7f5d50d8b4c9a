import type { ConsoleEcho } from './console.ts';
import type { Scale } from './scale.ts';
import type { ScreenFigures, WayFigures } from './screen.ts';
import type { SnapshotFigures } from './snapshots.ts';
import type { Startup } from './startup.ts';

export interface Figures {
  /** `v20.19.2` */
  readonly version: string;
  readonly startup: Startup;
  readonly scale: Scale;
  readonly echo: ConsoleEcho;
  readonly snapshots: SnapshotFigures;
  readonly screen: ScreenFigures;
}

interface Row {
  readonly name: string;
  readonly value: (figures: Figures) => number;
  readonly text: (value: number, figures: Figures) => string;
  /** The most it may be, with a Node of this major version. */
  readonly limit?: (major: number) => number;
  readonly unit?: string;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;
const whole = (value: number) => String(Math.round(value));
const majorOf = ({ version }: Figures) => Number(/^v(\d+)/.exec(version)?.[1]);

/** One way to draw a VM's screen; all ways have the same limits. */
function screenRows(way: string, of: (figures: Figures) => WayFigures): readonly Row[] {
  return [
    {
      name: `a look at a screen of 1024×768 that moves, in ${way}: processor`,
      value: (figures) => of(figures).cpu,
      text: (value) => `${value.toFixed(1)} %`,
      limit: () => 25,
      unit: '%',
    },
    {
      name: 'the same: bytes a second to 80×24, most',
      value: (figures) => of(figures).bytes,
      text: whole,
      limit: () => 30 * 1024,
      unit: 'B',
    },
    {
      name: 'the same: bytes while it stands still',
      value: (figures) => of(figures).stillBytes,
      text: (value, figures) => `${whole(value)} (${of(figures).stillSeconds} s)`,
      limit: () => 0,
      unit: 'B',
    },
  ];
}

const rows: readonly Row[] = [
  { name: 'floor: `node -e 0`', value: (each) => each.startup.floor, text: ms },
  {
    name: '`--version`, spawn to exit',
    value: ({ startup }) => startup.version / startup.floor,
    text: (value, { startup }) => `${value.toFixed(2)} × (${ms(startup.version)})`,
    limit: () => 1.5,
    unit: '×',
  },
  {
    name: 'spawn to the first frame from the last known state',
    value: ({ startup }) => startup.firstFrame / startup.floor,
    text: (value, { startup }) => `${value.toFixed(2)} × (${ms(startup.firstFrame)})`,
    limit: (major) => (major < 22 ? 3.5 : 5.5),
    unit: '×',
  },
  {
    name: 'key to the last byte of its frame, median',
    value: ({ scale }) => scale.keyMedian,
    text: ms,
    limit: () => 16,
    unit: 'ms',
  },
  {
    name: 'the same, p99',
    value: ({ scale }) => scale.keyP99,
    text: ms,
    limit: () => 50,
    unit: 'ms',
  },
  {
    name: 'bytes written for a key, median',
    value: ({ scale }) => scale.keyBytes,
    text: whole,
    limit: () => 1023,
    unit: 'B',
  },
  {
    name: 'bytes written for a refresh that changed nothing',
    value: ({ scale }) => scale.quietBytes / Math.max(1, scale.quietRefreshes),
    text: (value, { scale }) => `${whole(value)} (${scale.quietRefreshes} refreshes)`,
    limit: () => 0,
    unit: 'B',
  },
  {
    name: 'bytes written for a refresh with 1 % of the rows changed, 80×24',
    value: ({ scale }) => scale.changedBytes,
    text: whole,
    limit: () => 2048,
    unit: 'B',
  },
  {
    name: "console echo of a container's shell added to the round trip, median",
    value: ({ echo }) => echo.console - echo.raw,
    text: (value, { echo }) => `${ms(value)} (${ms(echo.raw)} without)`,
    limit: () => 10,
    unit: 'ms',
  },
  {
    name: 'the same, p95',
    value: ({ echo }) => echo.addedP95,
    text: ms,
    limit: () => 10,
    unit: 'ms',
  },
  {
    name: 'resident memory, peak',
    value: ({ scale }) => scale.rss,
    text: (value) => `${whole(value)} MiB`,
    limit: () => 300,
    unit: 'MiB',
  },
  {
    name: 'processor while idle',
    value: ({ scale }) => scale.idleCpu,
    text: (value) => `${value.toFixed(1)} %`,
    limit: () => 2,
    unit: '%',
  },
  {
    name: 'requests a minute while idle, busiest endpoint',
    value: ({ scale }) => scale.idleRequests,
    text: whole,
    limit: () => 12,
    unit: '',
  },
  {
    name: 'requests other than GET',
    value: ({ scale }) => scale.writes,
    text: whole,
    limit: () => 0,
    unit: '',
  },
  {
    name: 'snapshots of 500 guests: requests in flight, most',
    value: ({ snapshots }) => snapshots.mostInFlight,
    text: whole,
    limit: () => 8,
    unit: '',
  },
  {
    name: 'the same: until the first rows are told',
    value: ({ snapshots }) => snapshots.firstRows,
    text: (value, { snapshots }) => `${ms(value)} of ${ms(snapshots.all)}`,
    limit: () => 1_000,
    unit: 'ms',
  },
  {
    name: 'the same: requests sent after it was given up',
    value: ({ snapshots }) => snapshots.afterAbort,
    text: whole,
    limit: () => 0,
    unit: '',
  },
  ...screenRows('half blocks', ({ screen }) => screen.blocks),
  ...screenRows('sixel', ({ screen }) => screen.sixel),
  ...screenRows('kitty', ({ screen }) => screen.kitty),
];

function cell(row: Row, figures: Figures): string {
  const value = row.value(figures);
  const over = row.limit !== undefined && !(value <= row.limit(majorOf(figures)));
  const text = row.text(value, figures);
  return over ? `**${text}, over the limit**` : text;
}

function limitOf(row: Row, all: readonly Figures[]): string {
  if (row.limit === undefined) return '';
  const limits = [...new Set(all.map((each) => row.limit?.(majorOf(each))))];
  return `≤ ${limits.join(' and ')} ${row.unit ?? ''}`.trim();
}

/** The results as a Markdown page. */
export function report(
  all: readonly Figures[],
  about: { readonly machine: string; readonly quick: boolean; readonly date: Date },
): string {
  const head = ['', ...all.map(({ version }) => `Node ${version.slice(1)}`), 'limit'];
  const table = [
    head,
    head.map((_, index) => (index === 0 ? '---' : '---:')),
    ...rows.map((row) => [row.name, ...all.map((each) => cell(row, each)), limitOf(row, all)]),
  ];
  return [
    '# Benchmark',
    '',
    `Made by \`npm run bench\` on ${about.date.toISOString().slice(0, 10)}: ${about.machine}${about.quick ? ', quick run' : ''}.`,
    'Startup is the ratio to `node -e 0` in the same run, on a terminal; the rest is the guest list with',
    '5,000 guests on 50 nodes, keys and memory at 120×40, the rest at 80×24, against the demo in a process of its own.',
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n');
}
