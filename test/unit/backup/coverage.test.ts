import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type CoverageGuest,
  type CoverageInput,
  type CoverageJob,
  coverageOf,
  expectedStorages,
  jobReach,
} from '../../../source/domain/backup/coverage.ts';
import { toldBy } from '../../../source/domain/backup/told.ts';
import { coveredVolumes, includedVolumes, leftOut } from '../../../source/domain/backup/volumes.ts';
import { guestKey } from '../../../source/domain/guest.ts';
import { disksOf } from '../../../source/domain/guest-config.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';

const site = 'home' as SiteId;
const text = sanitise;

function guest(vmid: number, more: Partial<CoverageGuest> = {}): CoverageGuest {
  return { site, type: 'qemu', vmid, node: text('pve1'), ...more };
}

function job(more: Partial<CoverageJob> = {}): CoverageJob {
  return {
    id: text('nightly'),
    enabled: true,
    all: true,
    vmids: [],
    excluded: [],
    storage: text('nas'),
    schedule: text('02:00'),
    ...more,
  };
}

function input(more: Partial<CoverageInput> = {}): CoverageInput {
  const rows = ['pve1', 'pve2'].map((node) => ({
    node: text(node),
    storage: text('nas'),
    content: [text('iso'), text('backup')],
  }));
  return {
    guests: { told: [guest(101), guest(102, { node: text('pve2') })] },
    jobs: { told: [job()] },
    storages: { told: { rows, complete: true } },
    nodes: {
      told: new Map([
        ['pve1', true],
        ['pve2', true],
      ]),
    },
    guestsComplete: true,
    ...more,
  };
}

const jobs = (...list: readonly CoverageJob[]) => input({ jobs: { told: list } });

/** `101 covered · 102 uncovered` */
const states = (of: CoverageInput) =>
  coverageOf(of)
    .map(({ guest: { vmid }, state }) => `${vmid} ${state}`)
    .join(' · ');
const why = (of: CoverageInput, vmid: number) =>
  coverageOf(of).find((each) => each.guest.vmid === vmid)?.why ?? '';

test('all guests, but not those that are left out', () => {
  assert.equal(states(jobs(job())), '101 covered · 102 covered');
  const without = jobs(job({ excluded: [102] }));
  assert.equal(states(without), '101 covered · 102 uncovered');
  assert.match(why(without, 102), /nightly: it leaves this guest out/);
});

test('a list of VMIDs', () => {
  assert.equal(states(jobs(job({ all: false, vmids: [102] }))), '101 uncovered · 102 covered');
  assert.equal(why(jobs(job({ all: false, vmids: [102] })), 101), 'in no job');
  assert.equal(why(jobs(), 101), 'there is no backup job');
});

test('a job without a selection takes nothing', () => {
  assert.equal(states(jobs(job({ all: false }))), '101 uncovered · 102 uncovered');
});

test('the members of a pool, whatever else the job says', () => {
  const guests = {
    told: [guest(101, { pool: text('prod') }), guest(102, { pool: text('test') }), guest(103)],
  };
  const of = input({ guests, jobs: { told: [job({ pool: text('prod'), vmids: [103] })] } });
  assert.equal(states(of), '101 covered · 102 uncovered · 103 uncovered');
});

test('the node of a job filters named guests too', () => {
  assert.equal(states(jobs(job({ node: text('pve1') }))), '101 covered · 102 uncovered');
  assert.equal(
    states(jobs(job({ node: text('pve1'), all: false, vmids: [102] }))),
    '101 uncovered · 102 uncovered',
  );
});

test('a disabled job covers nothing', () => {
  const of = jobs(job({ enabled: false }));
  assert.equal(states(of), '101 uncovered · 102 uncovered');
  assert.match(why(of, 101), /job nightly: disabled/);
});

test('a job without a schedule, or with one that the server does not take, covers nothing', () => {
  const { schedule: _, ...none } = job();
  assert.match(why(jobs(none), 101), /no schedule/);
  assert.match(why(jobs(job({ schedule: text('25:00') })), 101), /hour 25/);
  assert.equal(
    states(jobs({ ...none, starttime: text('02:00'), dow: text('sat') })),
    '101 covered · 102 covered',
  );
});

test('the storage must be enabled on the node and take backups', () => {
  const row = (content: string) => ({
    node: text('pve1'),
    storage: text('nas'),
    content: [text(content)],
  });
  const only = (complete: boolean) =>
    input({ storages: { told: { rows: [row('backup')], complete } } });
  assert.equal(states(only(true)), '101 covered · 102 uncovered');
  assert.match(why(only(true), 102), /storage nas is not enabled on pve2/);
  assert.equal(states(only(false)), '101 covered · 102 unknown', 'it may be hidden');
  assert.match(why(only(false), 102), /Datastore.Audit is missing/);
  const images = input({ storages: { told: { rows: [row('images')], complete: true } } });
  assert.match(why(images, 101), /does not take backups/);
  assert.equal(states(images), '101 uncovered · 102 uncovered');
  const { storage: _, ...anywhere } = job();
  assert.equal(states(jobs(anywhere)), '101 covered · 102 covered', "the node's own default");
});

test('a node that is off misses its runs, unless they are repeated', () => {
  const nodes = {
    told: new Map([
      ['pve1', true],
      ['pve2', false],
    ]),
  };
  assert.equal(states(input({ nodes })), '101 covered · 102 uncovered');
  assert.match(why(input({ nodes }), 102), /offline and missed runs are not repeated/);
  const repeating = { told: [job({ repeatMissed: true })] };
  assert.equal(states(input({ nodes, jobs: repeating })), '101 covered · 102 covered');
  assert.equal(
    states(input({ nodes: { told: new Map([['pve1', true]]) } })),
    '101 covered · 102 unknown',
  );
});

test('one covering job is enough, and all that select a guest are listed', () => {
  const off = job({ id: text('old'), enabled: false });
  const [cover] = coverageOf(jobs(off, job()));
  assert.equal(cover?.state, 'covered');
  assert.equal(cover?.why, 'in job nightly');
  assert.deepEqual(
    cover?.jobs.map(({ job: { id }, covers }) => [id, covers]),
    [
      ['old', false],
      ['nightly', true],
    ],
  );
  assert.deepEqual([...(cover ? (expectedStorages(cover) ?? []) : [])], ['nas']);
});

test('templates and the tag nobackup are exempt, also when nothing is known', () => {
  const guests = {
    told: [guest(101, { template: true }), guest(102, { tags: [text('web'), text('NoBackup')] })],
  };
  assert.equal(states(input({ guests })), '101 exempt · 102 exempt');
  assert.equal(
    states(input({ guests, jobs: { unknown: text('denied') } })),
    '101 exempt · 102 exempt',
  );
});

test('what was denied is unknown, with the privilege, and never uncovered', () => {
  const privilege = { path: text('/'), names: [text('Sys.Audit')] };
  const of = input({ jobs: { unknown: text('backup jobs: denied'), privilege } });
  const [cover] = coverageOf(of);
  assert.equal(cover?.state, 'unknown');
  assert.deepEqual(cover?.privilege, privilege);
  assert.equal(
    states(input({ storages: { unknown: text('not read') } })),
    '101 unknown · 102 unknown',
  );
  assert.equal(
    states(input({ nodes: { unknown: text('not read') } })),
    '101 unknown · 102 unknown',
  );
  const certain = input({ jobs: { told: [] }, storages: { unknown: text('not read') } });
  assert.equal(states(certain), '101 uncovered · 102 uncovered', 'no job needs no storage');
  assert.deepEqual(coverageOf(input({ guests: { unknown: text('not read') } })), []);
});

test('jobs that reach nothing, and VMIDs that are no guest', () => {
  const reach = jobReach(
    jobs(
      job(),
      job({ id: text('gone'), all: false, vmids: [101, 117] }),
      job({ id: text('empty'), pool: text('none') }),
      job({ id: text('off'), enabled: false }),
    ),
  );
  const byId = new Map(reach.map((each) => [each.job.id as string, each]));
  assert.equal(byId.get('nightly')?.covers.length, 2);
  assert.deepEqual(byId.get('nightly')?.problems, []);
  assert.deepEqual(byId.get('gone')?.gone, [117]);
  assert.match(byId.get('gone')?.problems.join() ?? '', /no such guest: 117/);
  assert.match(byId.get('empty')?.problems.join() ?? '', /covers no guest/);
  assert.deepEqual(byId.get('off')?.problems, ['disabled']);
  const partly = jobReach({ ...jobs(job({ all: false, vmids: [117] })), guestsComplete: false });
  assert.equal(partly[0]?.gone, undefined, 'a hidden guest is not a lost one');
  assert.deepEqual(partly[0]?.problems, []);
  assert.deepEqual(jobReach(input({ jobs: { unknown: text('denied') } })), []);
  const [unsure] = jobReach(input({ storages: { unknown: text('not read') } }));
  assert.deepEqual([unsure?.covers.length, unsure?.unsure.length], [0, 2]);
  assert.deepEqual(unsure?.problems, [], 'it may cover both');
  const pooled = job({ pool: text('prod'), vmids: [117] });
  assert.deepEqual(jobReach(jobs(pooled))[0]?.gone, [], 'the pool decides, not the list');
  const [even] = jobReach(input({ nodes: { told: new Map([['pve1', true]]) } }));
  assert.deepEqual([even?.covers.length, even?.unsure.length], [1, 1]);
  assert.deepEqual(even?.problems, []);
});

test('volumes of a VM', () => {
  const entries = {
    scsi0: text('local-lvm:vm-101-disk-0,size=32G'),
    scsi1: text('local-lvm:vm-101-disk-1,backup=0,size=1T'),
    scsi2: text('local-lvm:vm-101-disk-2,backup=1'),
    ide2: text('local:iso/x.iso,media=cdrom'),
    efidisk0: text('local-lvm:vm-101-disk-3,size=4M'),
    unused0: text('local-lvm:vm-101-disk-9'),
  };
  const rows = coveredVolumes('qemu', disksOf({ entries }, 'qemu'));
  const included = Object.fromEntries(rows.map((row) => [row.key, row.included]));
  assert.deepEqual(included, {
    scsi0: true,
    scsi1: false,
    scsi2: true,
    efidisk0: false,
    unused0: false,
  });
  assert.deepEqual(
    leftOut(rows).map(({ key }) => key),
    ['scsi1'],
  );
  const ovmf = coveredVolumes('qemu', disksOf({ entries }, 'qemu'), 'ovmf');
  assert.equal(ovmf.find(({ key }) => key === 'efidisk0')?.included, true);
});

test('volumes of a container: mount points are out unless they say so', () => {
  const entries = {
    rootfs: text('local-lvm:vm-200-disk-0,size=8G'),
    mp0: text('local-lvm:vm-200-disk-1,mp=/data,size=100G'),
    mp1: text('local-lvm:vm-200-disk-2,mp=/more,backup=1'),
    mp2: text('/mnt/media,mp=/media'),
  };
  const rows = coveredVolumes('lxc', disksOf({ entries }, 'lxc'));
  assert.deepEqual(
    leftOut(rows).map(({ key }) => key),
    ['mp0', 'mp2'],
  );
  assert.match(rows.find(({ key }) => key === 'mp2')?.why ?? '', /directory of the host/);
});

test("the server's rows are believed by `included`, not by their reason", () => {
  const rows = includedVolumes([
    { id: 'scsi0', name: 'a:b', included: true, reason: 'backup=no' },
    { id: 'scsi1', name: 'a:c', included: false, reason: 'backup=no' },
    { id: 'efidisk0', name: 'a:d', included: false, reason: 'efidisk but no OVMF BIOS' },
  ]);
  assert.deepEqual(
    leftOut(rows).map(({ key }) => key),
    ['scsi1'],
  );
});

test('volumes come with the guest when they were read', () => {
  const volumes = new Map([
    [
      guestKey(guest(101)),
      includedVolumes([{ id: 'mp0', name: 'x', included: false, reason: 'disabled' }]),
    ],
  ]);
  const [first, second] = coverageOf(input({ volumes }));
  assert.deepEqual(
    first?.missing?.map(({ key }) => key),
    ['mp0'],
  );
  assert.equal(second?.missing, undefined, 'not read is not empty');
});

test('a source that failed keeps what it told, with its age', () => {
  const failure = { kind: 'unreachable', what: text('no answer') } as const;
  const what = text('backup jobs');
  assert.deepEqual(toldBy({ data: 1, fetchedAt: 5, fetching: false }, what), { told: 1 });
  assert.deepEqual(toldBy({ data: 1, fetchedAt: 5, failure, fetching: false }, what), {
    told: 1,
    asOf: 5,
  });
  assert.deepEqual(toldBy({ failure, fetching: true }, what), {
    unknown: 'backup jobs: no answer',
  });
  assert.deepEqual(toldBy({ fetching: true }, what), { unknown: 'backup jobs: not asked yet' });
});
