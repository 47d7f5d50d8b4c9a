import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { GuestAt } from '../../../source/services/types.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();
const vm: GuestAt = { site: 'home' as never, type: 'qemu', vmid: 100, node: sanitise('pve1') };

type Answers = Readonly<Record<string, { data?: unknown; status?: number; message?: string }>>;

/** Answers each part of the agent's API; a part that is not named is a call the server does not have. */
async function agent(t: TestContext, answers: Answers) {
  const server = await startServer(shown, (seen, response) => {
    const part = seen.path.split('/').at(-1) ?? '';
    const { data, status = 200, message } = answers[part] ?? { status: 501 };
    json(response, { data: data === undefined ? null : { result: data }, message }, status);
  });
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  const { site } = rig(t, { endpoints: [server.url], tls });
  const parts = () => server.seen.map(({ path }) => path.split('/').at(-1)).sort();
  return { site, parts };
}

const linux: Answers = {
  'get-osinfo': {
    data: {
      id: 'debian',
      name: 'Debian GNU/Linux',
      'pretty-name': 'Debian GNU/Linux 13 (trixie)',
      'kernel-release': '6.12.48+deb13-amd64',
      version: '13 (trixie)',
    },
  },
  'get-host-name': { data: { 'host-name': 'web01' } },
  'get-fsinfo': {
    data: [
      { name: 'sda1', mountpoint: '/', type: 'ext4', 'used-bytes': 5, 'total-bytes': 10, disk: [] },
      { name: 'sr0', mountpoint: '/mnt', type: 'iso9660' },
      { name: 'sda2', mountpoint: '', type: 'swap' },
    ],
  },
  'get-users': {
    data: [{ user: 'root', 'login-time': 1784412002.5 }, { user: 'Ann', domain: 'LAN' }, {}],
  },
};

test('everything an agent tells', async (t) => {
  const { site } = await agent(t, linux);
  assert.deepEqual(await site.guests.agentInfo(vm), {
    ok: true,
    value: {
      os: 'Debian GNU/Linux 13 (trixie)',
      kernel: '6.12.48+deb13-amd64',
      hostname: 'web01',
      fileSystems: [
        { mountpoint: '/', name: 'sda1', type: 'ext4', used: 5, total: 10 },
        { mountpoint: '/mnt', name: 'sr0', type: 'iso9660' },
      ],
      users: [
        { user: 'root', since: 1784412002.5 },
        { user: 'Ann', domain: 'LAN' },
      ],
    },
  });
});

test('a part that is refused or missing is left out, never shown as empty', async (t) => {
  const { site } = await agent(t, {
    'get-osinfo': {
      status: 500,
      message: 'Agent error: The command guest-get-osinfo has been disabled',
    },
    'get-host-name': { data: { 'host-name': 'old' } },
    'get-users': { data: [] },
  });
  assert.deepEqual(await site.guests.agentInfo(vm), {
    ok: true,
    value: { hostname: 'old', users: [] },
  });
});

test('a dead agent is asked once, because each question blocks a worker of the server', async (t) => {
  for (const message of [
    'QEMU guest agent is not running',
    'No QEMU guest agent configured',
    'VM 100 is not running',
    "VM 100 qmp command 'guest-ping' failed - got timeout",
  ]) {
    const { site, parts } = await agent(t, { 'get-osinfo': { status: 500, message } });
    const told = await site.guests.agentInfo(vm);
    assert.equal(!told.ok && told.failure.detail, message);
    assert.deepEqual(parts(), ['get-osinfo']);
  }
});

test('a missing privilege is told after one question, too', async (t) => {
  const message =
    'Permission check failed (/vms/100, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)';
  const { site, parts } = await agent(t, { 'get-osinfo': { status: 403, message } });
  const told = await site.guests.agentInfo(vm);
  assert.equal(!told.ok && told.failure.kind, 'denied');
  assert.deepEqual(parts(), ['get-osinfo']);
});

test('when every part fails, the failure that says most is told', async (t) => {
  const message = 'Agent error: nothing is allowed here';
  const { site, parts } = await agent(t, { 'get-fsinfo': { status: 500, message } });
  const told = await site.guests.agentInfo(vm);
  assert.equal(!told.ok && told.failure.detail, message);
  assert.equal(parts().length, 4);
  const none = await agent(t, {});
  const nothing = await none.site.guests.agentInfo(vm);
  assert.equal(!nothing.ok && nothing.failure.kind, 'unsupported');
});

test('what an agent tells cannot move the cursor', async (t) => {
  const { site } = await agent(t, {
    ...linux,
    'get-host-name': { data: { 'host-name': 'a\u001b[2Jb' } },
    'get-osinfo': { data: { name: 'x\u202e', version: 1 } },
  });
  const told = await site.guests.agentInfo(vm);
  assert.ok(told.ok);
  assert.equal(told.value.hostname, 'ab');
  assert.equal(told.value.os, 'x· 1');
});
