import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { ask, data, demoFor, runTask } from './client.ts';

function guest(demo: Demo, vmid: number) {
  const found = demo.world.guests.get(vmid);
  assert.ok(found);
  return found;
}

async function said(demo: Demo, method: string, path: string, form?: Record<string, string>) {
  return (await ask(demo, method, path, form === undefined ? {} : { form })).statusText;
}

const template = '/nodes/pve1/qemu/9000';
const stopped = '/nodes/pve1/qemu/111';

test('a linked clone comes from a template, shares its base, and keeps it from being destroyed', async (t) => {
  const demo = await demoFor(t);
  const { upid, status } = await runTask(demo, `${template}/clone`, { newid: '120', name: 'cl' });
  assert.match(upid, /:qmclone:9000:/);
  assert.equal(status, 'OK');
  const clone = guest(demo, 120);
  assert.equal(clone.config.name, 'cl');
  assert.equal(clone.config.template, undefined);
  assert.equal(clone.config.scsi0, 'local-lvm:vm-120-disk-0,size=8G');
  assert.notEqual(clone.config.net0, guest(demo, 9000).config.net0);
  assert.equal((await runTask(demo, '/nodes/pve1/qemu/120/status/start')).status, 'OK');
  const path = '/nodes/pve3/lxc/9001';
  await runTask(demo, `${path}/clone`, { newid: '206', hostname: 'twin' });
  assert.equal(
    guest(demo, 206).config.rootfs,
    'local-zfs:basevol-9001-disk-0/subvol-206-disk-0,size=4G',
  );
  const { status: refused } = await runTask(demo, path, {}, 30, 'DELETE');
  assert.equal(
    refused,
    "base volume 'local-zfs:basevol-9001-disk-0' is still in use by linked cloned",
  );
  assert.ok(demo.world.guests.has(9001));
});

test('a full clone copies with progress while the new guest is there and locked', async (t) => {
  const demo = await demoFor(t);
  const form = { newid: '121', description: 'A copy', pool: 'lab' };
  const upid = await data<string>(demo, 'POST', `${stopped}/clone`, { form });
  assert.equal(guest(demo, 121).lock, 'clone');
  const again = await data<string>(demo, 'POST', `${stopped}/clone`, { form: { newid: '122' } });
  demo.world.faults.advance(80);
  const task = demo.world.tasks.get(upid);
  assert.equal(task?.status, 'OK');
  assert.equal(demo.world.tasks.get(again)?.status, 'OK');
  assert.ok(task?.log.includes('create full clone of drive scsi0 (local-lvm:vm-111-disk-0)'));
  assert.ok(
    task?.log.some((line) => /^transferred 32\.0 GiB of 64\.0 GiB \(50\.00%\)$/.test(line)),
  );
  const clone = guest(demo, 121);
  assert.deepEqual([clone.lock, clone.pool], [undefined, 'lab']);
  assert.equal(clone.config.name, 'Copy-of-VM-win10-test');
  assert.equal(clone.config.description, 'A copy');
});

test('what a clone is refused for, in PVE words', async (t) => {
  const demo = await demoFor(t);
  const clone = (form: Record<string, string>, path = stopped) =>
    said(demo, 'POST', `${path}/clone`, form);
  assert.equal(
    await clone({ newid: '101' }),
    'unable to create VM 101: config file already exists',
  );
  assert.equal(await clone({ newid: '103' }), "VM 103 already exists on node 'pve2'");
  assert.equal(
    await clone({ newid: '120', full: '0' }),
    "Linked clone feature is not supported for 'local-lvm:vm-111-disk-0' (scsi0)",
  );
  assert.equal(
    await clone({ newid: '120', storage: 'local-lvm' }, template),
    "parameter 'storage' not allowed for linked clones",
  );
  assert.equal(
    await clone({ newid: '120', target: 'pve2' }),
    "can't clone VM to node 'pve2' (VM uses local storage)",
  );
  assert.equal(
    await clone({ newid: '120' }, '/nodes/pve2/lxc/203'),
    'Full clone of a running container is only possible from a snapshot',
  );
  assert.equal(await clone({ newid: '120', snapname: 'none' }), "snapshot 'none' does not exist");
  const bad = await ask(demo, 'POST', `${stopped}/clone`, { form: { newid: '12', name: '-x' } });
  assert.deepEqual(Object.keys(bad.body.errors ?? {}).sort(), ['name', 'newid']);
});

test('a clone onto a storage that fills up fails and leaves nothing', async (t) => {
  const demo = await demoFor(t);
  demo.world.faults.fillStorage('local-lvm', 'pve1', 2 ** 30);
  const { status, log } = await runTask(demo, `${stopped}/clone`, { newid: '123' });
  assert.match(status ?? '', /^clone failed: copy failed: command/);
  assert.ok(log.some((line) => line.includes('No space left on device')));
  assert.equal(demo.world.guests.has(123), false);
  assert.equal(guest(demo, 111).held, undefined);
});

test('a template: refused with snapshots, made of a stopped guest, once', async (t) => {
  const demo = await demoFor(t);
  assert.equal(
    await said(demo, 'POST', `${stopped}/template`, {}),
    'unable to create template, because VM contains snapshots',
  );
  await runTask(demo, `${stopped}/clone`, { newid: '124' });
  const made = await runTask(demo, '/nodes/pve1/qemu/124/template');
  assert.match(made.upid, /:qmtemplate:124:/);
  assert.equal(guest(demo, 124).config.scsi0, 'local-lvm:base-124-disk-0,size=64G');
  assert.equal(
    await said(demo, 'POST', '/nodes/pve1/qemu/124/template', {}),
    "you can't convert a template to a template",
  );
  assert.equal(
    await said(demo, 'POST', '/nodes/pve1/qemu/102/template', {}),
    "you can't convert a VM to template if VM is running",
  );
  assert.equal(await data(demo, 'POST', '/nodes/pve3/lxc/205/template', { form: {} }), null);
  assert.match(String(guest(demo, 205).config.rootfs), /^local:205\/base-205-disk-0\.raw/);
});

test('destroying: refused while it runs, is protected or managed; then it is gone', async (t) => {
  const demo = await demoFor(t);
  const destroy = (path: string) => said(demo, 'DELETE', path);
  assert.equal(await destroy('/nodes/pve1/qemu/101'), 'VM 101 is running - destroy failed');
  assert.equal(
    await destroy('/nodes/pve2/qemu/103'),
    "can't remove VM 103 - protection mode enabled",
  );
  guest(demo, 103).config = { ...guest(demo, 103).config, protection: 0 };
  assert.equal(
    await destroy('/nodes/pve2/qemu/103'),
    'unable to remove VM 103 - used in HA resources and purge parameter not set.',
  );
  const used = async () =>
    (await data<{ used: number }>(demo, 'GET', '/nodes/pve1/storage/local-lvm/status')).used;
  const before = await used();
  const done = await runTask(demo, `${stopped}?purge=1`, {}, 30, 'DELETE');
  assert.match(done.upid, /:qmdestroy:111:/);
  assert.equal(done.status, 'OK');
  assert.ok((await used()) < before);
  assert.equal(
    await said(demo, 'GET', `${stopped}/config`),
    "Configuration file 'nodes/pve1/qemu-server/111.conf' does not exist",
  );
  const container = '/nodes/pve2/lxc/203';
  assert.equal(await destroy(container), 'unable to destroy CT 203 - container is running');
  assert.equal((await runTask(demo, `${container}?force=1`, {}, 30, 'DELETE')).status, 'OK');
  assert.equal(demo.world.guests.has(203), false);
});

test('a new machine with everything, started at once', async (t) => {
  const demo = await demoFor(t);
  const form = {
    vmid: '130',
    name: 'fresh',
    cores: '2',
    memory: '2048',
    ostype: 'l26',
    machine: 'q35',
    bios: 'ovmf',
    efidisk0: 'local-zfs:1,efitype=4m,pre-enrolled-keys=1',
    tpmstate0: 'local-zfs:1,version=v2.0',
    scsihw: 'virtio-scsi-single',
    scsi0: 'local-zfs:32,iothread=1,discard=on',
    virtio1: 'local-zfs:4',
    ide2: 'local-zfs:cloudinit',
    ide0: 'backup-nas:iso/nixos-minimal-25.11-x86_64-linux.iso,media=cdrom',
    net0: 'virtio,bridge=vmbr0,firewall=1',
    agent: '1',
    vga: 'qxl',
    ciuser: 'me',
    tags: 'New;test',
    pool: 'lab',
    start: '1',
  };
  const { upid, status, log } = await runTask(demo, '/nodes/pve2/qemu', form);
  assert.match(upid, /:qmcreate:130:/);
  assert.equal(status, 'OK', log.join('\n'));
  const { config, status: state, pool } = guest(demo, 130);
  assert.equal(state, 'running');
  assert.equal(pool, 'lab');
  assert.equal(config.efidisk0, 'local-zfs:vm-130-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M');
  assert.equal(config.tpmstate0, 'local-zfs:vm-130-disk-1,size=4M,version=v2.0');
  assert.equal(config.scsi0, 'local-zfs:vm-130-disk-2,discard=on,iothread=1,size=32G');
  assert.equal(config.ide2, 'local-zfs:vm-130-cloudinit,media=cdrom,size=4M');
  assert.match(String(config.net0), /^virtio=BC:24:11:[0-9A-F:]{8},bridge=vmbr0,firewall=1$/);
  assert.equal(config.tags, 'new;test');
  assert.ok(
    log.some((line) => line.startsWith("scsi0: successfully created disk 'local-zfs:vm-130")),
  );
  const rows = await data<Record<string, unknown>[]>(demo, 'GET', '/cluster/resources?type=vm');
  assert.equal(rows.find((row) => row.vmid === 130)?.name, 'fresh');
});

test('a new machine that cannot be made leaves nothing', async (t) => {
  const demo = await demoFor(t);
  const form = { vmid: '131', scsi0: 'local-lvm:8', ide2: 'local:iso/gone.iso,media=cdrom' };
  const { status } = await runTask(demo, '/nodes/pve1/qemu', form);
  assert.equal(status, "unable to create VM 131 - volume 'local:iso/gone.iso' does not exist");
  assert.equal(demo.world.guests.has(131), false);
  assert.equal(
    await said(demo, 'POST', '/nodes/pve1/qemu', { vmid: '101' }),
    "unable to create VM 101 - VM 101 already exists on node 'pve1'",
  );
  const taken = await ask(demo, 'GET', '/cluster/nextid?vmid=101');
  assert.equal(taken.body.errors?.vmid, 'VM 101 already exists');
});

test('a new container from a template of the node', async (t) => {
  const demo = await demoFor(t);
  const form = {
    vmid: '210',
    hostname: 'box',
    ostemplate: 'backup-nas:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
    rootfs: 'local-lvm:8',
    net0: 'name=eth0,bridge=vmbr0,ip=dhcp',
    password: 'secret-word',
    'ssh-public-keys': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA me@laptop',
    features: 'nesting=1',
    unprivileged: '1',
    nameserver: '9.9.9.9',
    start: '1',
  };
  const { upid, status, log } = await runTask(demo, '/nodes/pve1/lxc', form);
  assert.match(upid, /:vzcreate:210:/);
  assert.equal(status, 'OK', log.join('\n'));
  const { config, status: state } = guest(demo, 210);
  assert.equal(state, 'running');
  assert.equal(config.ostype, 'debian');
  assert.equal(config.rootfs, 'local-lvm:vm-210-disk-0,size=8G');
  assert.match(
    String(config.net0),
    /^name=eth0,bridge=vmbr0,hwaddr=BC:24:11:.*,ip=dhcp,type=veth$/,
  );
  assert.ok(!JSON.stringify(config).includes('secret-word'));
  const short = await ask(demo, 'POST', '/nodes/pve1/lxc', {
    form: { ...form, vmid: '211', password: 'abc' },
  });
  assert.equal(short.body.errors?.password, 'value must be at least 5 characters long');
  const elsewhere = { ...form, vmid: '211', ostemplate: 'local:vztmpl/none.tar.zst' };
  assert.equal(
    (await runTask(demo, '/nodes/pve1/lxc', elsewhere)).status,
    "unable to create CT 211 - volume 'local:vztmpl/none.tar.zst' does not exist",
  );
});

test('disks grow, never shrink; they move, and the old one stays as unused', async (t) => {
  const demo = await demoFor(t);
  const path = '/nodes/pve2/qemu/104';
  const resize = (size: string) => ({ disk: 'scsi0', size });
  const grown = await runTask(demo, `${path}/resize`, resize('+8G'), 10, 'PUT');
  assert.match(grown.upid, /:resize:104:/);
  assert.match(String(guest(demo, 104).config.scsi0), /size=40G/);
  const refused = async (form: Record<string, string>) =>
    (await runTask(demo, `${path}/resize`, form, 10, 'PUT')).status;
  assert.equal(await refused(resize('10G')), 'shrinking disks is not supported');
  assert.equal(await refused({ disk: 'scsi5', size: '+1G' }), "disk 'scsi5' does not exist");
  assert.equal(
    await said(demo, 'PUT', '/nodes/pve2/lxc/203/resize', { disk: 'rootfs', size: '1G' }),
    'unable to shrink disk size',
  );
  const move = { disk: 'scsi0', storage: 'local', format: 'qcow2' };
  const moved = await runTask(demo, `${path}/move_disk`, move);
  assert.match(moved.upid, /:qmmove:104:/);
  assert.equal(moved.status, 'OK');
  assert.ok(moved.log.includes('drive-scsi0: mirror-job finished'));
  assert.match(String(guest(demo, 104).config.scsi0), /^local:104\/vm-104-disk-0\.qcow2,size=40G/);
  assert.equal(guest(demo, 104).config.unused0, 'local-zfs:vm-104-disk-0');
  const back = { disk: 'scsi0', storage: 'local-zfs', delete: '1' };
  assert.equal((await runTask(demo, `${path}/move_disk`, back)).status, 'OK');
  assert.equal(guest(demo, 104).config.unused1, undefined);
  assert.equal(
    await said(demo, 'POST', `${path}/move_disk`, { disk: 'scsi0', storage: 'local-zfs' }),
    "you can't move to the same storage with same format",
  );
  assert.equal(
    await said(demo, 'POST', '/nodes/pve2/lxc/203/move_volume', {
      volume: 'rootfs',
      storage: 'local',
    }),
    'cannot move volumes of a running container',
  );
});

test('a disk is given to another guest of the node', async (t) => {
  const demo = await demoFor(t);
  await ask(demo, 'PUT', '/nodes/pve1/qemu/101/config', { form: { scsi1: 'local-lvm:8' } });
  const form = { disk: 'scsi1', 'target-vmid': '102', 'target-disk': 'scsi3' };
  const path = '/nodes/pve1/qemu/101/move_disk';
  assert.match(
    await said(demo, 'POST', path, form),
    /^Cannot move disk to another VM while the source/,
  );
  await ask(demo, 'PUT', '/nodes/pve1/qemu/101/config', { form: { delete: 'scsi1' } });
  const { status } = await runTask(demo, path, { ...form, disk: 'unused0' });
  assert.equal(status, 'OK');
  assert.equal(guest(demo, 101).config.unused0, undefined);
  assert.equal(guest(demo, 102).config.scsi3, 'local-lvm:vm-102-disk-1,size=8G');
  assert.match(
    await said(demo, 'POST', path, { disk: 'scsi0', 'target-vmid': '103' }),
    /^Both VMs need to be on the same node \(pve1 != pve2\)$/,
  );
});
