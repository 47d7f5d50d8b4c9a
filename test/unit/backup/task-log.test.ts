import assert from 'node:assert/strict';
import test from 'node:test';
import { readVzdumpLog } from '../../../source/domain/backup/task-log.ts';
import { sanitiseBlock } from '../../../source/domain/safe-text.ts';

const log = `INFO: starting new backup job: vzdump --all 1 --storage nas --mode snapshot
INFO: skip external VMs: 201, 202
INFO: Starting Backup of VM 101 (qemu)
INFO: Backup started at 2026-11-21 02:00:03
INFO: status = running
INFO: VM Name: web01
INFO: include disk 'scsi0' 'local-lvm:vm-101-disk-0' 32G
INFO: exclude disk 'scsi1' 'local-lvm:vm-101-disk-1' (backup=no)
INFO: creating vzdump archive '/mnt/nas/dump/vzdump-qemu-101-2026_11_21-02_00_03.vma.zst'
WARN: unable to add notes - no space
INFO: Finished Backup of VM 101 (00:01:05)
INFO: Backup finished at 2026-11-21 02:01:08
INFO: Starting Backup of VM 102 (lxc)
INFO: Backup started at 2026-11-21 02:01:08
INFO: CT Name: db01
INFO: excluding bind mount point mp1 ('/media') from backup (not a volume)
ERROR: lvcreate snapshot error: exit code 5
ERROR: Backup of VM 102 failed - command 'lvcreate' failed: exit code 5
INFO: Failed at 2026-11-21 02:01:10
INFO: Starting Backup of VM 103 (qemu)
INFO: Finished Backup of VM 103 (26:00:01)
INFO: Backup job finished with errors
TASK ERROR: job errors`;

const lines = sanitiseBlock(log);

test('one task, several guests', () => {
  const read = readVzdumpLog(lines);
  assert.equal(read.outcome, 'error');
  assert.equal(read.reason, 'job errors');
  assert.equal(read.cut, false);
  assert.deepEqual(read.skipped, [201, 202]);
  assert.deepEqual(
    read.guests.map(({ vmid, type, outcome }) => [vmid, type, outcome]),
    [
      [101, 'qemu', 'ok'],
      [102, 'lxc', 'failed'],
      [103, 'qemu', 'ok'],
    ],
  );
});

test('a guest that went well', () => {
  const [web] = readVzdumpLog(lines).guests;
  assert.equal(web?.name, 'web01');
  assert.equal(web?.duration, 65_000);
  assert.equal(web?.startedAt, '2026-11-21 02:00:03');
  assert.match(web?.archive ?? '', /vzdump-qemu-101/);
  assert.deepEqual(web?.warnings, ['unable to add notes - no space']);
  assert.deepEqual(web?.excluded, [{ key: 'scsi1', reason: 'backup=no' }]);
  assert.deepEqual([web?.line, web?.endLine], [3, 11]);
});

test('a guest that failed: the reason, and the line to jump to', () => {
  const read = readVzdumpLog(lines);
  const db = read.guests[1];
  assert.equal(db?.reason, "command 'lvcreate' failed: exit code 5");
  assert.equal(lines[(db?.errorLine ?? 0) - 1], 'ERROR: lvcreate snapshot error: exit code 5');
  assert.equal(db?.endLine, 18);
  assert.equal(read.errorLine, db?.errorLine);
  assert.deepEqual(db?.excluded, [{ key: 'mp1', reason: 'not a volume' }]);
  assert.equal(read.guests[2]?.duration, 93_601_000, 'more than a day');
});

test('a log without its end proves nothing', () => {
  const read = readVzdumpLog(lines.slice(0, 15));
  assert.equal(read.outcome, 'unknown');
  assert.equal(read.cut, true);
  assert.equal(read.guests[0]?.outcome, 'ok', 'what it says stays true');
  assert.equal(read.guests[1]?.outcome, 'unknown');
  assert.match(read.guests[1]?.reason ?? '', /log ends before/);
});

test('the same log of a task that runs', () => {
  const read = readVzdumpLog(lines.slice(0, 15), { running: true });
  assert.equal(read.outcome, 'running');
  assert.equal(read.guests[1]?.outcome, 'running');
  assert.equal(read.cut, false);
});

test('a log without its beginning counts lines as the whole log does', () => {
  const read = readVzdumpLog(lines.slice(15), { first: 16 });
  assert.equal(read.cut, true, 'guests may be missing');
  const [failed] = read.guests;
  assert.equal(failed?.vmid, 102);
  assert.equal(failed?.line, undefined);
  assert.equal(failed?.endLine, 18);
});

test('a guest without an end in a task that ended is unknown, not OK', () => {
  for (const end of ['TASK OK', 'TASK ERROR: interrupted by signal', 'TASK WARNINGS: 2']) {
    const read = readVzdumpLog(sanitiseBlock(`INFO: Starting Backup of VM 101 (qemu)\n${end}`));
    assert.equal(read.guests[0]?.outcome, 'unknown', end);
  }
});

test('a task that failed before its first guest', () => {
  const read = readVzdumpLog(
    sanitiseBlock("TASK ERROR: could not get storage information for 'nas'"),
  );
  assert.equal(read.outcome, 'error');
  assert.match(read.reason ?? '', /could not get storage/);
  assert.deepEqual(read.guests, []);
  assert.equal(read.cut, false);
  assert.equal(readVzdumpLog([]).outcome, 'unknown');
  assert.equal(readVzdumpLog(sanitiseBlock('TASK ERROR: unexpected status')).outcome, 'unknown');
  assert.equal(readVzdumpLog(sanitiseBlock('TASK WARNINGS: 3')).outcome, 'warning');
});

test("a program's output cannot finish another guest", () => {
  const forged =
    'INFO: Starting Backup of VM 101 (qemu)\nINFO: Finished Backup of VM 999 (00:00:01)\nTASK ERROR: job errors';
  const read = readVzdumpLog(sanitiseBlock(forged));
  assert.deepEqual(
    read.guests.map(({ vmid, outcome }) => [vmid, outcome]),
    [[101, 'unknown']],
  );
});

test('the copy beside an archive carries the time in front', () => {
  const copy =
    '2026-11-21 02:00:03 INFO: Starting Backup of VM 101 (qemu)\n2026-11-21 02:01:08 INFO: Finished Backup of VM 101 (00:01:05)';
  const [only] = readVzdumpLog(sanitiseBlock(copy)).guests;
  assert.equal(only?.outcome, 'ok');
  assert.equal(only?.duration, 65_000);
});
