import assert from 'node:assert/strict';
import test from 'node:test';
import { isLookedAt } from '../../../source/domain/pbs.ts';
import { describeMissing, grantCommands, knows } from '../../../source/domain/pbs-access.ts';
import type { Permissions } from '../../../source/domain/permission.ts';
import { json } from '../http/fake-server.ts';
import { always, answered, failing, kindOf, serve, upid } from './rig.ts';

test('the status of the server has other keys than that of a node of Proxmox VE', async (t) => {
  const pair = Array.from({ length: 32 }, () => 'ab').join(':');
  const { server, pbs } = await serve(
    t,
    always({
      cpu: 0.013,
      wait: 0.0002,
      uptime: 2_345_678,
      loadavg: [0.12, 0.18, 0.21],
      memory: { total: 1000, used: 400, free: 600 },
      swap: { total: 0, used: 0, free: 0 },
      root: { total: 500, used: 100, avail: 400 },
      kversion: 'Linux 6.14',
      'current-kernel': { release: '6.14.8-2-pve', sysname: 'Linux' },
      cpuinfo: { model: 'N5105', sockets: 1, cpus: 4 },
      info: { fingerprint: pair },
      'boot-info': { mode: 'efi', secureboot: false },
    }),
  );
  const status = answered(await pbs.node.status());
  assert.equal(server.seen[0]?.path, '/nodes/localhost/status');
  assert.deepEqual(status.loadavg, [0.12, 0.18, 0.21]);
  assert.deepEqual(status.root, { total: 500, used: 100, avail: 400 });
  assert.deepEqual(status.memory, { total: 1000, used: 400, free: 600 });
  assert.equal(status.fingerprint, pair.toUpperCase());
  assert.equal(status.kernel, '6.14.8-2-pve');
  assert.equal(status.secureBoot, false);
  server.handler = always({ memory: null });
  const bare = answered(await pbs.node.status());
  assert.deepEqual(bare, { server: 'pbs1', memory: {}, swap: {}, root: {} });
});

test('services the system does not know are left out', async (t) => {
  const known = {
    service: 'proxmox-backup',
    name: 'proxmox-backup',
    desc: 'API',
    state: 'running',
  };
  const { pbs } = await serve(t, always([null, { ...known, 'unit-state': 'enabled' }]));
  assert.deepEqual(answered(await pbs.node.services()), [
    {
      service: 'proxmox-backup',
      name: 'proxmox-backup',
      description: 'API',
      state: 'running',
      unit: 'enabled',
    },
  ]);
});

test('the time of the server tells the zone of its schedules', async (t) => {
  const told = { time: 1_700_000_000, localtime: 1_700_003_600, timezone: 'Europe/Warsaw' };
  const { server, pbs } = await serve(t, always(told));
  assert.deepEqual(answered(await pbs.node.time()), { at: 1_700_000_000, zone: 'Europe/Warsaw' });
  server.handler = always({ time: 0 });
  assert.equal(kindOf(await pbs.node.time()), 'bad-answer');
});

test('the name of the server is that of its tasks, and is asked for once', async (t) => {
  const { server, pbs } = await serve(t, always([]));
  assert.equal(answered(await pbs.node.name()), undefined);
  server.handler = always([{ upid: upid('aptupdate', '', { node: 'backup1' }) }]);
  assert.equal(answered(await pbs.node.name()), 'backup1');
  assert.equal(answered(await pbs.node.name()), 'backup1');
  assert.equal(server.seen.length, 2);
});

test('paths are asked by name, because the list leaves out where nothing is held', async (t) => {
  const audit = { 'Datastore.Audit': true, 'Sys.Audit': true };
  const { server, pbs } = await serve(t, (seen, response) => {
    const path = seen.query.get('path');
    const all = { '/': audit, '/datastore': audit };
    if (path === '/datastore/main') return json(response, { data: { [path]: audit } });
    json(response, { data: path === null ? all : {} });
  });
  const held = answered(await pbs.permissions(['/datastore/main', '/datastore/secret']));
  assert.equal(server.seen.length, 3);
  assert.deepEqual(knows(held, 'backups', { store: 'main' }), { answer: 'complete' });
  assert.equal(knows(held, 'backups', { store: 'secret' })?.answer, 'no');
});

test('privileges that could not be read are not assumed', async (t) => {
  const { pbs } = await serve(t, (seen, response) =>
    seen.query.has('path') ? json(response, 'no', 400) : json(response, { data: {} }),
  );
  assert.equal(kindOf(await pbs.permissions(['/datastore/main'])), 'rejected');
  assert.equal(knows(undefined, 'backups', { store: 'main' }), undefined);
});

/** `/datastore/main: Datastore.Audit, Sys.Audit-` where a minus means that it does not reach below. */
function held(paths: Readonly<Record<string, string>>): Permissions {
  return new Map(
    Object.entries(paths).map(([path, names]) => [
      path,
      new Map(
        names
          .split(' ')
          .filter((name) => name !== '')
          .map((name) => [name.replace('-', ''), !name.endsWith('-')] as const),
      ),
    ]),
  );
}

const auditor = held({ '/': 'Sys.Audit Datastore.Audit' });

test('the role Audit on the root sees everything but sync jobs', () => {
  const whole = [
    'backups',
    'usage',
    'gc',
    'prune-jobs',
    'verify-jobs',
    'tasks',
    'node',
    'services',
  ] as const;
  for (const question of whole) {
    assert.deepEqual(knows(auditor, question), { answer: 'complete' }, question);
  }
  const sync = knows(auditor, 'sync-jobs', { store: 'main' });
  assert.ok(sync && sync.answer === 'no');
  assert.equal(describeMissing(sync.missing), 'Remote.Audit on /remote');
  const both = held({ '/': 'Sys.Audit Datastore.Audit', '/remote': 'Remote.Audit' });
  assert.deepEqual(knows(both, 'sync-jobs'), { answer: 'complete' });
});

test('a token without any role knows nothing but its own tasks', () => {
  const none = held({});
  for (const question of ['backups', 'usage', 'prune-jobs', 'sync-jobs', 'node'] as const) {
    assert.equal(knows(none, question, { store: 'main' })?.answer, 'no', question);
  }
  const tasks = knows(none, 'tasks');
  assert.ok(tasks && tasks.answer === 'own');
  assert.equal(describeMissing(tasks.missing), 'Sys.Audit on /system/tasks');
});

test('Datastore.Backup shows the groups of the login alone', () => {
  const backup = held({ '/datastore/main': 'Datastore.Backup' });
  const proof = knows(backup, 'backups', { store: 'main' });
  assert.ok(proof && proof.answer === 'own');
  assert.equal(describeMissing(proof.missing), 'Datastore.Audit on /datastore/main');
  assert.deepEqual(knows(backup, 'usage', { store: 'main' }), { answer: 'complete' });
});

test('a role that does not reach below proves its own namespace only', () => {
  const shallow = held({ '/datastore/main': 'Datastore.Audit-' });
  assert.deepEqual(knows(shallow, 'backups', { store: 'main', ns: '' }), { answer: 'complete' });
  assert.equal(knows(shallow, 'backups', { store: 'main' })?.answer, 'no');
  assert.equal(knows(shallow, 'backups', { store: 'main', ns: 'prod' })?.answer, 'no');
});

test('a namespace that was taken away is missed, in it and in the whole', () => {
  const hole = held({ '/datastore/main': 'Datastore.Audit', '/datastore/main/secret': '' });
  assert.equal(knows(hole, 'backups', { store: 'main', ns: 'secret' })?.answer, 'no');
  assert.equal(knows(hole, 'backups', { store: 'main' })?.answer, 'no');
  assert.deepEqual(knows(hole, 'backups', { store: 'main', ns: 'prod' }), { answer: 'complete' });
});

test('rights on one namespace prove nothing of the datastore', () => {
  const narrow = held({ '/datastore/main/prod': 'Datastore.Audit' });
  assert.deepEqual(knows(narrow, 'backups', { store: 'main', ns: 'prod' }), { answer: 'complete' });
  assert.deepEqual(knows(narrow, 'backups', { store: 'main', ns: 'prod/db' }), {
    answer: 'complete',
  });
  assert.equal(knows(narrow, 'usage', { store: 'main' })?.answer, 'no');
});

test('what would help is said as commands, for the user and for its token', () => {
  const sync = knows(auditor, 'sync-jobs', { store: 'main' });
  assert.ok(sync && sync.answer !== 'complete');
  assert.deepEqual(grantCommands(sync.missing, 'homelab@pbs!ro'), [
    "proxmox-backup-manager acl update /remote RemoteAudit --auth-id 'homelab@pbs'",
    "proxmox-backup-manager acl update /remote RemoteAudit --auth-id 'homelab@pbs!ro'",
  ]);
  assert.equal(grantCommands(sync.missing, 'admin@pbs').length, 1);
});

test('a bare refusal is told with the privilege that the question needs', async (t) => {
  const { pbs } = await serve(t, failing(403, 'permission check failed'));
  for (const [result, path] of [
    [await pbs.node.status(), '/system/status'],
    [await pbs.node.services(), '/system/services'],
  ] as const) {
    assert.ok(!result.ok);
    assert.deepEqual(result.failure.privilege, { path, names: ['Sys.Audit'] });
    assert.match(result.failure.what, new RegExp(`Sys\\.Audit on ${path} is missing`));
  }
});

test('the configuration narrows what is looked at', () => {
  const wanted = { datastores: ['main'], namespaces: ['', 'prod'] };
  assert.equal(isLookedAt({}, 'usb', 'x'), true);
  assert.equal(isLookedAt(wanted, 'usb'), false);
  assert.equal(isLookedAt(wanted, 'main'), true);
  assert.equal(isLookedAt(wanted, 'main', 'prod'), true);
  assert.equal(isLookedAt(wanted, 'main', 'prod/db'), false);
});
