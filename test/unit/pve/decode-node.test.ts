import assert from 'node:assert/strict';
import test from 'node:test';
import type { SiteId } from '../../../source/domain/site.ts';
import {
  decodeClusterStatus,
  decodePermissions,
} from '../../../source/services/pve/decode-cluster.ts';
import {
  decodeCertificates,
  decodeDisks,
  decodeJournal,
  decodeNodeStatus,
  decodeServices,
  decodeSmart,
} from '../../../source/services/pve/decode-node.ts';
import { decodeVolumes } from '../../../source/services/pve/decode-storage.ts';
import {
  decodeTaskLog,
  decodeTaskStatus,
  decodeTasks,
} from '../../../source/services/pve/decode-task.ts';

const site = 'home' as SiteId;
const now = 1_784_500_000_000;

test('node status: strings become numbers, what is missing stays unknown', () => {
  const status = decodeNodeStatus({
    cpu: 0.0123,
    wait: 0.0008,
    uptime: 86400,
    loadavg: ['0.15', '0.25', '0.30'],
    kversion: 'Linux 6.17',
    'current-kernel': { release: '6.17.2-1-pve' },
    pveversion: 'pve-manager/9.2.3/abc',
    'boot-info': { mode: 'efi' },
    cpuinfo: { model: 'N100', sockets: 1, cores: 4, cpus: 4 },
    memory: { total: 16, used: 6 },
    swap: { total: 8, used: 0 },
    rootfs: { total: 100, used: 9, avail: 86 },
    ksm: { shared: 0 },
  });
  assert.deepEqual(status.loadavg, [0.15, 0.25, 0.3]);
  assert.equal(status.kernel, '6.17.2-1-pve');
  assert.deepEqual(status.memory, { total: 16, used: 6 });
  assert.deepEqual(decodeNodeStatus({}), {});
});

test('tasks: running, ended, ended without a word', () => {
  const upid = (type: string, user = 'root@pam') =>
    `UPID:pve.a-1:0020C066:042DF2040:69C26EB0:${type}:100:${user}:`;
  const tasks = decodeTasks(site, [
    { upid: upid('a'), starttime: 1774350000, endtime: 1774350433, status: 'OK' },
    { upid: upid('b'), starttime: '1774350000', status: 'RUNNING' },
    { upid: upid('c', 'root@pam!tui'), starttime: 1774350000 },
    { upid: upid('d'), starttime: 1774350000, endtime: 1774350001 },
    { upid: upid('e'), starttime: 0, endtime: 1774350001, status: 'WARNINGS: 2' },
    { upid: 'UPID:broken' },
  ]);
  assert.deepEqual(
    tasks.map((task) => [task.type, task.outcome]),
    [
      ['a', 'ok'],
      ['b', 'running'],
      ['c', 'running'],
      ['d', 'unknown'],
      ['e', 'warning'],
    ],
  );
  assert.equal(tasks[0]?.node, 'pve.a-1');
  assert.equal(tasks[2]?.user, 'root@pam!tui');
  assert.equal(tasks[4]?.starttime, 0x69c26eb0);
  assert.deepEqual(decodeTaskStatus({ status: 'stopped' }), { running: false, outcome: 'unknown' });
  assert.deepEqual(decodeTaskStatus({ status: 'stopped', exitstatus: 'VM is locked' }), {
    running: false,
    outcome: 'error',
    exitstatus: 'VM is locked',
  });
  assert.equal(decodeTaskStatus({ status: 'running' }).outcome, 'running');
});

test('task log: the next start is the last line read, an empty log has no lines', () => {
  assert.deepEqual(
    decodeTaskLog(
      [
        { n: 51, t: 'a\rb 50%\rb 100%\r' },
        { n: 52, t: 'TASK OK' },
      ],
      50,
      52,
    ),
    { lines: ['b 100%', 'TASK OK'], next: 52, total: 52 },
  );
  assert.deepEqual(decodeTaskLog([{ n: 1, t: 'no content' }], 0, 1), {
    lines: [],
    next: 0,
    total: 0,
  });
  assert.deepEqual(decodeTaskLog([], 52, 52), { lines: [], next: 52, total: 52 });
});

test('journal: the first and the last element are cursors, and the last is kept as it is', () => {
  const raw = 's=1;i=2;b=\u0001x';
  assert.deepEqual(decodeJournal(['s=0', 'Nov 21 \u001b[31mred', raw], undefined), {
    lines: ['Nov 21 red'],
    cursor: raw,
  });
  assert.deepEqual(decodeJournal([raw, raw], raw), { lines: [], cursor: raw });
  assert.deepEqual(decodeJournal([], 'before'), { lines: [], cursor: 'before' });
});

test('services, disks, SMART, certificates, volumes', () => {
  assert.equal(
    decodeServices(site, 'pve1' as never, [
      { service: 'corosync', 'unit-state': 'not-found', state: 'dead' },
    ])[0]?.unitState,
    'not-found',
  );
  const disks = decodeDisks([
    { devpath: '/dev/sda', wearout: 'N/A', size: '5', rpm: -1 },
    { devpath: '/dev/nvme0n1', wearout: 97, model: ' X ' },
    {},
  ]);
  assert.deepEqual(disks, [
    { devpath: '/dev/sda', size: 5 },
    { devpath: '/dev/nvme0n1', wearout: 97, model: 'X' },
  ]);
  assert.deepEqual(decodeSmart({ health: 'PASSED', type: 'text', text: '\nPower On: 5\n' }).text, [
    '',
    'Power On: 5',
  ]);
  const smart = decodeSmart({
    health: 'PASSED',
    type: 'ata',
    attributes: [{ id: '  5', name: 'Reallocated', value: '100', raw: 0 }],
  });
  assert.deepEqual(smart.attributes, [{ id: '5', name: 'Reallocated', value: '100', raw: '0' }]);
  assert.equal(
    decodeCertificates([{ filename: 'pve-ssl.pem', notafter: 1784412002, san: ['a', 'b'] }])[0]
      ?.notAfter,
    1784412002000,
  );
  const [backup, image] = decodeVolumes(
    [
      {
        volid: 'pbs:backup/vm/100/x',
        content: 'backup',
        vmid: '100',
        size: 5,
        ctime: 1784404803,
        protected: 1,
        encrypted: 'ab:cd',
        verification: { state: 'ok' },
      },
      { volid: 'local-zfs:vm-100-disk-0', size: -1, ctime: 99999999999 },
    ],
    now,
  );
  assert.deepEqual(backup, {
    volid: 'pbs:backup/vm/100/x',
    content: 'backup',
    size: 5,
    ctime: 1784404803,
    vmid: 100,
    protected: true,
    encrypted: true,
    verification: 'ok',
  });
  assert.deepEqual(image, { volid: 'local-zfs:vm-100-disk-0' });
});

test('cluster status and permissions', () => {
  const cluster = decodeClusterStatus([
    { type: 'cluster', id: 'cluster', name: 'lab', nodes: 2, quorate: 1 },
    { type: 'node', name: 'pve1', local: 1, online: 1, ip: '10.0.0.1' },
    { type: 'node', name: 'pve2', local: 0, online: 0 },
  ]);
  assert.deepEqual(cluster, {
    name: 'lab',
    quorate: true,
    members: [
      { node: 'pve1', online: true, local: true, ip: '10.0.0.1' },
      { node: 'pve2', online: false, local: false },
    ],
  });
  assert.equal(
    'quorate' in
      decodeClusterStatus([{ type: 'node', name: 'pve1', nodeid: 0, local: 1, online: 1 }]),
    false,
  );
  const permissions = decodePermissions({
    '/': { 'Sys.Audit': 1 },
    '/vms/100': { 'VM.Audit': 0 },
    '/x': null,
  });
  assert.equal(permissions.get('/')?.get('Sys.Audit'), true);
  assert.equal(permissions.get('/vms/100')?.has('VM.Audit'), true);
  assert.equal(permissions.get('/vms/100')?.get('VM.Audit'), false);
});
