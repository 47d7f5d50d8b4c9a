import assert from 'node:assert/strict';
import test from 'node:test';
import type { SiteId } from '../../../source/domain/site.ts';
import { amount, epoch, flag, number, text, words } from '../../../source/services/decode.ts';
import {
  decodeConfig,
  decodeGuestStatus,
  decodeInterfaces,
  decodePending,
  decodeRrd,
  decodeSnapshots,
} from '../../../source/services/pve/decode-guest.ts';
import { decodeResources } from '../../../source/services/pve/decode-resources.ts';

const site = 'home' as SiteId;
const now = 1_784_500_000_000;

test('numbers, flags, times and lists are read tolerantly', () => {
  assert.deepEqual(['1.5', '0.00', 7, ' 2 ', '1e3'].map(number), [1.5, 0, 7, 2, 1000]);
  for (const bad of [
    '',
    'N/A',
    null,
    undefined,
    Number.NaN,
    Infinity,
    '0x10',
    '1e999',
    {},
    [],
    true,
  ]) {
    assert.equal(number(bad), undefined, String(bad));
  }
  assert.equal(amount(-1), undefined);
  assert.equal(amount(1e308), undefined);
  assert.deepEqual([1, '1', true, 0, '0', false, 'yes', null].map(flag), [
    true,
    true,
    true,
    false,
    false,
    false,
    undefined,
    undefined,
  ]);
  assert.equal(epoch(0), undefined);
  assert.equal(epoch(1_784_412_002_000), undefined);
  assert.equal(epoch(4_294_967_295), undefined);
  assert.equal(epoch(now / 1000 + 100_000, now), undefined);
  assert.equal(epoch('1784412002', now), 1_784_412_002);
  assert.deepEqual(words('prod;web,x y'), ['prod', 'web', 'x', 'y']);
  assert.equal(text(''), undefined);
  assert.equal(text({}), undefined);
});

test('resources: one answer becomes nodes, guests, storages and pools', () => {
  const decoded = decodeResources(site, [
    {
      id: 'qemu/100',
      type: 'qemu',
      vmid: 100,
      name: 'web01',
      node: 'pve1',
      status: 'running',
      template: 0,
      uptime: 874350,
      maxcpu: 4,
      cpu: 0.0249,
      maxmem: 8589934592,
      mem: 3221225472,
      maxdisk: 34359738368,
      disk: 0,
      netin: 1,
      tags: 'prod;web',
      pool: 'prod',
      lock: 'backup',
      hastate: 'started',
    },
    {
      id: 'lxc/200',
      type: 'lxc',
      vmid: '200',
      name: 'dns',
      node: 'pve1',
      status: 'running',
      template: '0',
      disk: 1286311936,
      maxdisk: 8350298112,
    },
    {
      id: 'node/pve1',
      type: 'node',
      node: 'pve1',
      status: 'online',
      level: '',
      cpu: 0.005,
      maxcpu: 8,
      mem: 16819650560,
      maxmem: 65919459328,
    },
    { id: 'node/pve3', type: 'node', node: 'pve3', status: 'offline' },
    { id: 'qemu/103', type: 'qemu', vmid: 103, node: 'pve3', status: 'unknown', tags: 'lab' },
    {
      id: 'storage/pve1/local-zfs',
      type: 'storage',
      storage: 'local-zfs',
      node: 'pve1',
      status: 'available',
      plugintype: 'zfspool',
      content: 'images,rootdir',
      shared: 0,
      disk: 98304,
      maxdisk: 479730032640,
    },
    {
      id: 'storage/pve1/nfs',
      type: 'storage',
      storage: 'nfs',
      node: 'pve1',
      status: 'unknown',
      disk: 0,
      maxdisk: 0,
    },
    { id: 'sdn/pve1/localnetwork', type: 'sdn', sdn: 'localnetwork', node: 'pve1', status: 'ok' },
    { id: 'network/pve1/zone/x', type: 'network', network: 'x', node: 'pve1' },
    { id: '/pool/prod', type: 'pool', pool: 'prod', uptime: 874350 },
    { type: 'tomorrow', id: 'x' },
    null,
    'text',
  ]);
  const [web, dns, unknown] = decoded.guests;
  assert.equal(decoded.guests.length, 3);
  assert.equal(web?.name, 'web01');
  assert.equal('disk' in (web ?? {}), false, 'a VM tells no used disk');
  assert.deepEqual(web?.tags, ['prod', 'web']);
  assert.equal(web?.template, false);
  assert.equal(dns?.vmid, 200);
  assert.equal(dns?.disk, 1286311936);
  assert.deepEqual(unknown, {
    site,
    type: 'qemu',
    vmid: 103,
    node: 'pve3',
    status: 'unknown',
    tags: ['lab'],
  });
  assert.deepEqual(decoded.nodes[1], { site, node: 'pve3', status: 'offline' });
  assert.equal(decoded.nodes[0]?.level, '');
  assert.deepEqual(decoded.storages[0]?.content, ['images', 'rootdir']);
  assert.deepEqual(decoded.storages[1], { site, node: 'pve1', storage: 'nfs', status: 'unknown' });
  assert.deepEqual(decoded.pools, ['prod']);
});

test('resources: impossible ids are left out, doubles become one, hostile text is made safe', () => {
  const guest = (vmid: unknown, more: object = {}) => ({
    type: 'qemu',
    vmid,
    node: 'pve1',
    status: 'running',
    ...more,
  });
  const decoded = decodeResources(site, [
    guest(99),
    guest(1_000_000_000),
    guest('abc'),
    guest(100.5),
    guest(null),
    { type: 'qemu', vmid: 101 },
    { vmid: 1, node: 'x' },
    guest(100, { name: 'first' }),
    guest(100, {
      name: 'second',
      cpu: '0.5',
      mem: -1,
      maxmem: 1e308,
      maxdisk: 0,
      maxcpu: 'NaN',
      uptime: null,
    }),
    guest(100, { status: 'unknown', node: 'pve2' }),
    guest(102, { name: '\u001b[32mRUNNING\u202egnp\nx', status: 'io-error', tags: 'a\u200bb' }),
  ]);
  assert.deepEqual(
    decoded.guests.map((entry) => entry.vmid),
    [100, 102],
  );
  const [double, hostile] = decoded.guests;
  assert.deepEqual(double, {
    site,
    type: 'qemu',
    vmid: 100,
    node: 'pve1',
    status: 'running',
    name: 'second',
    cpu: 0.5,
  });
  assert.equal(hostile?.name, 'RUNNING·gnp⏎x');
  assert.equal(hostile?.status, 'io-error');
  assert.deepEqual(hostile?.tags, ['a·b']);
});

test('guest status of both kinds', () => {
  const vm = decodeGuestStatus('qemu', {
    vmid: 101,
    status: 'running',
    qmpstatus: 'paused',
    pid: 1563102,
    disk: 0,
    mem: 1,
    maxmem: 2,
    agent: 1,
    spice: 1,
    ha: { managed: 0 },
    'running-qemu': '10.1.2',
    'running-machine': 'pc-i440fx-10.1+pve0',
  });
  assert.equal(vm.qmpstatus, 'paused');
  assert.equal(vm.spice, true);
  assert.equal(vm.haManaged, false);
  assert.equal('disk' in vm, false);
  assert.equal(decodeGuestStatus('qemu', { status: 'stopped' }).spice, false);
  const ct = decodeGuestStatus('lxc', {
    status: 'running',
    disk: 5,
    ha: { managed: 1, state: 'started', group: null },
  });
  assert.equal(ct.disk, 5);
  assert.equal(ct.haState, 'started');
  assert.equal(ct.spice, undefined);
});

test('snapshots: the row `current` tells position and running, not a snapshot', () => {
  const list = decodeSnapshots(
    [
      { name: 'pre-upgrade', snaptime: 1693252591, vmstate: 0, description: 'Before\nupgrade\n' },
      {
        name: 'post',
        parent: 'pre-upgrade',
        snaptime: 0,
        vmstate: 1,
        description: '',
        snapstate: 'delete',
      },
      { name: 'current', parent: 'post', digest: '8f2c', running: 1, description: 'You are here!' },
      { description: 'nameless' },
    ],
    now,
  );
  assert.deepEqual(list, {
    snapshots: [
      { name: 'pre-upgrade', snaptime: 1693252591, vmstate: false, description: 'Before⏎upgrade' },
      { name: 'post', parent: 'pre-upgrade', vmstate: true, snapstate: 'delete' },
    ],
    currentParent: 'post',
    running: true,
    digest: '8f2c',
  });
});

test('configuration, pending changes, graphs and addresses', () => {
  const config = decodeConfig({
    cores: 4,
    net0: 'virtio=AA,bridge=vmbr0',
    digest: 'd',
    lxc: [['a', 'b']],
    x: null,
  });
  assert.deepEqual(config, {
    entries: { cores: '4', net0: 'virtio=AA,bridge=vmbr0', lxc: '[["a","b"]]' },
    raw: { cores: '4', net0: 'virtio=AA,bridge=vmbr0' },
    digest: 'd',
  });
  assert.deepEqual(
    decodePending([
      { key: 'memory', value: 2048, pending: '4096' },
      { key: 'net1', value: 'x', delete: 1 },
      { key: 'digest', value: 'd' },
    ]),
    [
      { key: 'memory', value: '2048', pending: '4096' },
      { key: 'net1', value: 'x', pendingDelete: true },
    ],
  );
  assert.deepEqual(
    decodeRrd([
      { time: 1784400060, cpu: '0.5' },
      { time: 1784400000, cpu: 0.1, mem: null },
      { cpu: 1 },
    ]),
    [
      { time: 1784400000, cpu: 0.1 },
      { time: 1784400060, cpu: 0.5 },
    ],
  );
  assert.deepEqual(
    decodeInterfaces({
      result: [
        {
          name: 'eth0',
          'hardware-address': 'aa:bb',
          'ip-addresses': [{ 'ip-address': '10.0.0.5', prefix: 24 }],
        },
        { name: 'lo' },
      ],
    }),
    [
      { name: 'eth0', mac: 'aa:bb', addresses: ['10.0.0.5/24'] },
      { name: 'lo', addresses: [] },
    ],
  );
  assert.deepEqual(
    decodeInterfaces([{ name: 'eth0', hwaddr: 'aa', inet: '10.0.0.5/24' }])[0]?.addresses,
    ['10.0.0.5/24'],
  );
  assert.deepEqual(decodeInterfaces(null), []);
});
