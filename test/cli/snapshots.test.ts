import assert from 'node:assert/strict';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 20 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (argv: readonly string[]) => homelab.run(admin, argv);

test('snapshots list: oldest first, filtered by age, the same for a machine', async () => {
  const all = await run(['snapshots', 'list']);
  assert.equal(all.code, 0, all.err);
  assert.match(all.out, /^VMID +GUEST +SNAPSHOT +AGE +RAM/);
  const old = await run(['snapshots', 'list', '--filter', 'older:30d', '--json']);
  const rows = JSON.parse(old.out) as Record<string, unknown>[];
  assert.deepEqual(rows.map(({ vmid, snapname }) => `${vmid}/${snapname}`).sort(), [
    '100/clean-install',
    '101/base',
    '103/base',
    '111/activated',
  ]);
  assert.equal(rows[0]?.snapname, 'activated');
  assert.equal(rows[0]?.ramsize, null);
  assert.equal((await run(['snapshots', 'list', '--filter', 'older:soon'])).code, 64);
});

test('snapshot delete: several at once, each told; a wrong name sends nothing', async () => {
  const from = demo.requests().length;
  const wrong = await run(['snapshot', 'delete', '100/clean-install', '101/nonsense']);
  assert.equal(wrong.code, 64);
  assert.match(wrong.err, /guest 101 has no snapshot nonsense/);
  assert.match(wrong.err, /it has: base, /);
  const writes = () =>
    demo
      .requests()
      .slice(from)
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(writes(), []);
  const done = await run(['snapshot', 'delete', '101/base', '101/php-test', '111/activated']);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /Delete snapshot base of guest 101 web-server: done/);
  assert.equal(writes().length, 3);
  demo.world.settle();
  const left = demo.world.guests.get(101)?.snapshots.map(({ name }) => name);
  assert.deepEqual(left, ['before-flake-update', 'nginx-ok']);
});
