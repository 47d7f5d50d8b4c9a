import assert from 'node:assert/strict';
import test from 'node:test';
import { nodeKey } from '../../../source/domain/node.ts';
import { nodesView } from '../../../source/views/nodes/index.ts';
import { storageColumns } from '../../../source/views/storage/columns.ts';
import { storageView } from '../../../source/views/storage/index.ts';
import type { TabBody, ViewContext } from '../../../source/views/types.ts';
import { allOf, contextOf, detail, drawn, node, now, storage, withResources } from './fixtures.ts';

const sites = [withResources({ nodes: [node('pve1')], storages: [storage('tank')] })];
const points = Array.from({ length: 60 }, (_, at) => ({
  time: now / 1000 - (60 - at) * 60,
  cpu: at / 100,
  memused: 1024 ** 3,
}));
const details = detail('node.rrd', nodeKey(node('pve1')), { data: points }, 'hour');

/** The text of a tab as it is read out, and as it is drawn. */
function both(view: typeof nodesView | typeof storageView, id: string) {
  const [row] = view.rows(sites);
  const tab = view.tabs.find((each) => each.id === id);
  assert.ok(row && tab, id);
  const made = tab.body as (row: object, of: ViewContext) => TabBody;
  const text = (plain: boolean) => {
    const context = { ...contextOf(sites, details, { width: 120, height: 40 }), plain };
    const body = made(row, context);
    assert.equal(body.kind, 'lines');
    return body.kind === 'lines' ? allOf(body.lines) : '';
  };
  return { plain: text(true), drawn: text(false) };
}

const bars = /\[[#.]+\]/;

test('a bar is read out as its figure', () => {
  const summary = both(nodesView, 'summary');
  assert.match(summary.drawn, bars);
  assert.doesNotMatch(summary.plain, bars);
  assert.match(summary.plain, /^Memory +25% {2}8.00\/32.0 GiB$/m);
  const status = both(storageView, 'status');
  assert.match(status.drawn, bars);
  assert.doesNotMatch(status.plain, bars);
  assert.match(status.plain, /^Usage +40%$/m);
  const rows = storageView.rows(sites);
  const [row] = drawn(storageColumns, rows, 100, { plain: true });
  assert.doesNotMatch(row ?? '', bars);
  assert.match(row ?? '', /tank .* 40%/);
});

test('a graph is read out as its figures, one below the other', () => {
  const graphs = both(nodesView, 'graphs');
  assert.match(graphs.drawn, /[│\u2800-\u28ff]/);
  assert.doesNotMatch(graphs.plain, /[│|\u2800-\u28ff]/);
  assert.match(graphs.plain, /^CPU {2}last 59% {2}min 0% {2}max 59% *$/m);
  assert.match(graphs.plain, /^Memory {2}last 1.00 GiB/m);
});
