import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { editorOf } from '../../../source/actions/config-rows.ts';
import { fieldProblems, followValues, initialValues } from '../../../source/actions/fields.ts';
import { guestCloudInit } from '../../../source/actions/guest-cloud-init.ts';
import { guestCloudInitRegenerate } from '../../../source/actions/guest-cloud-init-regenerate.ts';
import { guestNicAdd } from '../../../source/actions/guest-nic-add.ts';
import { guestNicEdit } from '../../../source/actions/guest-nic-edit.ts';
import { guestNicRemove } from '../../../source/actions/guest-nic-remove.ts';
import { guestNotes } from '../../../source/actions/guest-notes.ts';
import { guestRevert } from '../../../source/actions/guest-revert.ts';
import { guestSetDns } from '../../../source/actions/guest-set-dns.ts';
import { guestSetFeatures } from '../../../source/actions/guest-set-features.ts';
import { guestSetName } from '../../../source/actions/guest-set-name.ts';
import { guestSetOptions } from '../../../source/actions/guest-set-options.ts';
import { guestTags } from '../../../source/actions/guest-tags.ts';
import { findAction } from '../../../source/actions/registry.ts';
import { asked, container, digest, known, refused, runOn, vm } from './config-world.ts';
import { free, guest, safe } from './fakes.ts';

const lxc = { type: 'lxc' as const };
const onLxc = { guest: lxc, facts: known(container) };
const mac = 'BC:24:11:00:00:01';

test('a name goes to `name` for a VM and `hostname` for a container', async () => {
  const renamed = await runOn(guestSetName, vm, { name: 'web2' });
  assert.deepEqual(renamed.calls[0]?.sent, { set: { name: 'web2' }, digest });
  const ct = await runOn(guestSetName, container, { name: 'dns2' }, onLxc);
  assert.deepEqual(ct.calls[0]?.sent, { set: { hostname: 'dns2' }, digest });
  const problems = fieldProblems(guestSetName, { name: 'my web' }, guest(), known(vm));
  assert.ok(problems.name);
});

test('a NIC keeps what the form does not know; only the changed part is told', async () => {
  const start = initialValues(guestNicEdit, guest(), known(vm));
  assert.equal(start.bridge, 'vmbr0');
  assert.equal(start.macaddr, mac);
  assert.equal(start.firewall, true);
  assert.deepEqual((await runOn(guestNicEdit, vm, start)).calls, [], 'as it was, nothing is sent');
  const values = { ...start, tag: 20, 'link-down': true };
  const { calls } = await runOn(guestNicEdit, vm, values);
  assert.deepEqual(calls[0]?.sent, {
    set: { net0: `virtio=${mac},bridge=vmbr0,firewall=1,queues=4,tag=20,link_down=1` },
    digest,
  });
  const { lines, level } = asked(guestNicEdit, values, known(vm));
  assert.equal(level, 2);
  assert.deepEqual(lines.slice(0, 2), [
    'net0 tag: (not set) → 20',
    'net0 link_down: (not set) → 1',
  ]);
  assert.match(lines.join('\n'), /At once, while it runs: net0\.\nIts network is cut\./);
});

test('another NIC brings its own values into the form', () => {
  const raw = { ...vm, net1: 'e1000=BC:24:11:00:00:09,bridge=vmbr1,tag=30' };
  const start = initialValues(guestNicEdit, guest(), known(raw));
  const { net: _net, ...rest } = start;
  const other = followValues(guestNicEdit, guest(), known(raw), { net: 'net1' });
  assert.equal(rest.model, 'virtio');
  assert.deepEqual(
    [other.model, other.bridge, other.tag, other.macaddr, other.firewall],
    ['e1000', 'vmbr1', 30, 'BC:24:11:00:00:09', false],
  );
  const cursor = known(raw, { configKey: 'net1' });
  assert.equal(initialValues(guestNicEdit, guest(), cursor).net, 'net1');
});

test('a new MAC, an emptied one, and wrong values', async () => {
  const start = initialValues(guestNicEdit, guest(), known(vm));
  const typed = await runOn(guestNicEdit, vm, { ...start, macaddr: 'bc:24:11:aa:bb:cc' });
  assert.match(JSON.stringify(typed.calls), /virtio=BC:24:11:AA:BB:CC,/);
  const emptied = await runOn(guestNicEdit, vm, { ...start, macaddr: undefined });
  assert.match(JSON.stringify(emptied.calls), /"net0":"virtio,bridge=vmbr0/);
  const problems = fieldProblems(
    guestNicEdit,
    { net: 'net0', bridge: 'vmbr0', tag: 4095, macaddr: '01:24:11:00:00:01', rate: 'fast' },
    guest(),
    known(vm),
  );
  assert.deepEqual(Object.keys(problems).sort(), ['macaddr', 'rate', 'tag']);
});

test('a container has addresses; the gateway goes with its address', async () => {
  const start = initialValues(guestNicEdit, guest(lxc), known(container));
  assert.equal(start.ip, '192.168.1.53/24');
  assert.equal(start.gw, '192.168.1.1');
  const dhcp = { ...start, ip: 'dhcp', gw: undefined };
  const { calls } = await runOn(guestNicEdit, container, dhcp, onLxc);
  assert.deepEqual(calls[0]?.sent, {
    set: { net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:02:00,ip=dhcp,type=veth' },
    digest,
  });
  const bad = fieldProblems(
    guestNicEdit,
    { ...start, ip: '192.168.1.300/24' },
    guest(lxc),
    known(container),
  );
  assert.ok(bad.ip);
});

test('a NIC is added at the first free place and removed', async () => {
  const start = initialValues(guestNicAdd, guest(), known(vm));
  const { calls } = await runOn(guestNicAdd, vm, { ...start, tag: 10, bridge: 'vmbr1' });
  assert.deepEqual(calls[0]?.sent, {
    set: { net1: 'virtio,bridge=vmbr1,tag=10,firewall=1' },
    digest,
  });
  const ct = initialValues(guestNicAdd, guest(lxc), known(container));
  const added = await runOn(guestNicAdd, container, ct, onLxc);
  assert.deepEqual(added.calls[0]?.sent, {
    set: { net1: 'name=eth1,bridge=vmbr0,ip=dhcp,firewall=1,type=veth' },
    digest,
  });
  const removed = await runOn(guestNicRemove, vm, { net: 'net0' });
  assert.deepEqual(removed.calls[0]?.sent, { delete: ['net0'], digest });
});

test('options: only touched fields, parts of a property stay', async () => {
  const start = initialValues(guestSetOptions, guest(), known(vm));
  assert.deepEqual(start, {
    onboot: true,
    order: 2,
    up: 30,
    down: undefined,
    protection: false,
    ostype: 'l26',
    agent: true,
  });
  assert.deepEqual((await runOn(guestSetOptions, vm, start)).calls, []);
  const touched = await runOn(guestSetOptions, vm, { up: 60, agent: false, protection: true });
  assert.deepEqual(touched.calls[0]?.sent, {
    set: { startup: 'order=2,up=60', protection: '1', agent: '0,fstrim_cloned_disks=1' },
    digest,
  });
  const unset = await runOn(guestSetOptions, vm, { order: undefined, up: undefined });
  assert.deepEqual(unset.calls[0]?.sent, { delete: ['startup'], digest });
  // What was not touched is another guest's business.
  const other = await runOn(guestSetOptions, container, { onboot: false }, onLxc);
  assert.deepEqual(other.calls, [], 'off is what it is without the key');
});

const cloud = {
  ...vm,
  ide2: 'local-lvm:vm-101-cloudinit,media=cdrom',
  ciuser: 'ubuntu',
  cipassword: '**********',
  sshkeys: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx admin@home\n',
  ipconfig0: 'ip=192.168.1.100/24,gw=192.168.1.1',
};

test('cloud-init: a password is sent as a secret and told nowhere', async () => {
  const start = initialValues(guestCloudInit, guest(), known(cloud));
  assert.equal(start.cipassword, undefined);
  assert.equal(start.ip, '192.168.1.100/24');
  assert.equal(start.ciupgrade, true, 'on when it is not set');
  assert.deepEqual((await runOn(guestCloudInit, cloud, start)).calls, []);
  const values = { ...start, cipassword: 'correct horse' };
  const { calls } = await runOn(guestCloudInit, cloud, values);
  assert.deepEqual(calls[0]?.sent, { set: { cipassword: 'secret correct horse' }, digest });
  const { lines } = asked(guestCloudInit, values, known(cloud));
  assert.ok(lines.includes('cipassword: a new one, not shown'));
  assert.ok(!lines.join('\n').includes('horse'));
});

test('cloud-init: addresses of the chosen NIC, keys, and a VM without the drive', async () => {
  const start = initialValues(guestCloudInit, guest(), known(cloud));
  const dhcp = { ...start, ip: 'dhcp', gw: undefined, ip6: 'auto', sshkeys: undefined };
  const { calls } = await runOn(guestCloudInit, cloud, dhcp);
  assert.deepEqual(calls[0]?.sent, {
    set: { ipconfig0: 'ip=dhcp,ip6=auto' },
    delete: ['sshkeys'],
    digest,
  });
  const bad = { ...start, sshkeys: '-----BEGIN OPENSSH PRIVATE KEY-----', nameserver: '1.1' };
  const problems = fieldProblems(guestCloudInit, bad, guest(), known(cloud));
  assert.match(problems.sshkeys ?? '', /private key/);
  assert.ok(problems.nameserver);
  const lines = asked(guestCloudInit, { ciuser: 'x' }, known(vm)).lines.join('\n');
  assert.match(lines, /no cloud-init drive/);
  const offered = (raw: typeof vm) =>
    availabilityOf(guestCloudInitRegenerate, guest(), known(raw), free).state;
  assert.deepEqual([offered(vm), offered(cloud)], ['disabled', 'yes']);
  const made = await runOn(guestCloudInitRegenerate, cloud, {});
  assert.deepEqual(made.calls, [{ call: 'cloudinit', sent: {} }]);
});

test('a container has DNS of its own, and features that keep each other', async () => {
  const raw = { ...container, nameserver: '192.168.1.1', features: 'nesting=1,mount=nfs' };
  const on = { guest: lxc, facts: known(raw) };
  const dns = await runOn(guestSetDns, raw, { nameserver: undefined, searchdomain: 'lan' }, on);
  assert.deepEqual(dns.calls[0]?.sent, {
    set: { searchdomain: 'lan' },
    delete: ['nameserver'],
    digest,
  });
  const start = initialValues(guestSetFeatures, guest(lxc), known(raw));
  assert.deepEqual(start, { nesting: true, keyctl: false, fuse: false });
  const { calls } = await runOn(
    guestSetFeatures,
    raw,
    { ...start, keyctl: true, nesting: false },
    on,
  );
  assert.deepEqual(calls[0]?.sent, { set: { features: 'mount=nfs,keyctl=1' }, digest });
  assert.deepEqual((await runOn(guestSetFeatures, raw, start, on)).calls, []);
  const risky = asked(guestSetFeatures, { nesting: true }, known(container), lxc);
  assert.match(risky.lines.join('\n'), /root inside can reach the node/);
});

test('tags: those of the cluster are offered, with its colours; new ones may be typed', async () => {
  const tagColours = { prod: { background: safe('#ff0000'), text: safe('#ffffff') } };
  const options = { registeredTags: [safe('prod'), safe('lab')], tagColours };
  const given = known(vm, { choices: { options } });
  const [field] = guestTags.fields;
  const offered = field?.choices?.(guest(), given, {}) ?? [];
  assert.deepEqual(
    offered.map(({ value }) => value),
    ['db', 'lab', 'prod'],
  );
  assert.equal(offered[2]?.colours?.background, '#ff0000');
  assert.deepEqual((await runOn(guestTags, vm, { tags: 'web;prod' })).calls, [], 'the same set');
  const { calls } = await runOn(guestTags, vm, { tags: 'prod;web;new-one' });
  assert.deepEqual(calls[0]?.sent, { set: { tags: 'prod;web;new-one' }, digest });
  assert.deepEqual((await runOn(guestTags, vm, { tags: undefined })).calls[0]?.sent, {
    delete: ['tags'],
    digest,
  });
  assert.deepEqual(fieldProblems(guestTags, { tags: 'prod;fine' }, guest(), given), {});
  assert.match(
    fieldProblems(guestTags, { tags: 'a b!' }, guest(), given).tags ?? '',
    /only letters/,
  );
});

test('notes keep their lines; emptied they are removed', async () => {
  assert.equal(initialValues(guestNotes, guest(), known(vm)).description, 'Web server');
  assert.deepEqual((await runOn(guestNotes, vm, { description: 'Web server' })).calls, []);
  const { calls } = await runOn(guestNotes, vm, { description: 'Web\n\n\tserver' });
  assert.deepEqual(calls[0]?.sent, { set: { description: 'Web\n\n\tserver' }, digest });
  const gone = await runOn(guestNotes, vm, { description: undefined });
  assert.deepEqual(gone.calls[0]?.sent, { delete: ['description'], digest });
  const long = fieldProblems(guestNotes, { description: 'x'.repeat(8193) }, guest(), known(vm));
  assert.match(long.description ?? '', /at most 8192/);
});

const waiting = [
  { key: safe('memory'), value: safe('2048'), pending: safe('4096') },
  { key: safe('net1'), value: safe('virtio'), pendingDelete: true },
  { key: safe('cores'), value: safe('2') },
];

test('revert: what waits is offered, all of it at first, and dropped by its keys', async () => {
  const given = known(vm, { pending: waiting });
  const start = initialValues(guestRevert, guest(), given);
  assert.equal(start.keys, 'memory;net1');
  const { lines } = asked(guestRevert, start, given);
  assert.deepEqual(lines, ['Dropped: memory: 2048 → 4096', 'Dropped: net1: virtio → removed']);
  const { calls } = await runOn(guestRevert, vm, { keys: 'memory' }, { facts: given });
  assert.deepEqual(calls[0]?.sent, { revert: ['memory'], digest });
  const none = known(vm, { pending: [] });
  assert.equal(availabilityOf(guestRevert, guest(), none, free).state, 'disabled');
});

test('a change by somebody else is told as that, for every kind of write', async () => {
  const detail = safe('detected modified configuration - file changed by other user? Try again.');
  const answer = refused({ detail, status: 500 });
  for (const [action, values, given] of [
    [guestNotes, { description: 'new' }, known(vm)],
    [guestNicEdit, { net: 'net0', tag: 5 }, known(vm)],
    [guestRevert, { keys: 'memory' }, known(vm, { pending: waiting })],
  ] as const) {
    const { result } = await runOn(action, vm, values, { answer, facts: given });
    assert.ok(!result.ok);
    assert.match(result.failure.what, /^Changed by somebody else meanwhile; nothing was written/);
    assert.equal(result.failure.detail, detail);
  }
});

test('hotplug decides what is said to be live', () => {
  const net = { net: 'net0', tag: 5 };
  const off = known({ ...vm, hotplug: 'disk' });
  assert.match(asked(guestNicEdit, net, off).lines.join('\n'), /At the next start: net0/);
  const cpu = findAction('guest.set-memory') as unknown as typeof guestNicEdit;
  const hot = known({ ...vm, hotplug: 'network,memory' });
  assert.match(asked(cpu, { memory: 4096 }, hot).lines.join('\n'), /At once, .*: memory/);
});

test('every row of the configuration that has an editor finds it in the registry', () => {
  const keys = [...Object.keys(cloud), ...Object.keys(container), 'vga', 'swap', 'searchdomain'];
  for (const key of keys) {
    const id = editorOf(key, undefined, 'qemu');
    if (['meta'].includes(key)) assert.equal(id, undefined);
    else assert.ok(id && findAction(id), key);
  }
  assert.equal(editorOf('ide2', 'none,media=cdrom', 'qemu'), 'guest.mount-iso');
  assert.equal(editorOf('nameserver', '1.1.1.1', 'lxc'), 'guest.set-dns');
  assert.equal(editorOf('features', 'nesting=1', 'lxc'), 'guest.set-features');
});
