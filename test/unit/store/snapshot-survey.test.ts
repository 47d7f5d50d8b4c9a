import assert from 'node:assert/strict';
import test from 'node:test';
import type { Failure } from '../../../source/domain/failure.ts';
import { type Guest, guestKey } from '../../../source/domain/guest.ts';
import type { SiteInventory } from '../../../source/domain/inventory.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { SnapshotList, SnapshotSurvey } from '../../../source/domain/snapshot.ts';
import type { Storage, Volume } from '../../../source/domain/storage.ts';
import type { PveSite } from '../../../source/services/types.ts';
import { emptySite } from '../../../source/store/site-sources.ts';
import { createSnapshotSurveys, surveyWidth } from '../../../source/store/snapshot-survey.ts';
import { until } from '../../support/until.ts';

const day = 86_400;
const noon = Date.UTC(2026, 10, 21, 12);
const seconds = noon / 1000;

function guest(site: string, vmid: number, more: Partial<Guest> = {}): Guest {
  return {
    site: site as SiteId,
    type: vmid % 3 === 0 ? 'lxc' : 'qemu',
    vmid,
    node: say`pve${1 + (vmid % 4)}`,
    status: say`running`,
    name: say`guest-${vmid}`,
    ...more,
  };
}

/** A site of which each answer can be held back, counted and refused. */
class FakeSite {
  readonly guests: Guest[];
  readonly id: SiteId;
  readonly asked: number[] = [];
  readonly content: string[] = [];
  inFlight = 0;
  most = 0;
  lists: (vmid: number) => SnapshotList = () => ({ snapshots: [] });
  failing: (vmid: number) => Failure | undefined = () => undefined;
  volumes: readonly Volume[] = [];
  storages: Storage[] = [];
  hold = false;
  readonly #held: (() => void)[] = [];

  constructor(id: string, count: number, first = 100) {
    this.id = id as SiteId;
    this.guests = Array.from({ length: count }, (_, index) => guest(id, first + index));
  }

  release(): void {
    this.hold = false;
    for (const next of this.#held.splice(0)) next();
  }

  get inventory(): SiteInventory {
    const { guests, storages } = this;
    return {
      ...emptySite(this.id),
      resources: {
        data: { nodes: [], guests, storages, pools: [] },
        fetchedAt: noon,
        fetching: false,
      },
    };
  }

  get site(): PveSite {
    const site = {
      id: this.id,
      connection: () => ({ trust: 'pinned', requestsLastMinute: 0 }),
      guests: {
        snapshots: async ({ vmid }: Guest, { signal }: { signal: AbortSignal }) => {
          this.asked.push(vmid);
          this.inFlight += 1;
          this.most = Math.max(this.most, this.inFlight);
          await new Promise<void>((resolve) => {
            if (!this.hold) return void setImmediate(resolve);
            this.#held.push(resolve);
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          this.inFlight -= 1;
          if (signal.aborted) return fail({ kind: 'cancelled', what: say`Cancelled` });
          const failure = this.failing(vmid);
          return failure ? fail(failure) : ok(this.lists(vmid));
        },
      },
      storage: {
        content: async (node: string, storage: string) => {
          this.content.push(`${node} ${storage}`);
          return ok(this.volumes);
        },
      },
    };
    return site as unknown as PveSite;
  }
}

const list = (...names: (readonly [string, number])[]): SnapshotList => ({
  snapshots: names.map(([name, days], index) => ({
    name: sanitise(name),
    snaptime: seconds - days * day,
    ...(index > 0 ? { parent: sanitise(names[index - 1]?.[0] ?? '') } : {}),
  })),
});

function rig(fake: FakeSite) {
  const clock = { now: noon };
  const surveys = createSnapshotSurveys(() => clock.now);
  const published: SnapshotSurvey[] = [];
  const read = (site = fake, signal = new AbortController().signal) =>
    surveys.read({
      site: site.site,
      inventory: site.inventory,
      signal,
      publish: (survey) => {
        published.push(survey);
        // Every publication asks for the next one at once.
        clock.now += 1_000;
      },
    });
  return { clock, surveys, published, read };
}

test('500 guests are read with at most 8 requests in flight, and rows come before the end', async () => {
  const fake = new FakeSite('home', 500);
  fake.lists = (vmid) => (vmid % 5 === 0 ? list(['base', 40], ['later', 2]) : list());
  const { read, published } = rig(fake);
  const survey = await read();
  assert.equal(fake.asked.length, 500);
  assert.equal(new Set(fake.asked).size, 500);
  assert.equal(fake.most, surveyWidth);
  assert.equal(surveyWidth, 8);
  assert.equal(survey.read, 500);
  assert.equal(survey.of, 500);
  assert.equal(survey.guests.flatMap(({ rows }) => rows).length, 200);
  const early = published.find(({ guests }) => guests.some(({ rows }) => rows.length > 0));
  assert.ok(early && early.read < 100, `first rows after ${early?.read} guests`);
  const counts = published.map(({ read: done }) => done);
  assert.deepEqual(
    counts,
    [...counts].sort((a, b) => a - b),
    'progress only grows',
  );
});

test('the width is one for all sites together', async () => {
  const home = new FakeSite('home', 60);
  const work = new FakeSite('work', 60);
  const clock = { now: noon };
  const surveys = createSnapshotSurveys(() => clock.now);
  home.hold = work.hold = true;
  const input = (fake: FakeSite) => ({
    site: fake.site,
    inventory: fake.inventory,
    signal: new AbortController().signal,
    publish: () => undefined,
  });
  const both = Promise.all([surveys.read(input(home)), surveys.read(input(work))]);
  await until('all slots taken', () => home.inFlight + work.inFlight === 8);
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  assert.equal(home.inFlight + work.inFlight, 8);
  home.release();
  work.release();
  const [one, two] = await both;
  assert.deepEqual([one.read, two.read], [60, 60]);
});

test('given up, it asks no more; what was read stays, and the next reading asks the rest only', async () => {
  const fake = new FakeSite('home', 200);
  fake.lists = () => list(['base', 1]);
  const { surveys, clock } = rig(fake);
  const controller = new AbortController();
  const input = { site: fake.site, inventory: fake.inventory };
  const reading = surveys.read({
    ...input,
    signal: controller.signal,
    publish: ({ read }) => {
      clock.now += 1_000;
      if (read >= 50) controller.abort();
    },
  });
  const survey = await reading;
  const asked = fake.asked.length;
  assert.ok(asked >= 50 && asked <= 50 + surveyWidth, `${asked} asked`);
  assert.ok(survey.read < survey.of);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  assert.equal(fake.asked.length, asked, 'nothing was asked after the end');
  const rest = await surveys.read({
    ...input,
    signal: new AbortController().signal,
    publish: () => undefined,
  });
  assert.equal(rest.read, 200);
  assert.ok(fake.asked.length <= 200 + surveyWidth);
});

test('guests that have none are left alone for a while, and what was touched is read again', async () => {
  const fake = new FakeSite('home', 20);
  fake.lists = (vmid) => (vmid === 100 ? list(['base', 1]) : list());
  const { clock, surveys, read } = rig(fake);
  await read();
  assert.equal(fake.asked.length, 20);
  await read();
  assert.equal(fake.asked.length, 20, 'nothing is old enough');
  clock.now += 10 * 60_000;
  await read();
  assert.deepEqual(fake.asked.slice(20), [100], 'only the one that has snapshots');
  surveys.forget([guestKey(guest('home', 107))]);
  await read();
  assert.deepEqual(fake.asked.slice(21), [107]);
  surveys.forget('all');
  await read();
  assert.equal(fake.asked.length, 42);
});

test('a guest that cannot be read keeps its rows, stale, with the reason; one on a dead node is not asked', async () => {
  const fake = new FakeSite('home', 4);
  fake.lists = () => list(['base', 1]);
  const { clock, surveys, read } = rig(fake);
  await read();
  fake.failing = (vmid) =>
    vmid === 101 ? { kind: 'denied', what: say`Access denied` } : undefined;
  fake.guests[2] = guest('home', 102, { status: say`unknown`, stale: true, node: say`pve9` });
  surveys.forget('all');
  clock.now += 1;
  const asked = fake.asked.length;
  const survey = await read();
  assert.ok(!fake.asked.slice(asked).includes(102));
  const [fine, denied, lost] = survey.guests;
  assert.equal(fine?.failure, undefined);
  assert.equal(denied?.failure?.kind, 'denied');
  assert.deepEqual(
    denied?.rows.map(({ stale }) => stale),
    [true],
  );
  assert.equal(denied?.readAt, fine?.readAt === undefined ? undefined : denied?.readAt);
  assert.match(lost?.failure?.what ?? '', /node pve9 does not answer/);
  assert.equal(survey.read, 4);
});

test('templates are not asked, and a guest that is gone is forgotten', async () => {
  const fake = new FakeSite('home', 3);
  fake.lists = () => list(['base', 1]);
  fake.guests[1] = guest('home', 101, { template: true });
  const { read } = rig(fake);
  assert.equal((await read()).of, 2);
  assert.deepEqual(fake.asked, [100, 102]);
  fake.guests.splice(0, 1);
  const survey = await read();
  assert.deepEqual(
    survey.guests.map(({ guest: { vmid } }) => vmid),
    [102],
  );
});

test('age, depth, children and what is old are told; a time in the future is not known', async () => {
  const fake = new FakeSite('home', 1);
  fake.lists = () => ({
    ...list(['base', 40], ['later', 2], ['top', -3]),
    currentParent: sanitise('later'),
  });
  const survey = await rig(fake).read();
  const rows = survey.guests[0]?.rows ?? [];
  assert.deepEqual(
    rows.map(({ key, depth, children, current, old }) => [key, depth, children, current, old]),
    [
      ['home/qemu/100@base', 0, 1, false, true],
      ['home/qemu/100@later', 1, 1, true, false],
      ['home/qemu/100@top', 2, 0, false, false],
    ],
  );
  assert.equal(Math.round((noon - (rows[0]?.takenAt ?? 0)) / 86_400_000), 40);
  assert.equal(rows[2]?.takenAt, undefined);
});

test('parents in a circle do not hang it', async () => {
  const fake = new FakeSite('home', 1);
  fake.lists = () => ({
    snapshots: [
      { name: say`a1`, parent: say`b1` },
      { name: say`b1`, parent: say`a1` },
    ],
  });
  const survey = await rig(fake).read();
  assert.deepEqual(
    survey.guests[0]?.rows.map(({ depth }) => depth),
    [1, 1],
  );
});

test('the size of saved RAM is read from the storages that can hold it, and from no others', async () => {
  const fake = new FakeSite('home', 4);
  const storage = (node: string, name: string, more: Partial<Storage> = {}): Storage => ({
    site: fake.id,
    node: sanitise(node),
    storage: sanitise(name),
    status: say`available`,
    content: [say`images`],
    ...more,
  });
  // Only guest 100, on pve1, has a snapshot with RAM.
  fake.lists = (vmid) => ({
    snapshots: [{ name: say`ram`, ...(vmid === 100 ? { vmstate: true } : {}) }],
  });
  fake.storages = [
    storage('pve1', 'local-zfs'),
    storage('pve1', 'isos', { content: [say`iso`] }),
    storage('pve1', 'down', { status: say`unknown` }),
    storage('pve2', 'local-zfs'),
  ];
  fake.volumes = [
    { volid: say`local-zfs:vm-100-state-ram`, size: 2 ** 31 },
    { volid: say`local-zfs:vm-100-disk-0`, size: 2 ** 35 },
  ];
  const survey = await rig(fake).read();
  assert.deepEqual(fake.content, ['pve1 local-zfs']);
  assert.deepEqual(
    survey.guests.map(({ rows }) => rows[0]?.ramSize),
    [2 ** 31, undefined, undefined, undefined],
  );
});
