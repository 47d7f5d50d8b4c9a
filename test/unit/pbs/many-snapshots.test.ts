import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeRows } from '../../../source/services/pbs/rows.ts';
import { type Handler, json } from '../http/fake-server.ts';
import { answered, epochNow, kindOf, sentIn, serve, upid } from './rig.ts';

const time = epochNow(-40 * 86_400);

function row(id: number, at: number, more: object = {}) {
  return {
    'backup-id': String(id),
    'backup-time': at,
    'backup-type': 'vm',
    comment: `guest ${id} with "quotes", {braces} and a \\ at the end \\`,
    files: [
      { 'crypt-mode': 'none', filename: 'drive-scsi0.img.fidx', size: 34_359_738_368 },
      { 'crypt-mode': 'none', filename: 'qemu-server.conf.blob', size: 412 },
      { 'crypt-mode': 'none', filename: 'client.log.blob', size: 900 },
      { 'crypt-mode': 'none', filename: 'index.json.blob', size: 600 },
    ],
    owner: 'pve@pbs!backup',
    protected: false,
    size: 34_359_740_280,
    verification: { state: 'ok', upid: upid('verificationjob', 'main\\x3anightly') },
    ...more,
  };
}

test('seven thousand snapshots come in one request, while keys are still answered', async (t) => {
  const data = Array.from({ length: 7_000 }, (_, index) => row(100 + (index % 170), time + index));
  const { server, pbs } = await serve(t, (_seen, response) => json(response, { data }));
  let turns = 0;
  let arrived = false;
  const count = () => {
    turns += 1;
    if (!arrived) setImmediate(count);
  };
  setImmediate(count);
  const found = answered(await pbs.content.snapshots({ store: 'main', ns: '' }));
  arrived = true;
  assert.equal(server.seen.length, 1);
  assert.equal(found.length, 7_000);
  assert.equal(found[6_999]?.time, time + 6_999);
  assert.ok(found.every(({ finished, comment }) => finished && comment?.endsWith('\\')));
  assert.ok(turns > 30, `${turns} turns of the event loop`);
  // Texts that are the same are kept once.
  assert.ok(Object.is(found[0]?.owner, found[6_999]?.owner));
});

const shapes: readonly (readonly [string, string, number | undefined])[] = [
  ['an empty list', '{"data":[]}', 0],
  [
    'spaces and what follows',
    ' { "data" : [ {"a":1} ,\n {"a":2} ] , "total": 2, "x":{"y":[]} } ',
    2,
  ],
  ['another order', '{"success":1,"data":[{"a":1},{"a":2}]}', 2],
  ['null', '{"data":null}', undefined],
  ['an object', '{"data":{"a":1}}', undefined],
  ['a cut row', '{"data":[{"a":1},{"a":', undefined],
  ['a cut list', '{"data":[{"a":1}', undefined],
  ['a cut end', '{"data":[{"a":1}]', undefined],
  ['rubbish between rows', '{"data":[{"a":1} x {"a":2}]}', undefined],
  ['rubbish in a row', '{"data":[{"a":1},{a:2}]}', undefined],
  ['quotes and braces in texts', '{"data":[{"a":"}]\\"{\\\\"},{"a":"["}]}', 2],
];
for (const [name, body, expected] of shapes) {
  test(`a list with ${name} is read, or refused whole`, async () => {
    const rows = await decodeRows(body, (each) => each);
    assert.equal(rows?.length, expected);
  });
}

/** Answers too much for a whole namespace, and as much as is asked for otherwise. */
function tooLarge(limit: 'all' | 'types'): Handler {
  return (seen, response) => {
    const type = seen.query.get('backup-type');
    const id = seen.query.get('backup-id');
    if (seen.path.endsWith('/groups')) {
      const groups = ['vm', 'vm', 'ct'].map((each, index) => ({
        'backup-type': each,
        'backup-id': String(100 + index),
        'backup-count': 1,
        'last-backup': time,
        files: [],
      }));
      return json(response, { data: groups });
    }
    if (type === null || (limit === 'types' && id === null && type === 'vm')) {
      // Refused by its announced length: nothing of it has to be sent.
      response.writeHead(200, { 'content-length': 17 * 1024 * 1024 });
      response.write('{"data":[');
      return;
    }
    if (type === 'host') return json(response, { data: [] });
    json(response, { data: [row(Number(id ?? 500), time, { 'backup-type': type })] });
  };
}

test('a namespace that is too large for one answer is asked type by type', async (t) => {
  const { server, pbs } = await serve(t, tooLarge('all'));
  const found = answered(await pbs.content.snapshots({ store: 'main', ns: 'prod' }));
  assert.deepEqual(
    found.map(({ type }) => type),
    ['vm', 'ct'],
  );
  assert.deepEqual(
    server.seen.map((seen) => sentIn(seen)['backup-type']),
    [undefined, 'vm', 'ct', 'host'],
  );
});

test('and group by group where a type is still too large', async (t) => {
  const { pbs } = await serve(t, tooLarge('types'));
  const found = answered(await pbs.content.snapshots({ store: 'main', ns: '' }));
  assert.deepEqual(
    found.map(({ type, id }) => `${type}/${id}`),
    ['vm/100', 'vm/101', 'ct/500'],
  );
});

test('when a part cannot be had, there is a failure and no part of the list', async (t) => {
  const whole = tooLarge('all');
  const { pbs } = await serve(t, (seen, response, request) =>
    seen.query.get('backup-type') === 'ct'
      ? json(response, 'no', 400)
      : whole(seen, response, request),
  );
  assert.equal(kindOf(await pbs.content.snapshots({ store: 'main', ns: '' })), 'rejected');
});

test('a datastore that did not answer in time is left alone, longer each time, and others are not', async (t) => {
  const hung = new Set(['/admin/datastore/slow/namespace']);
  const { server, pbs, clock } = await serve(
    t,
    (seen, response) => {
      if (!hung.has(seen.path)) json(response, { data: [] });
    },
    {},
  );
  const walk = () => pbs.content.namespaces('slow', {}, { wait: 150 });
  assert.equal(kindOf(await walk()), 'timeout');
  const asked = server.seen.length;
  const again = await pbs.content.snapshots({ store: 'slow', ns: '' });
  assert.ok(!again.ok);
  assert.match(again.failure.what, /slow did not answer in time and is left alone/);
  assert.equal(server.seen.length, asked);
  assert.equal(kindOf(await pbs.content.namespaces('main')), 'ok');
  clock.offset += 61_000;
  assert.equal(kindOf(await walk()), 'timeout');
  clock.offset += 61_000;
  assert.match(JSON.stringify(await walk()), /left alone/);
  clock.offset += 60_000;
  hung.clear();
  assert.equal(kindOf(await walk()), 'ok');
  assert.equal(kindOf(await walk()), 'ok');
});

test('a person who refreshes is not made to wait', async (t) => {
  let hangs = true;
  const { pbs } = await serve(t, (_seen, response) => {
    if (!hangs) json(response, { data: [] });
  });
  assert.equal(
    kindOf(await pbs.content.groups({ store: 'main', ns: '' }, { wait: 150 })),
    'timeout',
  );
  hangs = false;
  pbs.reset();
  assert.equal(kindOf(await pbs.content.groups({ store: 'main', ns: '' })), 'ok');
});
