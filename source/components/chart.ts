import type { SafeText } from '../domain/safe-text.ts';
import { say } from '../domain/safe-text.ts';
import type { Line, Segment } from './line.ts';
import { fitLine } from './paint.ts';
import { displayWidth } from './width.ts';

/** One sample; `time` in seconds. An undefined value is a gap in the line, never a zero. */
export interface ChartPoint {
  readonly time: number;
  readonly value: number | undefined;
}

export interface ChartOptions {
  readonly title: SafeText;
  /** Cells and rows of the whole chart, its title and time axis included. */
  readonly width: number;
  readonly height: number;
  readonly format: (value: number) => SafeText;
  /** Words for a time in seconds, at both ends of the axis. */
  readonly formatTime: (time: number) => SafeText;
  /** What the top of the chart stands for; the highest known value when absent. */
  readonly max?: number;
  readonly ascii: boolean;
}

/** Cells of the figures left of the plot. */
const LABEL = 11;
const BRAILLE = 0x2800;
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

interface Raster {
  readonly columns: number;
  readonly rows: number;
  readonly set: (x: number, y: number) => void;
  readonly has: (x: number, y: number) => boolean;
}

function raster(columns: number, rows: number): Raster {
  const dots = new Uint8Array(columns * rows);
  const inside = (x: number, y: number) => x >= 0 && x < columns && y >= 0 && y < rows;
  return {
    columns,
    rows,
    set: (x, y) => {
      if (inside(x, y)) dots[y * columns + x] = 1;
    },
    has: (x, y) => inside(x, y) && dots[y * columns + x] === 1,
  };
}

/** Samples further apart than this many seconds have something missing between them. */
function gapLimit(points: readonly ChartPoint[]): number {
  const steps = points
    .slice(1)
    .map((point, index) => point.time - (points[index]?.time ?? point.time))
    .sort((a, b) => a - b);
  const middle = steps[Math.floor(steps.length / 2)];
  return middle === undefined ? Number.POSITIVE_INFINITY : Math.max(1, middle) * 2.5;
}

function drawLine(plot: Raster, x0: number, y0: number, x1: number, y1: number): void {
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  for (let step = 0; step <= steps; step += 1) {
    const share = step / steps;
    plot.set(Math.round(x0 + (x1 - x0) * share), Math.round(y0 + (y1 - y0) * share));
  }
}

/** Draws known samples, joined where they follow each other; rows count from the bottom. */
function drawPoints(plot: Raster, points: readonly ChartPoint[], top: number): void {
  const first = points[0]?.time ?? 0;
  const span = Math.max(1, (points[points.length - 1]?.time ?? first) - first);
  const limit = gapLimit(points);
  let before: { readonly x: number; readonly y: number; readonly time: number } | undefined;
  for (const { time, value } of points) {
    if (value === undefined || !Number.isFinite(value)) {
      before = undefined;
      continue;
    }
    const x = Math.round(((time - first) / span) * (plot.columns - 1));
    const share = Math.max(0, Math.min(1, value / top));
    const y = Math.round(share * (plot.rows - 1));
    if (before && time - before.time <= limit) drawLine(plot, before.x, before.y, x, y);
    else plot.set(x, y);
    before = { x, y, time };
  }
}

function brailleRow(plot: Raster, row: number, cells: number): string {
  let text = '';
  for (let cell = 0; cell < cells; cell += 1) {
    let bits = 0;
    for (const side of [0, 1] as const) {
      DOTS[side].forEach((bit, down) => {
        if (plot.has(cell * 2 + side, plot.rows - 1 - (row * 4 + down))) bits += bit;
      });
    }
    text += bits === 0 ? ' ' : String.fromCharCode(BRAILLE + bits);
  }
  return text;
}

function asciiRow(plot: Raster, row: number, cells: number): string {
  let text = '';
  for (let cell = 0; cell < cells; cell += 1) {
    text += plot.has(cell, plot.rows - 1 - row) ? '*' : ' ';
  }
  return text;
}

function titleLine(known: readonly number[], options: ChartOptions): Line {
  const title: Segment = { text: options.title, tone: 'heading' };
  const last = known[known.length - 1];
  if (last === undefined) return [title, { text: say`  nothing known`, tone: 'warn' }];
  const { format } = options;
  const low = known.reduce((a, b) => Math.min(a, b));
  const high = known.reduce((a, b) => Math.max(a, b));
  return [
    title,
    { text: say`  last ${format(last)}` },
    { text: say`  min ${format(low)}  max ${format(high)}`, tone: 'dim' },
  ];
}

function axisLine(points: readonly ChartPoint[], cells: number, options: ChartOptions): Line {
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return [];
  const left = options.formatTime(first.time);
  const right = options.formatTime(last.time);
  const gap = Math.max(1, cells - displayWidth(left) - displayWidth(right));
  const indent = ' '.repeat(LABEL + 1);
  return [{ text: `${indent}${left}${' '.repeat(gap)}${right}` as SafeText, tone: 'dim' }];
}

/**
 * A line graph over time in braille dots, or in `*` where only ASCII is drawn. Every line is `width` cells, so that charts
 * can stand side by side. Gaps stay gaps. Below 4 rows or 24 cells only the title line with its figures is left.
 */
export function chart(series: readonly ChartPoint[], options: ChartOptions): Line[] {
  const { width, height, ascii } = options;
  const points = [...series].sort((a, b) => a.time - b.time);
  const known = points.flatMap(({ value }) =>
    value === undefined || !Number.isFinite(value) ? [] : [value],
  );
  const lines: Line[] = [titleLine(known, options)];
  const cells = width - LABEL - 1;
  const rows = height - 2;
  if (known.length > 0 && cells >= 12 && rows >= 2) {
    const highest = known.reduce((a, b) => Math.max(a, b));
    const top = options.max && options.max > 0 ? options.max : highest > 0 ? highest : 1;
    const plot = ascii ? raster(cells, rows) : raster(cells * 2, rows * 4);
    drawPoints(plot, points, top);
    for (let row = 0; row < rows; row += 1) {
      const label = row === 0 ? options.format(top) : row === rows - 1 ? options.format(0) : say``;
      lines.push([
        ...fitLine([{ text: label, tone: 'dim' }], LABEL, 'right'),
        { text: (ascii ? '|' : '│') as SafeText, tone: 'dim' },
        {
          text: (ascii ? asciiRow(plot, row, cells) : brailleRow(plot, row, cells)) as SafeText,
          tone: 'info',
        },
      ]);
    }
    lines.push(axisLine(points, cells, options));
  }
  return lines.map((line) => fitLine(line, width));
}
