import assert from 'node:assert/strict';
import test from 'node:test';
import { render } from 'ink-testing-library';
import type { CellContext, Column } from '../../../source/components/table/columns.ts';
import { layoutColumns } from '../../../source/components/table/layout.ts';
import { createRowPainter, headerLine } from '../../../source/components/table/row.ts';
import { compareNatural, sortRows } from '../../../source/components/table/sort.ts';
import { Table, visibleRows } from '../../../source/components/table/table.tsx';
import { moveCursor, windowTop } from '../../../source/components/table/window.ts';
import { createTheme } from '../../../source/components/theme.ts';
import { displayWidth } from '../../../source/components/width.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly load?: number;
}
const context: CellContext = { now: 0, ascii: false, manySites: false };
const theme = createTheme('none', { level: 0 });
let formatted = 0;
const columns: readonly Column<Row>[] = [
  {
    id: 'site',
    title: say`Site`,
    min: 5,
    priority: 1,
    applies: ({ manySites }) => manySites,
    cell: () => ({ text: say`home` }),
  },
  {
    id: 'id',
    title: say`Id`,
    min: 5,
    align: 'right',
    priority: 0,
    cell: ({ id }) => {
      formatted += 1;
      return { text: say`${id}` };
    },
    sortValue: ({ id }) => id,
  },
  {
    id: 'name',
    title: say`Name`,
    min: 8,
    max: 20,
    grow: 1,
    priority: 0,
    cell: ({ name }) => ({ text: sanitise(name) }),
    sortValue: ({ name }) => name,
  },
  {
    id: 'load',
    title: say`Load`,
    min: 6,
    align: 'right',
    priority: 2,
    cell: ({ load }) => ({ text: load === undefined ? say`?` : say`${load}` }),
    sortValue: ({ load }) => load,
  },
  { id: 'wide', title: say`Wide`, min: 30, priority: 3, cell: () => ({ text: say`w` }) },
];
const rows: readonly Row[] = Array.from({ length: 5000 }, (_, id) => ({ id, name: `guest-${id}` }));
const ids = (width: number, manySites = false) =>
  layoutColumns(columns, width, { ...context, manySites }).columns.map(({ column }) => column.id);

test('columns go by priority as the width shrinks, and the last ones never go', () => {
  assert.deepEqual(ids(80), ['id', 'name', 'load', 'wide']);
  assert.deepEqual(ids(50), ['id', 'name', 'load']);
  assert.deepEqual(ids(20), ['id', 'name']);
  assert.deepEqual(ids(5), ['id', 'name']);
  assert.deepEqual(ids(30, true), ['site', 'id', 'name', 'load']);
});

test('spare cells go to growing columns up to their maximum', () => {
  const layout = layoutColumns(columns, 45, context);
  assert.deepEqual(
    layout.columns.map(({ width }) => width),
    [5, 20, 6],
  );
  const tight = layoutColumns(columns, 26, context);
  assert.deepEqual(
    tight.columns.map(({ width }) => width),
    [5, 11, 6],
  );
});

test('the window moves only as far as the cursor needs and leaves no gap at the end', () => {
  assert.equal(windowTop({ top: 0, cursor: 5, count: 100, height: 10 }), 0);
  assert.equal(windowTop({ top: 0, cursor: 10, count: 100, height: 10 }), 1);
  assert.equal(windowTop({ top: 50, cursor: 40, count: 100, height: 10 }), 40);
  assert.equal(windowTop({ top: 95, cursor: 99, count: 100, height: 10 }), 90);
  assert.equal(windowTop({ top: 90, cursor: 3, count: 4, height: 10 }), 0);
  assert.equal(windowTop({ top: 5, cursor: -1, count: 0, height: 10 }), 0);
  assert.equal(windowTop({ top: 5, cursor: 5, count: 10, height: 0 }), 0);
});

test('cursor moves stay inside the list', () => {
  const state = { top: 0, cursor: 3, count: 20, height: 10 };
  assert.equal(moveCursor(state, 'down'), 4);
  assert.equal(moveCursor({ ...state, cursor: 0 }, 'up'), 0);
  assert.equal(moveCursor(state, 'page-down'), 12);
  assert.equal(moveCursor(state, 'page-up'), 0);
  assert.equal(moveCursor(state, 'last'), 19);
  assert.equal(moveCursor({ ...state, count: 0 }, 'last'), -1);
});

test('sorting is natural, stable, and keeps unknown values last in both directions', () => {
  assert.ok(compareNatural('pve2', 'pve10') < 0);
  assert.ok(compareNatural('PVE2', 'pve10') < 0);
  assert.equal(compareNatural('a', 'a'), 0);
  const some: Row[] = [
    { id: 1, name: 'pve10' },
    { id: 2, name: 'pve2', load: 5 },
    { id: 3, name: 'pve2', load: 1 },
    { id: 4, name: 'a', load: 0 },
  ];
  const order = (column: string, descending: boolean) =>
    sortRows(some, columns, { column, descending }).map(({ id }) => id);
  assert.deepEqual(order('name', false), [4, 2, 3, 1]);
  assert.deepEqual(order('name', true), [1, 2, 3, 4]);
  assert.deepEqual(order('load', false), [4, 3, 2, 1]);
  assert.deepEqual(order('load', true), [2, 3, 4, 1]);
  assert.deepEqual(order('nonsense', true), [1, 2, 3, 4]);
});

test('the header shows where the order comes from, and every line has the full width', () => {
  const layout = layoutColumns(columns, 60, context);
  const text = (descending: boolean, column: string) =>
    headerLine(layout, { column, descending })
      .map((segment) => segment.text)
      .join('');
  assert.match(text(false, 'name'), /Name▲ /);
  assert.match(text(true, 'id'), /Id▼ Name /);
  const painted = createRowPainter(layout, theme).paint(
    { id: 7, name: '日本語日本語日本語日本語日本語' },
    { cursor: true, marked: true, stale: false },
    context,
  );
  assert.equal(displayWidth(painted), 60);
  assert.match(painted, /^>\* {4}7 日本語/);
});

function tableAt(cursor: number, marked: readonly string[] = [], now = 0) {
  return (
    <Table
      columns={columns}
      rows={rows}
      rowKey={({ id }) => String(id)}
      cursorKey={String(cursor)}
      marked={new Set(marked)}
      top={100}
      height={21}
      width={60}
      theme={theme}
      sort={{ column: 'id', descending: false }}
      stale={({ id }) => id === 105}
      context={{ ...context, now }}
    />
  );
}

test('only visible rows are formatted, and a cursor move formats two', () => {
  formatted = 0;
  const app = render(tableAt(100));
  assert.equal(visibleRows(21), 20);
  assert.equal(formatted, 20);
  app.rerender(tableAt(101));
  assert.equal(formatted, 22);
  app.rerender(tableAt(101, [], 5000));
  assert.equal(formatted, 22, 'the clock alone formats nothing');
  app.rerender(tableAt(101, ['102']));
  assert.equal(formatted, 23);
  const lines = (app.lastFrame() ?? '').split('\n');
  assert.equal(lines.length, 21);
  assert.match(lines[0] ?? '', /Id▲ Name/);
  assert.match(lines[2] ?? '', /^> {3}101 guest-101/);
  assert.match(lines[3] ?? '', /^ \* {2}102 guest-102/);
  app.unmount();
});

test('an age is formatted anew when the clock moves, the rest of its list is not', () => {
  let cells = 0;
  const ticking: Column<Row>[] = [
    {
      id: 'age',
      title: say`Age`,
      min: 8,
      priority: 0,
      cell: (_, { now }) => {
        cells += 1;
        return { text: say`${now}` };
      },
      ticks: ({ id }) => id === 1,
    },
  ];
  const painter = createRowPainter(layoutColumns(ticking, 20, context), theme);
  const flags = { cursor: false, marked: false, stale: false };
  const [one, two] = [rows[1], rows[2]];
  assert.ok(one && two);
  for (const now of [0, 0, 1000]) {
    painter.paint(one, flags, { ...context, now });
    painter.paint(two, flags, { ...context, now });
  }
  assert.equal(cells, 3);
  assert.match(painter.paint(one, flags, { ...context, now: 2000 }), /2000/);
});

test('a screen reader is told what is selected and marked in words', () => {
  const layout = layoutColumns(columns, 60, context);
  const painter = createRowPainter(layout, theme, true);
  const [row] = rows;
  assert.ok(row);
  assert.match(
    painter.paint(row, { cursor: true, marked: true, stale: false }, context),
    /^selected marked +0 guest-0/,
  );
});
