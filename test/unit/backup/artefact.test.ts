import assert from 'node:assert/strict';
import test from 'node:test';
import {
  artefactOfBackup,
  artefactOfSnapshot,
  isArchiveName,
} from '../../../source/domain/backup/artefact.ts';
import type { GuestBackup } from '../../../source/domain/backup.ts';
import type { PbsId } from '../../../source/domain/pbs.ts';
import type { PbsSnapshot } from '../../../source/domain/pbs-content.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';

const text = sanitise;
const time = Date.parse('2026-11-21T01:00:00Z') / 1000;
const here = { node: 'pbs1', store: 'main' };

function snapshot(more: Partial<PbsSnapshot> = {}): PbsSnapshot {
  return {
    server: 'pbs1' as PbsId,
    store: text('main'),
    ns: text(''),
    type: 'vm',
    id: text('101'),
    time,
    at: time,
    finished: true,
    size: 5000,
    files: [],
    ...more,
  };
}

function backup(more: Partial<GuestBackup> = {}): GuestBackup {
  return {
    volid: text('nas:backup/vzdump-qemu-101-2026_11_21-02_00_00.vma.zst'),
    storage: text('nas'),
    format: text('vma.zst'),
    ctime: time,
    size: 4000,
    ...more,
  };
}

test('a snapshot of a PBS', () => {
  const verification = {
    state: 'ok',
    at: time + 60,
    node: text('pbs1'),
    store: text('main'),
  } as const;
  assert.deepEqual(artefactOfSnapshot(snapshot({ verification, protected: true }), here), {
    id: `vm/101/${time}`,
    time: time * 1000,
    finished: true,
    size: 5000,
    protected: true,
    verification: { state: 'ok', at: (time + 60) * 1000, own: true },
  });
});

test('a verification that came along with a sync is not its own', () => {
  const foreign = { state: 'ok', at: time, node: text('pbs2'), store: text('main') } as const;
  assert.equal(
    artefactOfSnapshot(snapshot({ verification: foreign }), here).verification?.own,
    false,
  );
  const vague = { state: 'ok', at: time } as const;
  assert.equal(
    artefactOfSnapshot(snapshot({ verification: vague }), here).verification?.own,
    undefined,
  );
});

test('a date that cannot be is passed on, so that it is seen', () => {
  const { at: _, ...future } = snapshot({ time: 4_102_444_800 });
  assert.equal(artefactOfSnapshot(future, here).time, 4_102_444_800_000);
});

test('a file of a storage', () => {
  const artefact = artefactOfBackup(backup());
  assert.equal(artefact.finished, true);
  assert.equal(artefact.time, time * 1000);
  assert.equal(artefact.size, 4000);
  assert.equal(artefact.verification, undefined);
  assert.equal(artefactOfBackup(backup({ size: 0 })).finished, false, 'an empty file');
});

test('PVE tells a size of 1 for a PBS backup without a manifest', () => {
  const format = text('pbs-vm');
  const running = artefactOfBackup(backup({ format, size: 1 }));
  assert.equal(running.finished, false);
  assert.equal(running.size, undefined);
  const done = artefactOfBackup(backup({ format, size: 9000, verification: text('ok') }));
  assert.equal(done.finished, true);
  assert.deepEqual(done.verification, { state: 'ok' });
  assert.equal(
    artefactOfBackup(backup({ verification: text('odd') })).verification?.state,
    'unknown',
  );
});

test('the prune simulation tells no sizes: a final name is enough, for a PBS it is not known', () => {
  const { size: _, ...told } = backup({ simulated: true });
  assert.equal(artefactOfBackup(told).finished, true);
  assert.equal(
    artefactOfBackup({ ...told, volid: text('pbs:backup/vm/101/2026-11-21T01:00:00Z') }).finished,
    undefined,
  );
  const { simulated: __, ...plain } = told;
  assert.equal(
    artefactOfBackup(plain).finished,
    undefined,
    'a list that tells no size proves nothing',
  );
});

test('names of finished archives, and those beside them', () => {
  const base = 'vzdump-qemu-101-2026_11_21-02_00_00';
  for (const end of ['.vma', '.vma.zst', '.vma.gz', '.tgz', '.tar.lzo']) {
    assert.ok(isArchiveName(`${base}${end}`), end);
  }
  const others = [
    '.dat',
    '.vma.dat',
    '.log',
    '.vma.zst.notes',
    '.vma.zst.protected',
    '.tar.zst\n\u001b[2J',
  ];
  for (const end of others) assert.equal(isArchiveName(`${base}${end}`), false, end);
  assert.ok(isArchiveName('nas:backup/vzdump-openvz-101-2026_11_21-02_00_00.tar.bz2'));
  assert.equal(isArchiveName('vzdump-qemu-101-before-upgrade.vma.zst'), false);
  assert.equal(isArchiveName('vzdump-qemu-99-2026_11_21-02_00_00.vma'), false);
});
