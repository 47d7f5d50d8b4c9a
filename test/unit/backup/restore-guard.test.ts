import assert from 'node:assert/strict';
import test from 'node:test';
import type { Artefact } from '../../../source/domain/backup/artefact.ts';
import {
  type ExistingGuest,
  newGuard,
  nicsToUnplug,
  overwriteGuard,
  type RestoreSource,
  restoredName,
} from '../../../source/domain/backup/restore-guard.ts';
import { nicsOf } from '../../../source/domain/guest-config.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';

const text = sanitise;
const now = Date.parse('2026-11-21T12:00:00Z');
const GIB = 1024 ** 3;

const made = (minutesAgo: number, more: Partial<Artefact> = {}): Artefact => ({
  id: text('b'),
  time: now - minutesAgo * 60_000,
  finished: true,
  ...more,
});
const source: RestoreSource = { backup: made(600), type: 'qemu', diskBytes: 32 * GIB };
const target = { storage: text('local-lvm'), avail: 100 * GIB };

function existing(more: Partial<ExistingGuest> = {}): ExistingGuest {
  return {
    vmid: 101,
    type: 'qemu',
    status: text('stopped'),
    protection: false,
    snapshots: { told: [] },
    disks: {
      told: [{ key: text('scsi0'), volume: text('local-lvm:vm-101-disk-0'), size: 32 * GIB }],
    },
    backups: { told: [made(5)] },
    ...more,
  };
}

const over = (guest: ExistingGuest, more: Partial<Parameters<typeof overwriteGuard>[0]> = {}) =>
  overwriteGuard({ guest, source, target, now, ...more });

test('over a stopped guest that was just backed up: the name is enough', () => {
  const guard = over(existing());
  assert.deepEqual(guard.blockers, []);
  assert.deepEqual(guard.unknowns, []);
  assert.equal(guard.type, 'name');
  assert.deepEqual(guard.losses, ['1 disk: scsi0 local-lvm:vm-101-disk-0 (32.0 GiB)']);
});

test('snapshots are lost, and named', () => {
  const guard = over(
    existing({ snapshots: { told: [{ name: text('base') }, { name: text('clean') }] } }),
  );
  assert.ok(guard.losses.includes(text('2 snapshots: base, clean')));
});

test('a current state that is in no young good backup takes the word discard', () => {
  for (const list of [
    [],
    [made(16)],
    [made(5, { finished: false })],
    [made(5, { verification: { state: 'failed' } })],
  ]) {
    const guard = over(existing({ backups: { told: list } }));
    assert.equal(guard.type, 'name-and-discard');
    assert.ok(guard.losses.includes(text('everything since the last good backup')));
  }
  const young = over(existing({ backups: { told: [made(15)] } }));
  assert.equal(young.type, 'name', '15 min are young');
  assert.ok(young.losses.every((loss) => !loss.startsWith('everything')));
  assert.equal(over(existing({ backups: { told: [made(0)] } })).type, 'name', 'this very second');
  const late = over(existing({ backups: { told: [made(120)] } }));
  assert.match(late.warnings.join(), /newest good backup is 2 h old: back it up first/);
});

test('what is not known is not safe', () => {
  const nothing = { unknown: text('denied') };
  const {
    status: _,
    protection: __,
    ...vague
  } = existing({ backups: nothing, snapshots: nothing, disks: nothing });
  const guard = over(vague);
  assert.equal(guard.type, 'name-and-discard');
  assert.equal(guard.unknowns.length, 6);
  assert.match(guard.unknowns.join(' '), /current state is in a backup: denied/);
  assert.match(guard.losses.join(), /the disks of guest 101/);
});

test("a backup dated in the server's future proves nothing, its own clock counts", () => {
  assert.equal(over(existing({ backups: { told: [made(-20)] } })).type, 'name-and-discard');
  assert.equal(
    over(existing({ backups: { told: [made(-20)] } }), { skew: 25 * 60_000 }).type,
    'name',
  );
});

test('running, protected, locked guests and another type are refused', () => {
  const refused = (more: Partial<ExistingGuest>) => over(existing(more)).blockers.join();
  assert.match(refused({ status: text('running') }), /is running: stop it first/);
  assert.match(refused({ status: text('paused') }), /is paused/);
  assert.match(refused({ protection: true }), /protected/);
  assert.match(refused({ lock: text('backup') }), /locked: backup/);
  assert.match(refused({ type: 'lxc' }), /of a qemu, guest 101 is a lxc/);
});

test('a backup that failed its verification never replaces a guest', () => {
  const bad = { ...source, backup: made(600, { verification: { state: 'failed' } }) };
  assert.match(over(existing(), { source: bad }).blockers.join(), /new VMID first/);
  const guard = newGuard({ source: bad, target, vmid: 900 });
  assert.deepEqual(guard.blockers, []);
  assert.match(guard.warnings.join(), /may not come back whole/);
});

test('space: what the old disks give back counts, on their own storage only', () => {
  const tight = { storage: text('local-lvm'), avail: 10 * GIB };
  assert.deepEqual(over(existing(), { target: tight }).blockers, []);
  const other = { storage: text('other'), avail: 10 * GIB };
  assert.match(
    over(existing(), { target: other }).blockers.join(),
    /needs 32.0 GiB, other has 10.0 GiB/,
  );
  assert.match(newGuard({ source, target: tight, vmid: 900 }).blockers.join(), /needs 32.0 GiB/);
  const exact = { ...tight, avail: 32 * GIB };
  assert.deepEqual(newGuard({ source, target: exact, vmid: 900 }).blockers, [], 'it just fits');
  const thin = newGuard({ source, target: { ...tight, thin: true }, vmid: 900 });
  assert.deepEqual(thin.blockers, []);
  assert.match(thin.warnings.join(), /only while the disks are not full/);
  const { avail: _, ...untold } = tight;
  assert.match(
    newGuard({ source, target: untold, vmid: 900 }).unknowns.join(),
    /how much space local-lvm has/,
  );
  const { diskBytes: __, ...sizeless } = source;
  assert.match(
    newGuard({ source: sizeless, target, vmid: 900 }).unknowns.join(),
    /how much space it needs/,
  );
});

test('a new VMID: in range, free, and nothing to type', () => {
  assert.equal(newGuard({ source, target, vmid: 900 }).type, 'nothing');
  assert.deepEqual(newGuard({ source, target, vmid: 900 }).losses, []);
  assert.match(newGuard({ source, target, vmid: 99 }).blockers.join(), /no VMID/);
  assert.match(newGuard({ source, target, vmid: 1_000_000_000 }).blockers.join(), /no VMID/);
  assert.match(
    newGuard({ source, target, vmid: 101, used: new Set([101]) }).blockers.join(),
    /in use/,
  );
});

test('unfinished, encrypted and live', () => {
  const cut = { ...source, backup: made(1, { finished: false }) };
  assert.match(
    newGuard({ source: cut, target, vmid: 900 }).blockers.join(),
    /never came to its end/,
  );
  const vague = { ...source, backup: made(1, { finished: undefined }) };
  assert.match(newGuard({ source: vague, target, vmid: 900 }).unknowns.join(), /finished/);
  assert.match(
    newGuard({ source: { ...source, encrypted: true }, target, vmid: 900 }).warnings.join(),
    /key/,
  );
  assert.match(newGuard({ source, target, vmid: 900, live: true }).blockers.join(), /on a PBS/);
  const live = newGuard({ source: { ...source, pbs: true }, target, vmid: 900, live: true });
  assert.deepEqual(live.blockers, []);
  assert.match(live.warnings.join(), /lost if it fails/);
  assert.equal(live.type, 'name');
  const container = { ...source, type: 'lxc', pbs: true } as const;
  assert.match(
    newGuard({ source: container, target, vmid: 900, live: true }).blockers.join(),
    /VM's backup/,
  );
});

test('NICs are unplugged before the first start, the rest of them stays', () => {
  const entries = {
    net0: text('virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20'),
    net1: text('virtio=BC:24:11:00:00:02,bridge=vmbr1,link_down=1'),
  };
  assert.deepEqual(nicsToUnplug(nicsOf({ entries }, 'qemu')), [
    { key: 'net0', value: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20,link_down=1' },
  ]);
  const container = { net0: text('name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:03,ip=dhcp') };
  assert.match(
    nicsToUnplug(nicsOf({ entries: container }, 'lxc'))[0]?.value ?? '',
    /ip=dhcp,link_down=1$/,
  );
});

test('the name says that it was restored, and stays a DNS name', () => {
  const date = { month: 11, day: 5 };
  assert.equal(restoredName('web01', date), 'web01-restore-1105');
  assert.equal(restoredName('web01.lan', date), 'web01-restore-1105.lan');
  assert.equal(restoredName('web01-restore-0930', date), 'web01-restore-1105');
  assert.equal(restoredName(undefined, date), 'restore-1105');
  const long = restoredName('a'.repeat(63), date);
  assert.equal(long.length, 63);
  assert.ok(long.endsWith('-restore-1105'));
  assert.equal(restoredName(`${'a'.repeat(49)}-b`, date), `${'a'.repeat(49)}-restore-1105`);
});
