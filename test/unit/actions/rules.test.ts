import assert from 'node:assert/strict';
import test from 'node:test';
import { fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestDescribeSnapshot } from '../../../source/actions/guest-describe-snapshot.ts';
import { guestDisks, spiceDisplay } from '../../../source/actions/guest-disks.ts';
import { guestRollback } from '../../../source/actions/guest-rollback.ts';
import { guestShutdown } from '../../../source/actions/guest-shutdown.ts';
import { guestSnapshot } from '../../../source/actions/guest-snapshot.ts';
import { guestStop } from '../../../source/actions/guest-stop.ts';
import { nodeStopAll } from '../../../source/actions/node-stop-all.ts';
import { newestOnlyDisks, rollbackProblem } from '../../../source/actions/snapshot-rules.ts';
import type { FieldValue, GuestDisk } from '../../../source/actions/types.ts';
import type { Resources } from '../../../source/domain/inventory.ts';
import type { SafeText } from '../../../source/domain/safe-text.ts';
import type { Storage } from '../../../source/domain/storage.ts';
import { facts, guest, home, inventory, node, noon, safe, snapshot, snapshots } from './fakes.ts';

const hour = 3_600;
const seconds = noon / 1000;
const older = snapshot('before', seconds - 5 * hour);
const middle = snapshot('between', seconds - 3 * hour);
const newest = snapshot('after', seconds - 2 * hour);

function disk(plugintype?: string): GuestDisk {
  return {
    key: 'scsi0',
    volume: safe('vm-101-disk-0'),
    storage: safe('store'),
    ...(plugintype ? { plugintype: safe(plugintype) } : {}),
  };
}

function known(...plugintypes: (string | undefined)[]) {
  return facts({ snapshots: snapshots(newest, older, middle), disks: plugintypes.map(disk) });
}

for (const plugintype of ['zfspool', 'zfs', 'lvm']) {
  test(`${plugintype} goes back to the newest snapshot only, and names what stands in the way`, () => {
    const problem = rollbackProblem(known(plugintype), older);
    assert.match(problem ?? '', new RegExp(`^${plugintype} \\(vm-101-disk-0\\)`));
    assert.match(problem ?? '', /newer than before: between, after\./);
    assert.match(rollbackProblem(known(plugintype), middle) ?? '', /newer than between: after\./);
    assert.equal(rollbackProblem(known(plugintype), newest), undefined);
  });
}

for (const plugintype of ['lvmthin', 'dir', 'rbd', 'nfs', 'btrfs']) {
  test(`${plugintype} goes back to any snapshot`, () => {
    assert.equal(rollbackProblem(known(plugintype), older), undefined);
  });
}

test('one disk on ZFS among others is enough to block', () => {
  assert.match(rollbackProblem(known('lvmthin', 'zfspool'), older) ?? '', /^zfspool/);
  assert.equal(newestOnlyDisks(known('lvmthin', 'zfspool')).length, 1);
});

test('unknown disks and unknown storages are left to the server, and the dialog says so', () => {
  assert.equal(rollbackProblem(known(undefined), older), undefined);
  const unknown = facts({ snapshots: snapshots(older, newest) });
  assert.equal(rollbackProblem(unknown, older), undefined);
  const lines = guestRollback.confirm(guest(), { snapname: 'before' }, unknown).lines;
  assert.ok(lines.some((line) => /storages hold its disks is not known/.test(line)));
});

test('an unfinished snapshot is never rolled back to', () => {
  const broken = snapshot('torn', seconds, { snapstate: safe('prepare') });
  assert.match(rollbackProblem(known('lvmthin'), broken) ?? '', /unfinished \(prepare\)/);
});

test('a snapshot without a time counts as the oldest, so it is blocked by all others', () => {
  const timeless = { name: safe('timeless') };
  const all = facts({ snapshots: snapshots(timeless, newest), disks: [disk('zfspool')] });
  assert.match(rollbackProblem(all, timeless) ?? '', /newer than timeless: after/);
});

test('the rollback dialog says what is lost', () => {
  const lines = (target = guest(), values: Record<string, FieldValue> = { snapname: 'after' }) =>
    guestRollback.confirm(target, values, known('zfspool')).lines.join('\n');
  assert.match(lines(), /Everything written to its disks in the last 2 h is lost/);
  assert.match(lines(), /It runs and is stopped first; the snapshot holds no RAM/);
  assert.doesNotMatch(lines(guest({ status: safe('stopped') })), /It runs/);
  assert.match(lines(), /On ZFS a safety snapshot first would block this rollback/);
  const ram = snapshot('with-ram', seconds - 60, { vmstate: true });
  const withRam = facts({ snapshots: snapshots(ram), disks: [disk('lvmthin')] });
  const said = guestRollback.confirm(guest(), { snapname: 'with-ram' }, withRam).lines.join('\n');
  assert.match(said, /reset to the memory of the snapshot/);
  const thin = guestRollback.confirm(guest(), { snapname: 'before' }, known('lvmthin'));
  assert.match(thin.lines.join('\n'), /2 newer snapshot\(s\) stay/);
});

test('the rollback form refuses a blocked snapshot and starts on the one under the cursor', () => {
  const problems = fieldProblems(guestRollback, { snapname: 'before' }, guest(), known('zfspool'));
  assert.match(problems.snapname ?? '', /between, after/);
  const missing = fieldProblems(guestRollback, { snapname: 'nope' }, guest(), known('zfspool'));
  assert.match(
    missing.snapname ?? '',
    /there is no snapshot nope; there are: after, before, between/,
  );
  const start = initialValues(guestRollback, guest(), { ...known('dir'), snapshot: middle });
  assert.deepEqual(start, { snapname: 'between', start: true });
  const stopped = initialValues(guestRollback, guest({ status: safe('stopped') }), known('dir'));
  assert.deepEqual(stopped, { snapname: 'after', start: false });
});

test('a new snapshot is proposed with today and never with a taken name', () => {
  const proposed = (...names: string[]) =>
    initialValues(
      guestSnapshot,
      guest(),
      facts({ snapshots: snapshots(...names.map((name) => snapshot(name, 1))) }),
    ).snapname;
  const day = 'pre-update-20261121';
  assert.equal(proposed(), day);
  assert.equal(proposed(day), `${day}-2`);
  assert.equal(proposed(day, `${day}-2`, `${day}-3`), `${day}-4`);
});

const badNames: readonly [string, RegExp][] = [
  ['', /is needed/],
  ['current', /reserved/],
  ['pending', /reserved/],
  [`a${'b'.repeat(40)}`, /at most 40 characters, this has 41/],
  ['two words', /only letters/],
  ['9lives', /must start with a letter/],
  ['-x', /must start with a letter/],
  ['a', /at least 2/],
  ['naïve', /only letters/],
  ['a\nb', /only letters/],
  ['taken', /there is a snapshot taken already/],
];
for (const [name, wanted] of badNames) {
  test(`snapshot name ${JSON.stringify(name.slice(0, 12))} is refused before any call`, () => {
    const has = facts({ snapshots: snapshots(snapshot('taken', 1)) });
    const problems = fieldProblems(guestSnapshot, { snapname: name }, guest(), has);
    assert.match(problems.snapname ?? '', wanted);
  });
}

test('names that Proxmox takes are taken', () => {
  for (const name of ['pre-update', 'Ab', 'a_1', `a${'b'.repeat(39)}`, 'currently']) {
    assert.deepEqual(fieldProblems(guestSnapshot, { snapname: name }, guest(), facts()), {}, name);
  }
});

test('RAM is offered for running VMs only', () => {
  const offers = (target: Parameters<typeof guest>[0]) =>
    'vmstate' in initialValues(guestSnapshot, guest(target), facts());
  assert.equal(offers({}), true);
  assert.equal(offers({ status: safe('stopped') }), false);
  assert.equal(offers({ type: 'lxc' }), false);
  const values = { snapname: 'ok', vmstate: true };
  const problems = fieldProblems(guestSnapshot, values, guest({ type: 'lxc' }), facts());
  assert.match(problems.vmstate ?? '', /does not apply/);
});

test('a snapshot over older ones on ZFS says what it blocks', () => {
  const said = guestSnapshot
    .confirm(guest(), { snapname: 'x1' }, known('zfspool'))
    .lines.join('\n');
  assert.match(said, /older snapshots cannot be rolled back to/);
  const first = facts({ snapshots: snapshots(), disks: [disk('zfspool')] });
  assert.doesNotMatch(
    guestSnapshot.confirm(guest(), { snapname: 'x1' }, first).lines.join('\n'),
    /cannot be rolled back/,
  );
});

test('the description form starts with the old text without its closing line breaks', () => {
  const described = snapshot('after', 5, { description: safe('before the upgrade\n') });
  const has = facts({ snapshots: snapshots(described), snapshot: described });
  assert.equal(
    initialValues(guestDescribeSnapshot, guest(), has).description,
    'before the upgrade',
  );
});

test('fields are checked by kind', () => {
  const of = (values: Record<string, FieldValue>) =>
    fieldProblems(guestShutdown, values, guest(), facts());
  assert.deepEqual(of({ timeout: 60, forceStop: true }), {});
  assert.deepEqual(of({}), {});
  assert.match(of({ timeout: 1.5 }).timeout ?? '', /whole number/);
  assert.match(of({ timeout: 'soon' }).timeout ?? '', /whole number/);
  assert.match(of({ timeout: -1 }).timeout ?? '', /0 or more/);
  assert.match(of({ forceStop: 'yes' }).forceStop ?? '', /yes or no/);
  assert.match(of({ bogus: 1 }).bogus ?? '', /no such field/);
  const all = (timeout: number) => fieldProblems(nodeStopAll, { timeout }, node(), facts());
  assert.deepEqual(all(7200), {});
  assert.match(all(7201).timeout ?? '', /0 to 7200/);
});

test('overruling a shutdown does not apply to an HA guest', () => {
  const values = { 'overrule-shutdown': true };
  assert.deepEqual(fieldProblems(guestStop, values, guest(), facts()), {});
  const problems = fieldProblems(guestStop, values, guest({ hastate: safe('started') }), facts());
  assert.match(problems['overrule-shutdown'] ?? '', /does not apply/);
});

function row(storage: string, on: string, plugintype?: string): Storage {
  return {
    site: home,
    node: safe(on),
    storage: safe(storage),
    status: safe('available'),
    ...(plugintype ? { plugintype: safe(plugintype) } : {}),
  };
}

function withStorages(...storages: Storage[]) {
  const data: Resources = { nodes: [], guests: [], storages, pools: [] };
  return inventory({ resources: { data, fetching: false } });
}

const entries = (config: Record<string, string>) => ({
  entries: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, safe(value)])),
});

test('disks of a VM: no CD drives, no passed-through devices, the storage below each', () => {
  const config = entries({
    scsi0: 'local-zfs:vm-101-disk-0,iothread=1,size=32G',
    scsi1: 'thin:vm-101-disk-1,backup=0,size=8G',
    virtio15: 'file=nas:101/vm-101-disk-2.qcow2,size=1G',
    efidisk0: 'local-zfs:vm-101-disk-3,efitype=4m,size=1M',
    tpmstate0: 'local-zfs:vm-101-disk-4,size=4M,version=v2.0',
    ide2: 'local:iso/debian.iso,media=cdrom,size=600M',
    sata0: 'none,media=cdrom',
    scsi2: '/dev/disk/by-id/ata-X,size=1T',
    scsihw: 'virtio-scsi-single',
    unused0: 'thin:vm-101-disk-9',
    net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
  });
  const stores = withStorages(row('local-zfs', 'pve1', 'zfspool'), row('thin', 'pve1', 'lvmthin'));
  const types: Record<string, SafeText> = { nas: safe('nfs') };
  const disks = guestDisks(config, 'pve1', stores, types);
  assert.deepEqual(
    disks.map((each) => [each.key, each.volume, each.plugintype, each.backup]),
    [
      ['scsi0', 'vm-101-disk-0', 'zfspool', undefined],
      ['scsi1', 'vm-101-disk-1', 'lvmthin', false],
      ['virtio15', '101/vm-101-disk-2.qcow2', 'nfs', undefined],
      ['efidisk0', 'vm-101-disk-3', 'zfspool', undefined],
      ['tpmstate0', 'vm-101-disk-4', 'zfspool', undefined],
    ],
  );
});

test('mount points of a container: bind mounts are no disks, the own node wins', () => {
  const config = entries({
    rootfs: 'data:subvol-200-disk-0,size=20G',
    mp0: 'volume=data:subvol-200-disk-1,mp=/data,backup=1',
    mp1: '/mnt/host,mp=/host',
  });
  const stores = withStorages(row('data', 'pve1', 'dir'), row('data', 'pve2', 'zfspool'));
  const disks = guestDisks(config, 'pve2', stores);
  assert.deepEqual(
    disks.map((each) => [each.key, each.plugintype, each.backup]),
    [
      ['rootfs', 'zfspool', undefined],
      ['mp0', 'zfspool', true],
    ],
  );
});

test('a storage that nobody told of stays unknown', () => {
  const [found] = guestDisks(entries({ scsi0: 'gone:vm-1-disk-0' }), 'pve1', withStorages());
  assert.equal(found?.plugintype, undefined);
});

test('which displays speak SPICE', () => {
  const of = (vga?: string) => spiceDisplay(entries(vga === undefined ? {} : { vga }));
  assert.deepEqual(of(), { spice: false, display: 'std' });
  assert.deepEqual(of('qxl,memory=32'), { spice: true, display: 'qxl' });
  assert.deepEqual(of('memory=32,type=qxl2'), { spice: true, display: 'qxl2' });
  assert.equal(of('virtio').spice, true);
  assert.equal(of('virtio-gl').spice, true);
  assert.deepEqual(of('serial0'), { spice: false, display: 'serial0' });
});
