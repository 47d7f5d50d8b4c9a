import { type ChartPoint, chart } from '../components/chart.ts';
import { blankLine, segment } from '../components/compose.ts';
import type { Line } from '../components/line.ts';
import { bytes, clockTime, dateTime, decimal, percent, rate } from '../domain/format.ts';
import type { RrdPoint, Timeframe } from '../domain/rrd.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { Sourced } from '../domain/sourced.ts';
import { detailNotes } from './freshness.ts';
import type { ViewContext } from './types.ts';

/** One graph: how to read its value from a sample and what its figures mean. */
export interface Graph {
  readonly title: SafeText;
  readonly value: (point: RrdPoint) => number | undefined;
  readonly format: (value: number) => SafeText;
  /** The fixed top, where there is one (1 for a fraction, the memory a guest has). */
  readonly max?: (points: readonly RrdPoint[]) => number | undefined;
}

const timeframes: readonly Timeframe[] = ['hour', 'day', 'week', 'month', 'year'];
const highest = (key: string) => (points: readonly RrdPoint[]) => {
  const known = points.flatMap((point) => {
    const value = point[key];
    return value === undefined ? [] : [value];
  });
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b));
};

/** Pressure is told in percent. */
const share = (value: number) => say`${decimal(value)}%`;

export const graphs = {
  cpu: {
    title: say`CPU`,
    value: (point) => point.cpu,
    format: (value) => percent(value),
    max: () => 1,
  },
  iowait: {
    title: say`IO wait`,
    value: (point) => point.iowait,
    format: (value) => percent(value),
    max: () => 1,
  },
  load: {
    title: say`Load`,
    value: (point) => point.loadavg,
    format: (value) => decimal(value),
  },
  guestMemory: {
    title: say`Memory`,
    value: (point) => point.mem,
    format: (value) => bytes(value),
    max: highest('maxmem'),
  },
  guestMemoryOnNode: {
    title: say`Memory on the node`,
    value: (point) => point.memhost,
    format: (value) => bytes(value),
  },
  pressureCpu: {
    title: say`CPU pressure, some`,
    value: (point) => point.pressurecpusome,
    format: share,
  },
  pressureIo: {
    title: say`IO pressure, some`,
    value: (point) => point.pressureiosome,
    format: share,
  },
  pressureMemory: {
    title: say`Memory pressure, some`,
    value: (point) => point.pressurememorysome,
    format: share,
  },
  nodeMemory: {
    title: say`Memory`,
    value: (point) => point.memused,
    format: (value) => bytes(value),
    max: highest('memtotal'),
  },
  root: {
    title: say`Root disk`,
    value: (point) => point.rootused,
    format: (value) => bytes(value),
    max: highest('roottotal'),
  },
  netin: {
    title: say`Network in`,
    value: (point) => point.netin,
    format: (value) => rate(value),
  },
  netout: {
    title: say`Network out`,
    value: (point) => point.netout,
    format: (value) => rate(value),
  },
  diskread: {
    title: say`Disk read`,
    value: (point) => point.diskread,
    format: (value) => rate(value),
  },
  diskwrite: {
    title: say`Disk write`,
    value: (point) => point.diskwrite,
    format: (value) => rate(value),
  },
} satisfies Record<string, Graph>;

function timeframeLine(selected: Timeframe): Line {
  const words = timeframes.flatMap((name) =>
    name === selected
      ? [segment(say`[${name as string as SafeText}]`, 'accent'), segment(say` `)]
      : [segment(say`${name as string as SafeText} `, 'dim')],
  );
  return [...words, segment(say`  times are local, gaps are unknown`, 'dim')];
}

function joined(left: readonly Line[], right: readonly Line[] | undefined): Line[] {
  if (!right) return [...left];
  return left.map((line, index) => [...line, segment(say`  `), ...(right[index] ?? [])]);
}

/** All graphs of an object, two beside each other where there is room, each as high as the screen allows. */
export function graphLines(
  source: Sourced<readonly RrdPoint[]>,
  list: readonly Graph[],
  context: ViewContext,
): Line[] {
  const notes = detailNotes(source, context);
  const points = source.data;
  const top: Line[] = [timeframeLine(context.timeframe), ...notes];
  if (!points) return top;
  // Read out, a graph is its title with the figures: the last, the lowest, the highest.
  const across = context.width >= 90 && !context.plain ? 2 : 1;
  const width = Math.floor((context.width - (across - 1) * 2) / across);
  const down = Math.ceil(list.length / across);
  const room = Math.floor((context.height - top.length) / down) - 1;
  const height = context.plain ? 1 : Math.max(6, Math.min(12, room));
  const formatTime = (time: number) =>
    context.timeframe === 'hour' || context.timeframe === 'day'
      ? (clockTime(time * 1000).slice(0, 5) as SafeText)
      : dateTime(time * 1000);
  const charts = list.map(({ title, value, format, max }) => {
    const series: ChartPoint[] = points.map((point) => ({ time: point.time, value: value(point) }));
    return chart(series, {
      title,
      width,
      height,
      format,
      formatTime,
      max: max?.(points),
      ascii: context.ascii,
    });
  });
  const lines: Line[] = [...top];
  for (let index = 0; index < charts.length; index += across) {
    const left = charts[index] ?? [];
    const right = across === 2 ? charts[index + 1] : undefined;
    lines.push(blankLine, ...joined(padTo(left, right, width), right));
  }
  return lines;
}

/** A chart without data is shorter than its neighbour: fill it up so that no line is lost. */
function padTo(left: readonly Line[], right: readonly Line[] | undefined, width: number): Line[] {
  const missing = Math.max(0, (right?.length ?? 0) - left.length);
  const gap: Line = [{ text: ' '.repeat(width) as SafeText }];
  return [...left, ...Array.from({ length: missing }, () => gap)];
}
