import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { fieldProblems, initialValues, shownFields } from '../../../source/actions/fields.ts';
import { guestDiskDetach } from '../../../source/actions/guest-disk-detach.ts';
import { guestDiskEdit } from '../../../source/actions/guest-disk-edit.ts';
import { guestDiskRemove } from '../../../source/actions/guest-disk-remove.ts';
import type { FieldValues } from '../../../source/actions/types.ts';
import { asked, container, digest, known, refused, runOn, vm } from './config-world.ts';
import { free, guest, safe } from './fakes.ts';

const lxc = { type: 'lxc' as const };
const full = {
  ...vm,
  scsi0:
    'local-lvm:vm-101-disk-0,cache=writeback,discard=on,iops=500,serial=a%20b,size=32G,wwn=0x5000c50015ea71ac',
  virtio1: 'file=local-lvm:vm-101-disk-1,size=8G',
  sata2: 'local-lvm:vm-101-disk-2,backup=0,mbps_rd=12.5,size=8G',
  efidisk0: 'local-lvm:vm-101-disk-3,efitype=4m,size=4M',
  tpmstate0: 'local-lvm:vm-101-disk-4,size=4M,version=v2.0',
};
const inside = {
  ...container,
  mp0: 'local-lvm:vm-101-disk-1,mp=/srv,backup=1,keepattrs=1,mountoptions=noatime;nodev,size=8G',
  unprivileged: '1',
};
const start = (disk: string, raw: Readonly<Record<string, string>> = full, on = {}) =>
  initialValues(guestDiskEdit, guest(on), known(raw, { configKey: disk }));
const names = (disk: string, raw: Readonly<Record<string, string>> = full, on = {}) =>
  shownFields(guestDiskEdit, guest(on), known(raw), { disk }).map(({ name }) => name);
const sent = async (values: FieldValues, raw = full) =>
  (await runOn(guestDiskEdit, raw, values)).calls[0]?.sent;

test('the form begins with what the disk is, and unchanged sends nothing', async () => {
  assert.deepEqual(start('scsi0'), {
    disk: 'scsi0',
    cache: 'writeback',
    discard: true,
    ssd: false,
    iothread: false,
    aio: '',
    ...{ 'mbps-rd': undefined, 'mbps-wr': undefined, 'iops-rd': undefined, 'iops-wr': undefined },
    ...{ 'mbps-rd-max': undefined, 'mbps-wr-max': undefined },
    ...{ 'iops-rd-max': undefined, 'iops-wr-max': undefined },
    backup: true,
    ro: false,
    replicate: true,
  });
  assert.equal(start('sata2')['mbps-rd'], '12.5');
  assert.equal(start('sata2').backup, false);
  for (const disk of ['scsi0', 'virtio1', 'sata2']) {
    assert.equal(await sent(start(disk)), undefined, disk);
  }
});

test('only what a bus can do is offered', () => {
  const one = (disk: string, name: string) => names(disk).includes(name);
  assert.deepEqual(
    ['ssd', 'iothread', 'ro'].map((name) => [
      one('scsi0', name),
      one('virtio1', name),
      one('sata2', name),
    ]),
    [
      [true, false, true],
      [true, true, false],
      [true, true, false],
    ],
  );
  assert.ok(!one('scsi0', 'mp'));
  const wrong = fieldProblems(guestDiskEdit, { disk: 'virtio1', ssd: true }, guest(), known(full));
  assert.match(wrong.ssd ?? '', /does not apply/);
  for (const disk of ['efidisk0', 'tpmstate0', 'ide2', 'unused0']) {
    const problems = fieldProblems(guestDiskEdit, { disk }, guest(), known(full));
    assert.ok(problems.disk, `${disk} has no such options`);
  }
});

test('a change keeps every part that is not in the form, and takes defaults out', async () => {
  const values = { disk: 'scsi0', discard: false, ssd: true, backup: false, cache: '' };
  assert.deepEqual(await sent(values), {
    set: {
      scsi0:
        'local-lvm:vm-101-disk-0,iops=500,serial=a%20b,size=32G,wwn=0x5000c50015ea71ac,ssd=1,backup=0',
    },
    digest,
  });
  assert.deepEqual(await sent({ disk: 'sata2', backup: true, 'mbps-rd': '', 'iops-wr': 200 }), {
    set: { sata2: 'local-lvm:vm-101-disk-2,size=8G,iops_wr=200' },
    digest,
  });
  assert.deepEqual(await sent({ disk: 'scsi0', replicate: false }), {
    set: {
      scsi0:
        'local-lvm:vm-101-disk-0,cache=writeback,discard=on,iops=500,serial=a%20b,size=32G,wwn=0x5000c50015ea71ac,replicate=0',
    },
    digest,
  });
});

test('limits: numbers only, and not beside one for both directions', () => {
  const problems = (values: FieldValues) =>
    fieldProblems(guestDiskEdit, values, guest(), known(full));
  assert.ok(problems({ disk: 'sata2', 'mbps-rd': 'fast' })['mbps-rd']);
  assert.ok(problems({ disk: 'sata2', 'iops-rd': -1 })['iops-rd']);
  assert.deepEqual(problems({ disk: 'sata2', 'mbps-rd': '1.5', 'iops-rd': 100 }), {});
  assert.match(problems({ disk: 'scsi0', 'iops-rd': 100 })['iops-rd'] ?? '', /iops=500/);
});

test('the question says what is true at once and what waits', () => {
  const of = (values: FieldValues) => asked(guestDiskEdit, values, known(full));
  const waits = of({ disk: 'scsi0', discard: false });
  assert.equal(waits.level, 2);
  assert.equal(waits.question, 'Change scsi0 of guest 101 web-server?');
  assert.equal(waits.lines[0], 'scsi0 discard: on → (not set)');
  assert.match(waits.lines.join('\n'), /At the next start: scsi0/);
  const live = of({ disk: 'sata2', 'iops-rd': 100, backup: true });
  assert.match(live.lines.join('\n'), /At once, while it runs: sata2/);
  assert.match(of({ disk: 'scsi0', backup: false }).lines.join('\n'), /New backups .* not hold it/);
  assert.match(of({ disk: 'scsi0', cache: 'unsafe' }).lines.join('\n'), /is lost when the node/);
  const lsi = { ...full, scsihw: 'lsi' };
  const thread = asked(guestDiskEdit, { disk: 'scsi0', iothread: true }, known(lsi));
  assert.match(thread.lines.join('\n'), /needs virtio-scsi-single/);
});

test('what waits already is not counted as running', () => {
  const pending = [
    { key: safe('scsi0'), value: safe('local-lvm:vm-101-disk-0,size=32G'), pending: safe('x') },
  ];
  const { lines } = asked(
    guestDiskEdit,
    { disk: 'scsi0', backup: false },
    known(full, { pending }),
  );
  assert.match(lines.join('\n'), /At the next start: scsi0/, 'discard still waits with it');
});

test('a mount point has its own options, the root some of them', async () => {
  assert.deepEqual(names('mp0', inside, lxc), [
    ...['disk', 'mp', 'acl', 'quota', 'mountoptions', 'shared', 'backup', 'ro', 'replicate'],
  ]);
  assert.deepEqual(names('rootfs', inside, lxc), [
    ...['disk', 'acl', 'quota', 'mountoptions', 'shared', 'ro', 'replicate'],
  ]);
  const begin = start('mp0', inside, lxc);
  assert.equal(begin.mountoptions, 'noatime;nodev');
  assert.equal(begin.backup, true);
  const on = { guest: lxc, facts: known(inside) };
  const changed = { ...begin, mp: '/srv/data', mountoptions: '', backup: false, acl: '0' };
  const { calls } = await runOn(guestDiskEdit, inside, changed, on);
  assert.deepEqual(calls[0]?.sent, {
    set: { mp0: 'local-lvm:vm-101-disk-1,mp=/srv/data,keepattrs=1,size=8G,acl=0' },
    digest,
  });
  const { lines } = asked(guestDiskEdit, changed, known(inside), lxc);
  assert.match(lines.join('\n'), /At the next start: mp0/);
  const problems = fieldProblems(
    guestDiskEdit,
    { disk: 'mp0', mp: '../x', quota: true },
    guest(lxc),
    known(inside),
  );
  assert.match(problems.mp ?? '', /absolute path/);
  assert.match(problems.quota ?? '', /unprivileged/);
});

test('a refusal stands at the disk, and a guest without one says so', async () => {
  const { result } = await runOn(
    guestDiskEdit,
    full,
    { disk: 'scsi0', ssd: true },
    { answer: refused({ fields: { scsi0: safe('no') } }) },
  );
  assert.deepEqual(result.ok ? undefined : result.failure.fields, { disk: 'no' });
  const none = availabilityOf(guestDiskEdit, guest(), known({ ide2: 'none,media=cdrom' }), free);
  assert.equal(none.state, 'disabled');
});

test('taking out a state disk says what goes with it', () => {
  for (const action of [guestDiskDetach, guestDiskRemove]) {
    const of = (disk: string) => asked(action, { disk }, known(full)).lines.join('\n');
    assert.match(of('efidisk0'), /UEFI variables/);
    assert.match(of('tpmstate0'), /BitLocker/);
    assert.doesNotMatch(of('scsi0'), /UEFI|TPM/);
  }
});
