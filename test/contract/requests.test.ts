import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test, { type TestContext } from 'node:test';
import type { Guest } from '../../source/domain/guest.ts';
import { sanitise } from '../../source/domain/safe-text.ts';
import { Secret } from '../../source/domain/secret.ts';
import type { PveSite } from '../../source/services/types.ts';
import { startTestDemo, type TestDemo } from '../support/demo.ts';
import { connectServices } from '../support/services.ts';
import {
  loadSchema,
  requestProblems,
  route,
  type SchemaEndpoint,
  schemaMissing,
} from './schema.ts';

const skip = schemaMissing ?? false;

/** Notes which methods of an API part were called. */
function watched<T extends object>(part: T, called: Set<string>): T {
  return new Proxy(part, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      called.add(String(name));
      return value.bind(target);
    },
  });
}

/** Calls with every parameter they have, and once with none. */
async function callGuests(api: PveSite['guests'], guests: readonly Guest[]): Promise<void> {
  for (const guest of guests) {
    await api.status(guest);
    await api.config(guest);
    await api.pending(guest);
    await api.snapshots(guest);
    for (const timeframe of ['hour', 'day', 'week', 'month', 'year'] as const)
      await api.rrd(guest, timeframe);
    await api.interfaces(guest);
    for (const feature of ['snapshot', 'clone', 'copy'] as const) await api.feature(guest, feature);
    const vmstate = guest.type === 'qemu' ? { vmstate: true } : {};
    const description = 'ünïcode & = ? #\nsecond line';
    await api.createSnapshot(guest, { snapname: 'contract', description, ...vmstate });
    await api.createSnapshot(guest, { snapname: 'bare' });
    await api.snapshotConfig(guest, 'contract');
    await api.describeSnapshot(guest, 'contract', description);
    await api.rollback(guest, 'contract', { start: true });
    await api.rollback(guest, 'contract');
    await api.deleteSnapshot(guest, 'contract', { force: true });
    await api.deleteSnapshot(guest, 'contract');
    const verbs = ['start', 'shutdown', 'stop', 'reboot', 'suspend', 'resume'] as const;
    for (const verb of guest.type === 'qemu'
      ? ([...verbs, 'reset', 'hibernate'] as const)
      : verbs) {
      await api.power(guest, verb);
    }
    await api.power(guest, 'shutdown', { timeout: 30, forceStop: true });
    await api.power(guest, 'stop', { overruleShutdown: true });
    // Containers answer it too (spiceterm), but no action asks them.
    if (guest.type === 'qemu') await api.spiceproxy(guest, '192.168.1.10');
  }
}

const keys = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@laptop\n';
const digest = 'a'.repeat(40);

/** Calls of the whole life of a guest, with every parameter they have, and once with none. */
async function callLife(api: PveSite['guests'], guest: Guest): Promise<void> {
  const bwlimit = 51_200;
  await api.migrateCheck(guest, 'pve1');
  await api.migrateCheck(guest, undefined);
  const copy = { newid: 7001, name: 'copy', description: 'x', full: true, storage: 'local-lvm' };
  await api.clone(guest, { ...copy, format: 'qcow2', snapname: 'base', pool: 'prod', bwlimit });
  await api.clone(guest, { newid: 7002, full: false, target: 'pve2' });
  const move = { online: true, restart: true, withLocalDisks: true, timeout: 60, bwlimit };
  await api.migrate(guest, { target: 'pve1', targetStorage: 'local-lvm', ...move });
  await api.template(guest);
  await api.destroy(guest, { purge: true, destroyUnreferencedDisks: true, force: true });
  await api.destroy(guest);
}

/** Changes of what a guest is made of. */
async function callConfig(api: PveSite['guests'], guest: Guest): Promise<void> {
  const qemu = guest.type === 'qemu';
  const disk = qemu ? 'scsi0' : 'rootfs';
  const common = { memory: 2048, cores: 2, tags: 'a;b', onboot: true, startup: 'order=1,up=5' };
  const description = 'ünïcode & = ? #\nsecond line';
  const own: Readonly<Record<string, string | number | boolean | Secret>> = qemu
    ? { cipassword: new Secret('hidden'), sshkeys: keys, ipconfig0: 'ip=dhcp', agent: '1,type=isa' }
    : { swap: 512, hostname: 'a.b', features: 'nesting=1', mp0: 'local-lvm:8,mp=/srv,backup=1' };
  await api.setConfig(guest, { set: { ...common, description, ...own }, digest });
  await api.setConfig(guest, { set: { net5: qemu ? 'virtio,bridge=vmbr0' : 'name=eth5' }, digest });
  const hardware: Readonly<Record<string, string>> = qemu
    ? {
        efidisk0: 'local-lvm:1,efitype=4m,pre-enrolled-keys=1',
        tpmstate0: 'local-lvm:1,version=v2.0',
        hostpci0: 'mapping=gpu,mdev=i915-GVTg_V5_8,pcie=1,rombar=0,x-vga=1',
        hostpci1: 'host=0000:01:00',
        usb0: 'host=spice,usb3=1',
        usb1: 'mapping=zigbee',
        serial1: 'socket',
        audio0: 'device=ich9-intel-hda,driver=none',
        rng0: 'source=/dev/urandom,max_bytes=2048,period=500',
        virtiofs0: 'dirid=media,cache=never,direct-io=1,expose-acl=1',
        'amd-sev': 'type=snp,allow-smt=0',
      }
    : { dev0: 'path=/dev/dri/renderD128,mode=0660,gid=104,deny-write=1' };
  await api.setConfig(guest, { set: hardware, digest });
  if (qemu) await api.setConfig(guest, { set: { scsi3: 'local-lvm:8,discard=on' }, digest });
  await api.setConfig(guest, { delete: ['net5', 'tags'], force: true });
  await api.setConfig(guest, { revert: ['memory'] });
  await api.resize(guest, { disk, size: '+1G', digest });
  await api.resize(guest, { disk, size: '64G' });
  const target = {
    storage: 'local-lvm',
    format: 'raw',
    deleteOriginal: true,
    bwlimit: 1024,
    digest,
  };
  await api.moveDisk(guest, { disk, ...target });
  const targetDisk = qemu ? 'scsi4' : 'mp4';
  await api.moveDisk(guest, { disk: qemu ? 'scsi1' : 'mp0', targetVmid: 9999, targetDisk });
  await api.unlinkDisks(guest, ['unused0', 'unused1'], { force: true });
  await api.cloudinit(guest);
  for (const type of ['user', 'network', 'meta'] as const) await api.cloudinitDump(guest, type);
  await api.regenerateCloudinit(guest);
  await api.agentInfo(guest);
  await api.sendKey(guest, 'ctrl-alt-delete');
  await api.monitor(guest, 'info status');
}

/** A VM and a container as the forms make them. */
async function callCreate(api: PveSite['guests'], node: string): Promise<void> {
  await api.create(node, 'qemu', {
    vmid: 7010,
    name: 'new-vm',
    pool: 'prod',
    ostype: 'l26',
    machine: 'q35',
    bios: 'ovmf',
    efidisk0: 'local-lvm:1,efitype=4m,pre-enrolled-keys=1',
    tpmstate0: 'local-lvm:1,version=v2.0',
    scsihw: 'virtio-scsi-single',
    scsi0: 'local-lvm:32,discard=on,iothread=1',
    ide2: 'local:iso/debian-13.iso,media=cdrom',
    net0: 'virtio,bridge=vmbr0,firewall=1,tag=20',
    vga: 'qxl',
    agent: true,
    cores: 2,
    sockets: 1,
    cpu: 'host',
    memory: 2048,
    balloon: 1024,
    boot: 'order=scsi0;ide2;net0',
    onboot: true,
    tags: 'a;b',
    ciuser: 'admin',
    cipassword: new Secret('hidden'),
    sshkeys: keys,
    ipconfig0: 'ip=192.168.1.5/24,gw=192.168.1.1',
    start: true,
  });
  await api.create(node, 'lxc', {
    vmid: 7011,
    hostname: 'new-ct',
    ostemplate: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
    rootfs: 'local-lvm:8',
    unprivileged: true,
    features: 'nesting=1',
    password: new Secret('hidden'),
    'ssh-public-keys': keys,
    net0: 'name=eth0,bridge=vmbr0,ip=dhcp',
    nameserver: '192.168.1.1',
    searchdomain: 'lan',
    cores: 1,
    memory: 512,
    swap: 512,
    start: false,
  });
}

/** Text consoles and screens; each is closed as soon as it is open. */
async function callConsoles(
  api: PveSite['consoles'],
  guests: readonly Guest[],
  node: string,
): Promise<void> {
  for (const command of [undefined, 'login', 'upgrade'] as const) {
    const opened = await api.text({ node, ...(command ? { command } : {}) });
    if (opened.ok) opened.value.close();
  }
  for (const guest of guests) {
    const serial = guest.type === 'qemu' ? { serial: 'serial0' } : {};
    for (const more of [{}, serial]) {
      const opened = await api.text({ guest, ...more });
      if (opened.ok) opened.value.close();
    }
    const screen = await api.vnc(guest);
    if (screen.ok) screen.value.close();
  }
}

/** A firewall's whole tree; rules and names are made, changed, moved and removed. */
async function callFirewall(api: PveSite['firewall'], guest: Guest): Promise<void> {
  const place = { kind: 'guest', guest } as const;
  const comment = 'ünïcode & = ? #';
  const rule = { type: 'in', action: 'ACCEPT', enable: 1, log: 'info', iface: 'net0', comment };
  await api.rules(place);
  await api.addRule(place, { ...rule, proto: 'tcp', dport: '80,443:450', sport: '1024:65535' });
  await api.addRule(place, { ...rule, proto: 'icmp', 'icmp-type': 'echo-request' });
  await api.addRule(place, { ...rule, macro: 'SSH', source: '10.0.0.0/8', dest: '10.0.0.1' });
  await api.setRule(place, 0, { set: { action: 'DROP', enable: 0 }, delete: ['source'], digest });
  await api.moveRule(place, 0, 2, digest);
  await api.moveRule(place, 2, 0, undefined);
  await api.removeRule(place, 0, digest);
  await api.options(place);
  const set = { enable: 1, policy_in: 'DROP', policy_out: 'REJECT', log_level_in: 'info' };
  await api.setOptions(place, { set: { ...set, dhcp: 1, ndp: 0, radv: 1, macfilter: 0 }, digest });
  await api.setOptions(place, { set: { ipfilter: 1, log_level_out: 'nolog' }, delete: ['radv'] });
  await api.addAlias(place, { name: 'router', cidr: '192.168.1.1', comment });
  await api.setAlias(place, 'router', { cidr: '192.168.1.0/24', comment, rename: 'net', digest });
  await api.removeAlias(place, 'net', digest);
  await api.addSet(place, { name: 'admins', comment });
  await api.addEntry(place, 'admins', { cidr: '10.0.0.0/8', nomatch: true, comment });
  await api.names(place);
  await api.removeEntry(place, 'admins', '10.0.0.0/8', digest);
  await api.removeSet(place, 'admins', { force: true });
  await api.refs(place);
  await api.log(place, { start: 0, limit: 500 });
}

/** Backups, replication and permissions of a guest, with every parameter and with none. */
async function callGuards(site: PveSite, called: Set<string>, guest: Guest): Promise<void> {
  const backups = watched(site.backups, called);
  const resources = await site.resources();
  const storages = (resources.ok ? resources.value.storages : []).filter(
    ({ node }) => node === guest.node,
  );
  // Without known privileges an empty list is looked into further.
  await backups.list(guest, { storages, permissions: undefined });
  await backups.retention(guest.node, 'backup-nas');
  await backups.jobs();
  await backups.create(guest, {
    storage: 'backup-nas',
    mode: 'snapshot',
    compress: 'zstd',
    notesTemplate: '{{guestname}}',
    protected: true,
    remove: false,
    bwlimit: 51_200,
  });
  await backups.create(guest, { storage: 'backup-nas', mode: 'stop', remove: true });
  const volid = `backup-nas:backup/vzdump-${guest.type}-${guest.vmid}-2026_01_01-02_00_00.vma.zst`;
  await backups.notes(guest.node, volid);
  await backups.change(guest.node, volid, { notes: 'ünïcode\nline', protected: true });
  await backups.config(guest.node, volid);
  await backups.remove(guest.node, volid);
  const replication = watched(site.replication, called);
  const id = `${guest.vmid}-7`;
  await replication.jobs();
  await replication.of(guest);
  await replication.create({ id, target: 'pve3', schedule: '*/15', rate: 10, comment: 'x' });
  await replication.create({ id, target: 'pve3', enabled: false });
  await replication.job(id);
  const digest = 'a'.repeat(40);
  await replication.change(id, { schedule: '', rate: 0, comment: '', enabled: true, digest });
  await replication.log(guest.node, id);
  await replication.runNow(guest.node, id);
  await replication.remove(id, { keep: true });
  await replication.remove(id, { force: true });
  const access = watched(site.access, called);
  const path = `/vms/${guest.vmid}`;
  await access.acl();
  await access.own(path);
  await access.choices();
  for (const [subject, name] of [
    ['user', 'operator@pve'],
    ['group', 'family'],
    ['token', 'thin@pve!spice'],
  ] as const) {
    const change = { path, subject, id: name, role: 'PVEAuditor' };
    await access.changeAcl({ ...change, propagate: true });
    await access.changeAcl({ ...change, remove: true });
  }
}

async function callCluster(api: PveSite['cluster'], node: string): Promise<void> {
  await api.nextid();
  await api.nextid(7999);
  await api.options();
  await api.bridges(node);
  await api.pools();
  await api.mappings();
  await api.directories();
}

async function callNodes(api: PveSite['nodes'], node: string): Promise<void> {
  await api.status(node);
  for (const timeframe of ['hour', 'day', 'week', 'month', 'year'] as const)
    await api.rrd(node, timeframe);
  await api.services(node);
  for (const command of ['start', 'stop', 'restart', 'reload'] as const) {
    await api.serviceCommand(node, 'chrony', command);
  }
  await api.disks(node);
  await api.pci(node);
  await api.mdev(node, '0000:0b:00.0');
  await api.mdev(node, 'gpu');
  await api.usb(node);
  await api.smart(node, '/dev/nvme0n1');
  await api.updates(node);
  await api.certificates(node);
  await api.journal(node, { lastentries: 100 });
  await api.journal(node, { cursor: 's=abc;i=1;b=2' });
  await api.wake(node);
  await api.startAll(node, { vms: [100, 101], force: true });
  await api.startAll(node);
  await api.stopAll(node, { vms: [100], timeout: 60, forceStop: true });
  await api.stopAll(node);
  await api.command(node, 'reboot');
  await api.command(node, 'shutdown');
}

async function callTasks(api: PveSite['tasks'], node: string): Promise<void> {
  const listed = await api.cluster();
  const upid = listed.ok ? listed.value[0]?.upid : undefined;
  assert.ok(upid);
  const since = 1_790_000_000;
  await api.node(node);
  await api.node(node, {
    limit: 20,
    start: 5,
    errors: true,
    vmid: 100,
    since,
    typefilter: 'qmstart',
  });
  await api.status(upid);
  await api.log(upid, { start: 0, limit: 500 });
  await api.stop(upid);
}

/** Calls every method of the client once and gives the requests that reached the demo. */
async function everyRequest(t: TestContext): Promise<{ demo: TestDemo; missed: string[] }> {
  const vnc = () => new PassThrough();
  const demo = await startTestDemo(t, { speed: 1000, consoles: { vnc } });
  const { user, password } = demo.info.users.find(({ totp }) => totp === undefined) ?? {};
  assert.ok(user && password, 'the demo has a user without a second factor');
  await connectServices(t, demo, { user: { user, password } }).permissions();
  const site = connectServices(t, demo);
  const resources = await site.resources();
  assert.ok(resources.ok, JSON.stringify(resources));
  const one = (type: string) =>
    resources.value.guests.find(
      (guest) => guest.type === type && guest.status === 'running' && !guest.template,
    );
  const guests = ['qemu', 'lxc'].map(one).flatMap((guest) => (guest ? [guest] : []));
  assert.equal(guests.length, 2);
  const node = 'pve2';
  const called = new Set<string>();
  await site.clusterStatus();
  await site.permissions();
  await site.version();
  await callGuests(watched(site.guests, called), guests);
  const guestApi = watched(site.guests, called);
  for (const guest of guests) await callConfig(guestApi, guest);
  await callCreate(guestApi, node);
  await callConsoles(watched(site.consoles, called), guests, node);
  const firewall = watched(site.firewall, called);
  for (const guest of guests) await callFirewall(firewall, guest);
  await firewall.cluster();
  await firewall.macros();
  await firewall.groups();
  for (const guest of guests) await callGuards(site, called, guest);
  for (const guest of guests) await callLife(guestApi, guest);
  await callCluster(watched(site.cluster, called), node);
  const storage = resources.value.storages[0];
  assert.ok(storage);
  const storageApi = watched(site.storage, called);
  await storageApi.content(storage.node, storage.storage);
  await storageApi.types();
  await callTasks(watched(site.tasks, called), guests[0]?.node ?? sanitise(node));
  await callNodes(watched(site.nodes, called), node);
  const parts = [
    site.firewall,
    site.backups,
    site.replication,
    site.access,
    site.guests,
    site.nodes,
    site.storage,
    site.tasks,
    site.cluster,
    site.consoles,
  ];
  const missed = parts.flatMap((part) => Object.keys(part)).filter((name) => !called.has(name));
  return { demo, missed };
}

function problemsAgainst(schema: readonly SchemaEndpoint[], demo: TestDemo, mustExist: boolean) {
  const problems = new Set<string>();
  for (const { method, path, params } of demo.requests()) {
    const found = route(schema, method, path);
    if (found === undefined) {
      if (mustExist) problems.add(`${method} ${path} does not exist`);
      continue;
    }
    // The demo keeps no passwords, only that there was one.
    const told = Object.entries(params).map(([name, value]) => [
      name,
      value === '***' ? 'hidden' : value,
    ]);
    const sent = { ...found.parameters, ...Object.fromEntries(told) };
    for (const each of requestProblems(found.endpoint, sent)) {
      problems.add(`${method} ${found.endpoint.path}: ${each}`);
    }
  }
  return [...problems].sort();
}

test('every request of our client is one the official API takes, in 9.2 and in 8.4', {
  skip,
}, async (t) => {
  const { demo, missed } = await everyRequest(t);
  assert.deepEqual(missed, [], 'every method was called');
  assert.ok(demo.requests().length > 80, `${demo.requests().length} requests were looked at`);
  assert.equal(problemsAgainst(loadSchema('9.2'), demo, true).join('\n'), '');
  assert.equal(problemsAgainst(loadSchema('8.4'), demo, false).join('\n'), '');
});

test('the demo has everything our client asks for', async (t) => {
  const { demo } = await everyRequest(t);
  assert.deepEqual(demo.world.unimplemented, []);
});
