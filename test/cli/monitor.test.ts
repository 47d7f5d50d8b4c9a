import assert from 'node:assert/strict';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 20 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (...argv: string[]) => homelab.run(admin, ['guest', 'monitor', ...argv]);
const sent = () => demo.requests().filter(({ path }) => path.endsWith('/monitor')).length;

test('one command: its answer on standard output and nothing else there', async () => {
  const { code, out, err } = await run('web-server', '--command', 'info status');
  assert.equal(code, 0, err);
  assert.equal(out, 'VM status: running\n');
  const json = await run('web-server', '--command', 'info status', '--json');
  const { output, outcome } = JSON.parse(json.out) as { output: string; outcome: string };
  assert.deepEqual({ output, outcome }, { output: 'VM status: running', outcome: 'ok' });
});

test('a change changes the guest; of a critical one the name is asked for', async () => {
  const guest = demo.world.guests.get(101);
  assert.equal((await run('web-server', '--command', 'stop')).code, 0);
  assert.equal(guest?.qmpstatus, 'paused');
  assert.equal((await run('web-server', '--command', 'cont')).code, 0);
  const critical = [...demo.world.guests.values()].find(
    ({ type, status, config }) =>
      type === 'qemu' && status === 'running' && String(config.tags ?? '').includes('critical'),
  );
  assert.ok(critical);
  const before = sent();
  const refused = await run(String(critical.vmid), '--command', 'quit');
  assert.notEqual(refused.code, 0);
  assert.match(refused.err, /repeat it with --confirm/);
  assert.equal(sent(), before);
});

test('read-only: nothing goes out, not even what only looks: it would be a POST', async () => {
  const before = sent();
  for (const command of ['info status', 'quit']) {
    const refused = await run('web-server', '--command', command, '--read-only');
    assert.notEqual(refused.code, 0);
    assert.match(refused.err, /read-only mode: nothing but GET requests leaves/);
  }
  assert.equal(sent(), before);
  assert.equal(demo.world.guests.get(101)?.status, 'running');
});

test('root-only commands and a lost privilege are told with what to do', async () => {
  const { code, err } = await run('web-server', '--command', 'device_del net0');
  assert.notEqual(code, 0);
  assert.match(err, /only root@pam send it, and no API token is root@pam/);
});

test('without a terminal and without a command it says what to do', async () => {
  const { code, err } = await run('web-server');
  assert.notEqual(code, 0);
  assert.match(err, /--command/);
});
