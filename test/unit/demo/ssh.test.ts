import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type Demo, startDemo } from '../../../source/demo/index.ts';
import { openDoor, openShell, site, watch } from '../ssh/rig.ts';

async function startSshDemo(t: TestContext, scenario?: string): Promise<Demo> {
  const demo = await startDemo({ ssh: true, ...(scenario === undefined ? {} : { scenario }) });
  t.after(() => demo.close());
  return demo;
}

function doorTo(t: TestContext, { info }: Demo) {
  assert.ok(info.ssh);
  const { hosts, user } = info.ssh;
  return openDoor(t, { siteSsh: { hosts, user } });
}

test('each node has an SSH server that takes the key and the password of this run', async (t) => {
  const demo = await startSshDemo(t);
  const ssh = demo.info.ssh;
  assert.ok(ssh);
  assert.deepEqual(Object.keys(ssh.hosts), ['pve1', 'pve2', 'pve3']);
  const byPassword = doorTo(t, demo);
  byPassword.answers.typed = ['wrong', ssh.password];
  assert.ok((await byPassword.door.open({ site, node: 'pve1' })).ok);
  assert.equal(byPassword.answers.hostKeys[0]?.fingerprint, ssh.fingerprint);
  const byKey = doorTo(t, demo);
  byKey.keyFile('id_ed25519', { private: ssh.privateKey, public: '' }, false);
  assert.ok((await byKey.door.open({ site, node: 'pve1' })).ok);
  assert.deepEqual(byKey.answers.secrets, []);
});

test('pct enter finds the containers of its node and says what a node would', async (t) => {
  const demo = await startSshDemo(t);
  const ssh = demo.info.ssh;
  assert.ok(ssh);
  const { door, keyFile } = doorTo(t, demo);
  keyFile('id_ed25519', { private: ssh.privateKey, public: '' }, false);
  const running = [...demo.world.guests.values()].find(
    ({ type, status, node }) => type === 'lxc' && status === 'running' && ssh.hosts[node],
  );
  assert.ok(running);
  const target = { site, node: running.node };
  const inside = await openShell(door, target, ['pct', 'enter', String(running.vmid)]);
  const shell = watch(inside);
  await shell.shows(`root@${String(running.config.hostname)}:~#`);
  inside.write('exit\r');
  await shell.end();
  assert.deepEqual(inside.exit(), { code: 0 });
  const missing = await openShell(door, target, ['pct', 'enter', '999999']);
  await watch(missing).end();
  assert.deepEqual(missing.exit(), { code: 2 });
  running.status = 'stopped';
  const stopped = await openShell(door, target, ['pct', 'enter', String(running.vmid)]);
  await watch(stopped).end();
  assert.deepEqual(stopped.exit(), { code: 255 });
});

test('a VM has a server of its own, while it runs', async (t) => {
  const demo = await startSshDemo(t);
  const ssh = demo.info.ssh;
  assert.ok(ssh);
  const found = [...demo.world.guests.values()].find(
    ({ vmid, status }) => status === 'running' && ssh.guests[vmid] !== undefined,
  );
  assert.ok(found);
  assert.equal(found.type, 'qemu');
  const host = `${ssh.user}@${ssh.guests[found.vmid]}`;
  const { door, keyFile } = doorTo(t, demo);
  keyFile('id_ed25519', { private: ssh.privateKey, public: '' }, false);
  const console = await openShell(door, { host });
  await watch(console).shows(`root@${String(found.config.name)}:~#`);
  console.close();
  found.status = 'stopped';
  const other = doorTo(t, demo);
  const stopped = await other.door.open({ host });
  assert.ok(!stopped.ok);
  assert.equal(stopped.failure.kind, 'unreachable');
});

test('a node that is down answers nobody', async (t) => {
  const demo = await startSshDemo(t, 'node-down');
  const down = Object.keys(demo.info.ssh?.hosts ?? {}).find((node) => !demo.world.isOnline(node));
  assert.ok(down);
  const opened = await doorTo(t, demo).door.open({ site, node: down });
  assert.ok(!opened.ok);
  assert.equal(opened.failure.kind, 'unreachable');
});
