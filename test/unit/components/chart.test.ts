import assert from 'node:assert/strict';
import test from 'node:test';
import { bar } from '../../../source/components/bar.ts';
import { type ChartPoint, chart } from '../../../source/components/chart.ts';
import { lineWidth } from '../../../source/components/compose.ts';
import type { Line } from '../../../source/components/line.ts';
import { sparkline } from '../../../source/components/sparkline.ts';
import { displayWidth } from '../../../source/components/width.ts';
import { percent } from '../../../source/domain/format.ts';
import { type SafeText, say } from '../../../source/domain/safe-text.ts';

const options = {
  title: say`CPU`,
  width: 52,
  height: 8,
  format: (value: number) => percent(value),
  formatTime: (time: number) => say`t${time}`,
  max: 1,
  ascii: false,
};
const textOf = (line: Line) => line.map(({ text }) => text).join('');
const points = (values: readonly (number | undefined)[]): ChartPoint[] =>
  values.map((value, index) => ({ time: index * 60, value }));
/** The plot only: what stands right of the axis. */
const plotOf = (lines: readonly Line[]) =>
  lines.slice(1, -1).map((line) => textOf(line).split(/[│|]/)[1] ?? '');

test('a chart has its title with figures, its scale and its time axis', () => {
  const lines = chart(points([0.1, 0.5, 0.2]), options);
  assert.equal(lines.length, 8);
  for (const line of lines) assert.equal(lineWidth(line), 52);
  assert.match(textOf(lines[0] ?? []), /CPU {2}last 20% {2}min 10% {2}max 50%/);
  assert.match(textOf(lines[1] ?? []), /100%│/);
  assert.match(textOf(lines[6] ?? []), /0%│/);
  assert.match(textOf(lines[7] ?? []), /t0 .* t120/);
});

test('an unknown value is a gap, not a zero and not a bridge', () => {
  for (const ascii of [false, true]) {
    const series = points([0.5, 0.5, 0.5, ...Array<undefined>(6).fill(undefined), 0.5, 0.5, 0.5]);
    const plot = plotOf(chart(series, { ...options, ascii }));
    const middle = plot.map((row) => row.slice(14, 26)).join('');
    assert.equal(middle.trim(), '', 'nothing is drawn in the gap');
    assert.notEqual(
      plot
        .map((row) => row.slice(0, 6))
        .join('')
        .trim(),
      '',
    );
    assert.notEqual(
      plot
        .map((row) => row.slice(-6))
        .join('')
        .trim(),
      '',
    );
    assert.equal(plot[plot.length - 1]?.trim(), '', 'and nothing at zero');
  }
});

test('a single unknown sample is a gap too', () => {
  const plot = plotOf(chart(points([0.5, 0.5, undefined, 0.5, 0.5]), options));
  assert.equal(
    plot
      .map((row) => row.slice(12, 28))
      .join('')
      .trim(),
    '',
  );
});

test('samples the server left out are a gap too', () => {
  const series = [0, 60, 120, 600, 660, 720].map((time) => ({ time, value: 0.5 }));
  const plot = plotOf(chart(series, options));
  assert.equal(
    plot
      .map((row) => row.slice(12, 26))
      .join('')
      .trim(),
    '',
  );
});

test('a known zero is drawn at the bottom', () => {
  const plot = plotOf(chart(points([0, 0, 0]), options));
  assert.notEqual(plot[plot.length - 1]?.trim(), '');
  assert.equal(plot[0]?.trim(), '');
});

test('nothing known says so instead of an empty plot', () => {
  const lines = chart(points([undefined, Number.NaN]), options);
  assert.equal(lines.length, 1);
  assert.match(textOf(lines[0] ?? []), /nothing known/);
  assert.equal(chart([], options).length, 1);
});

test('the ASCII chart uses ASCII only', () => {
  for (const line of chart(points([0, 1, 0.5]), { ...options, ascii: true })) {
    assert.match(textOf(line), /^[ -~]*$/);
  }
});

test('a bar shows a share, never rounds to empty or full, and says unknown', () => {
  const text = (fraction: number | undefined) => textOf(bar(fraction, 16));
  assert.equal(text(0.42), '[####.....]  42%');
  assert.equal(text(0), '[.........]   0%');
  assert.equal(text(0.001), '[#........]  <1%');
  assert.equal(text(0.999), '[########.]  99%');
  assert.equal(text(1), '[#########] 100%');
  assert.equal(text(1.7), '[#########] 170%');
  assert.equal(text(undefined).trim(), '?');
  for (const width of [1, 4, 8, 9, 16, 40]) {
    assert.ok(lineWidth(bar(0.5, width)) <= Math.max(width, 3));
    assert.equal(lineWidth(bar(undefined, width)), width);
  }
});

test('a sparkline leaves gaps for unknown values', () => {
  const drawn: SafeText = sparkline([0, undefined, 1, 0.5], 4, { ascii: false });
  assert.equal(drawn, '▁ █▅');
  assert.equal(sparkline([0, undefined, 1], 5, { ascii: true }), '  _ #');
  assert.equal(displayWidth(sparkline([], 6, { ascii: false })), 6);
  assert.equal(sparkline([1, 2, 3, 4], 2, { ascii: true, max: 4 }).length, 2);
});
