import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor, runTask } from './client.ts';

type Row = Record<string, unknown>;

function guest(demo: Demo, vmid: number) {
  const found = demo.world.guests.get(vmid);
  assert.ok(found);
  return found;
}

const web = '/nodes/pve1/qemu/101';
const put = (demo: Demo, path: string, form: Record<string, string>) =>
  ask(demo, 'PUT', `${path}/config`, { form });

async function changed(demo: Demo, path: string, form: Record<string, string>) {
  const { status, statusText, text } = await put(demo, path, form);
  assert.equal(status, 200, `${statusText} ${text}`);
}

test('bad values are refused with the parameter and the key inside it', async (t) => {
  const demo = await demoFor(t);
  const errors = async (form: Record<string, string>, path = web) => {
    const { status, body } = await put(demo, path, form);
    assert.equal(status, 400);
    return body.errors;
  };
  assert.deepEqual(await errors({ net0: 'bridge=vmbr0' }), {
    net0: 'invalid format - format error\nnet0.model: property is missing and it is not optional',
  });
  assert.match(
    String((await errors({ net0: 'virtio=BC:24:11:00:00:0Z,bridge=vmbr0' }))?.net0),
    /net0\.macaddr: invalid format - value does not look like a valid unicast MAC address/,
  );
  assert.match(
    String((await errors({ net0: 'virtio,bridge=vmbr0,tag=5000' }))?.net0),
    /net0\.tag: value must have a maximum value of 4094/,
  );
  assert.match(
    String((await errors({ net0: 'virtio,foo=1' }))?.net0),
    /net0\.foo: property is not/,
  );
  assert.match(
    String((await errors({ ipconfig0: 'ip=10.0.0.300/24' }))?.ipconfig0),
    /invalid format/,
  );
  assert.match(String((await errors({ nonsense: '1' }))?.nonsense), /not defined in schema/);
  assert.match(String((await errors({ delete: 'nonsense' }))?.delete), /unknown option 'nonsense'/);
  const container = '/nodes/pve1/lxc/200';
  assert.match(
    String((await errors({ net0: 'name=eth0,bridge=vmbr0,ip=10.0.0.5' }, container))?.net0),
    /net0\.ip: invalid format - value does not look like a valid ipv4 network configuration/,
  );
  assert.equal(
    (await errors({ memory: '8' }, container))?.memory,
    'value must have a minimum value of 16',
  );
  assert.equal(
    (await put(demo, web, { balloon: '9000' })).statusText,
    'balloon value too large (must be smaller than assigned memory)',
  );
  assert.equal(
    (await put(demo, web, { boot: 'order=scsi7' })).statusText,
    "invalid bootorder: device 'scsi7' does not exist'",
  );
});

test('a running machine takes NICs, disks and notes at once; cores and memory wait', async (t) => {
  const demo = await demoFor(t);
  await changed(demo, web, {
    cores: '4',
    memory: '3072',
    onboot: '0',
    protection: '1',
    name: 'web-2',
    net1: 'virtio,bridge=vmbr0,tag=20',
    scsi1: 'local-lvm:8,iothread=1',
    boot: 'order=scsi0',
  });
  const { config, pending } = guest(demo, 101);
  assert.deepEqual(pending, { cores: 4, memory: '3072', boot: 'order=scsi0' });
  assert.equal(config.protection, 1);
  assert.equal(config.name, 'web-2');
  assert.match(String(config.net1), /^virtio=BC:24:11(?::[0-9A-F]{2}){3},bridge=vmbr0,tag=20$/);
  assert.equal(config.scsi1, 'local-lvm:vm-101-disk-1,iothread=1,size=8G');
  const rows = await data<Row[]>(demo, 'GET', `${web}/pending`);
  assert.deepEqual(
    rows.find(({ key }) => key === 'cores'),
    { key: 'cores', value: '2', pending: '4' },
  );
  const merged = await data<Row>(demo, 'GET', `${web}/config`);
  const current = await data<Row>(demo, 'GET', `${web}/config?current=1`);
  assert.deepEqual([merged.cores, current.cores], [4, 2]);
  await changed(demo, web, { revert: 'cores,memory' });
  assert.deepEqual(guest(demo, 101).pending, { boot: 'order=scsi0' });
});

test('with hotplug off everything waits; with memory in it, memory does not', async (t) => {
  const demo = await demoFor(t);
  guest(demo, 101).config = { ...guest(demo, 101).config, hotplug: '0' };
  await changed(demo, web, { net1: 'virtio,bridge=vmbr0' });
  assert.ok('net1' in guest(demo, 101).pending);
  guest(demo, 101).config = { ...guest(demo, 101).config, hotplug: 'memory', numa: 1 };
  await changed(demo, web, { memory: '4096' });
  assert.equal(guest(demo, 101).config.memory, '4096');
});

test('a container takes memory, cores, NICs and new mount points at once, features wait', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve2/lxc/203';
  await changed(demo, path, {
    memory: '1024',
    cores: '2',
    mp0: 'local-zfs:4,mp=/data',
    nameserver: '9.9.9.9',
  });
  const { config, pending } = guest(demo, 203);
  assert.deepEqual([config.memory, config.cores], [1024, 2]);
  assert.equal(config.mp0, 'local-zfs:subvol-203-disk-1,mp=/data,size=4G');
  assert.deepEqual(pending, { nameserver: '9.9.9.9' });
  await changed(demo, path, { delete: 'mp0' });
  assert.equal(guest(demo, 203).pending.mp0, null);
});

test('a detached disk is unused, comes back with its size, and goes for good', async (t) => {
  const demo = await demoFor(t);
  await changed(demo, web, { scsi1: 'local-lvm:8' });
  const used = async () =>
    (await data<{ used: number }>(demo, 'GET', '/nodes/pve1/storage/local-lvm/status')).used;
  const before = await used();
  await changed(demo, web, { delete: 'scsi1' });
  assert.equal(guest(demo, 101).config.unused0, 'local-lvm:vm-101-disk-1');
  assert.equal(await used(), before);
  await changed(demo, web, { scsi2: 'local-lvm:vm-101-disk-1' });
  assert.equal(guest(demo, 101).config.scsi2, 'local-lvm:vm-101-disk-1,size=8G');
  assert.equal(guest(demo, 101).config.unused0, undefined);
  assert.equal(
    (await ask(demo, 'PUT', `${web}/unlink`, { form: { idlist: 'scsi2' } })).status,
    200,
  );
  assert.equal(guest(demo, 101).config.unused0, 'local-lvm:vm-101-disk-1');
  await ask(demo, 'PUT', `${web}/unlink`, { form: { idlist: 'unused0' } });
  assert.equal(guest(demo, 101).config.unused0, undefined);
  assert.ok((await used()) < before);
  const kept = await put(demo, web, { delete: 'scsi0', force: '1' });
  assert.equal(
    kept.statusText,
    "unable to delete 'local-lvm:vm-101-disk-0' - volume is still in use (snapshot?)",
  );
});

test('a full storage says so in its own words, and nothing is changed', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.fillStorage('local-lvm', 'pve1');
  const refused = await put(demo, web, { scsi1: 'local-lvm:8' });
  assert.equal(refused.status, 500);
  assert.match(refused.statusText, /Cannot create new thin volume, free space in thin pool/);
  assert.equal(guest(demo, 101).config.scsi1, undefined);
  demo.world.faults.fillStorage('local-zfs', 'pve2');
  const zfs = await put(demo, '/nodes/pve2/qemu/104', { scsi1: 'local-zfs:8' });
  assert.equal(zfs.statusText, "zfs error: cannot create 'rpool/data/vm-104-disk-1': out of space");
  const elsewhere = await put(demo, web, { scsi1: 'local-zfs:8' });
  assert.equal(elsewhere.statusText, "storage 'local-zfs' is not available on node 'pve1'");
  const wrong = await put(demo, web, { scsi1: 'backup-nas:8' });
  assert.deepEqual(wrong.body.errors, {
    storage: "storage 'backup-nas' does not support vm images",
  });
});

test('locks, protection and a task that holds the file refuse a change', async (t) => {
  const demo = await demoFor(t);
  assert.equal(
    (await put(demo, '/nodes/pve1/qemu/106', { cores: '1' })).statusText,
    'VM is locked (backup)',
  );
  assert.equal(
    (await put(demo, '/nodes/pve2/qemu/103', { delete: 'scsi0' })).statusText,
    "can't remove drive 'scsi0' - protection mode enabled",
  );
  await data(demo, 'PUT', `${web}/resize`, { form: { disk: 'scsi0', size: '+1G' } });
  assert.equal(
    (await put(demo, web, { cores: '1' })).statusText,
    "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout",
  );
  demo.world.faults.advance(5);
  assert.equal((await put(demo, web, { cores: '1' })).status, 200);
});

test('each key needs its own privilege; devices of the node are root@pam alone', async (t) => {
  const demo = await demoFor(t);
  demo.world.accounts.acl.push({
    path: '/vms',
    type: 'token',
    ugid: 'audit@pve!ro',
    roleid: 'PVEAdmin',
    propagate: true,
  });
  const said = async (form: Record<string, string>) =>
    (await ask(demo, 'PUT', `${web}/config`, { form, as: 'auditor' })).statusText;
  assert.match(await said({ cores: '3' }), /^Permission check failed \(\/vms\/101, VM\.Config/);
  const root = await put(demo, web, { hostpci0: '0000:01:00.0' });
  assert.equal(root.statusText, "only root can set 'hostpci0' config for non-mapped devices");
  assert.equal((await put(demo, web, { hostpci0: 'mapping=gpu' })).status, 200);
});

test('POST works in a task, and waits for it when asked to', async (t) => {
  const demo = await demoFor(t);
  const path = `${web}/config`;
  const done = await runTask(demo, path, { cores: '3', tags: 'b;a' });
  assert.match(done.upid, /:qmconfig:101:/);
  assert.equal(done.status, 'OK');
  assert.equal(guest(demo, 101).config.tags, 'a;b');
  const waited = await ask(demo, 'POST', path, { form: { cores: '5', background_delay: '5' } });
  assert.deepEqual([waited.status, waited.body.data], [200, null]);
  demo.world.faults.fillStorage('local-lvm', 'pve1');
  const full = await runTask(demo, path, { scsi3: 'local-lvm:4' });
  assert.match(full.status ?? '', /free space in thin pool/);
  const late = await ask(demo, 'POST', path, {
    form: { scsi3: 'local-lvm:4', background_delay: '5' },
  });
  assert.match(late.statusText, /^failed to update VM 101: lvcreate/);
});

test('cloud-init: what waits is told apart, dumped, and taken over by regenerating', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve1/qemu/100';
  const key = encodeURIComponent('ssh-ed25519 AAAAC3 me@laptop').replaceAll("'", '%27');
  await changed(demo, path, { ciuser: 'admin', cipassword: 'secret-word', sshkeys: key });
  const rows = await data<Row[]>(demo, 'GET', `${path}/cloudinit`);
  const row = (name: string) => rows.find((one) => one.key === name);
  assert.deepEqual(row('ciuser'), { key: 'ciuser', value: 'ubuntu', pending: 'admin' });
  assert.deepEqual(row('cipassword'), { key: 'cipassword', pending: '**********' });
  const user = await data<string>(demo, 'GET', `${path}/cloudinit/dump?type=user`);
  assert.match(user, /^#cloud-config\nhostname: dev-lab\n[\s\S]*user: admin\n/);
  assert.match(user, / {2}- ssh-ed25519 AAAAC3 me@laptop/);
  const network = await data<string>(demo, 'GET', `${path}/cloudinit/dump?type=network`);
  assert.match(network, /address: '192\.168\.1\.100'\n {8}netmask: '255\.255\.255\.0'/);
  assert.equal((await ask(demo, 'PUT', `${path}/cloudinit`, { form: {} })).status, 200);
  const after = await data<Row[]>(demo, 'GET', `${path}/cloudinit`);
  assert.deepEqual(
    after.find((one) => one.key === 'ciuser'),
    { key: 'ciuser', value: 'admin' },
  );
  const text = (await ask(demo, 'GET', `${path}/config`)).text;
  assert.ok(!text.includes('secret-word'));
});

test('what a running machine cannot give up is told as going, with its volume when forced', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve1/qemu/110';
  await changed(demo, path, { sata0: 'local-lvm:4' });
  assert.equal(guest(demo, 110).pending.sata0, 'local-lvm:vm-110-disk-3,size=4G');
  assert.equal((await runTask(demo, `${path}/status/stop`)).status, 'OK');
  assert.equal((await runTask(demo, `${path}/status/start`)).status, 'OK');
  assert.equal(guest(demo, 110).config.sata0, 'local-lvm:vm-110-disk-3,size=4G');
  await changed(demo, path, { delete: 'sata0', force: '1' });
  const rows = await data<Row[]>(demo, 'GET', `${path}/pending`);
  assert.equal(rows.find(({ key }) => key === 'sata0')?.delete, 2);
  await runTask(demo, `${path}/status/stop`);
  assert.equal(guest(demo, 110).config.sata0, undefined);
  assert.equal(guest(demo, 110).config.unused0, undefined);
  assert.equal((await put(demo, path, {})).statusText, 'no options specified');
});
