import { guestName, isTemplate } from '../model.ts';
import { pveOwner } from './accounts.ts';
import { writePast } from './homelab-past.ts';
import { PbsHost } from './host.ts';
import { addGroup, addGuest, breakOff, collected, day, hostFiles, makeStore } from './make.ts';
import type { Datastore, Job } from './model.ts';
import { PbsRealm } from './realm.ts';
import type { PbsSeat } from './seat.ts';

/** How old the kept backups are, in nights: a week of days, then weeks, then months. */
const nightsKept = [0, 1, 2, 3, 4, 5, 6, 13, 20, 27, 55, 86];
/** Backups begin at this second of the day, UTC. */
export const backupHour = 3 * 3600;
export const keyFingerprint = '5d:1f:a0:3c:92:77:e4:08';

/** Guests that no backup job covers. */
const leftOut = new Set([108, 109, 112, 113]);
const savedByHand = new Set([102, 203]);
/** These are backed up to a namespace of their own. */
const inLab = new Set([100, 200]);

function plan(seat: PbsSeat, host: string, store: string) {
  const found = seat.host(host).stores.find(({ name }) => name === store);
  if (!found) throw new Error(`no datastore ${store} on ${host}`);
  return found;
}

/** The last night whose backups have begun, as midnight in seconds. */
export function lastNight(now: number): number {
  const midnight = now - (now % day);
  return now - midnight > backupHour + 1800 ? midnight : midnight - day;
}

function fillMain(seat: PbsSeat, store: Datastore): void {
  const { noise } = seat.world;
  const night = lastNight(seat.bornAt);
  for (const [index, guest] of seat.guests.entries()) {
    if (isTemplate(guest) || leftOut.has(guest.vmid)) continue;
    const ns = inLab.has(guest.vmid) ? 'lab' : '';
    // win10-test is in no job any more; nextcloud's backup broke off the night before last, which left it locked.
    const late = guest.vmid === 111 ? 9 : guest.vmid === 106 ? 1 : 0;
    const times = nightsKept
      .map((age) => night - (age + late) * day + backupHour + index * 37 + (age % 3))
      .reverse();
    // Somebody saved these by hand before a change: the next pruning keeps the newer one of that day.
    const byHand = night + backupHour + 4.6 * 3600;
    if (savedByHand.has(guest.vmid) && byHand < seat.bornAt - 600) times.push(byHand);
    const group = addGuest(store, noise, guest, {
      times,
      ns,
      owner: pveOwner,
      comment: guestName(guest).slice(0, 100),
      ...(guest.vmid === 201 ? { fingerprint: keyFingerprint } : {}),
    });
    const newest = group.snapshots.at(-1);
    if (guest.vmid === 106 && newest) breakOff(newest);
    const oldest = group.snapshots[0];
    if ((guest.vmid === 103 || guest.vmid === 110) && oldest) {
      oldest.protected = true;
      oldest.comment = `${guestName(guest)}, before the move`;
    }
    if (guest.vmid === 103) group.notes = 'PostgreSQL 16. Ask before anything is removed.';
    if (guest.vmid === 104 && newest) {
      group.snapshots = group.snapshots.map((one) =>
        one === newest ? { ...one, damaged: true } : one,
      );
    }
  }
  // A guest that is gone, and an older generation of the laboratory.
  const gone = seat.guests.find(({ vmid }) => vmid === 101);
  const lab = seat.guests.find(({ vmid }) => vmid === 100);
  if (gone) {
    addGuest(
      store,
      noise,
      { ...gone, vmid: 199 },
      {
        times: [210, 190, 183].map((age) => night - age * day + backupHour),
        owner: pveOwner,
        comment: 'old-mail',
      },
    );
  }
  if (lab) {
    addGuest(store, noise, lab, {
      times: [400, 370].map((age) => night - age * day + backupHour),
      ns: 'lab/archive',
      owner: pveOwner,
      comment: 'dev-lab before the new disk',
    });
  }
  for (const [index, host] of ['pve1', 'pve2', 'pve3'].entries()) {
    const late = host === 'pve2' ? 12 : 0;
    addGroup(store, noise, 'host', host, hostFiles((3 + index) * 90_000_000), {
      times: [0, 1, 2, 3, 7, 14]
        .map((age) => night - (age + late) * day + 1800 + index * 60)
        .reverse(),
      ns: 'hosts',
      owner: 'root@pam',
    });
  }
}

/** What the other server has: copies as of its last sync, in a namespace named after their origin. */
function copyTo(store: Datastore, from: Datastore, until: number): void {
  for (const group of from.groups.values()) {
    const ns = group.ns === '' ? 'home' : `home/${group.ns}`;
    const snapshots = group.snapshots
      .filter(({ time, size }) => time < until && size !== undefined)
      .slice(-8)
      .map((one) => ({ ...one, protected: false }));
    if (snapshots.length === 0) continue;
    store.namespaces.add('home').add(ns);
    if (ns.includes('archive')) store.namespaces.add('home/lab');
    store.groups.set(`${ns}/${group.type}/${group.id}`, {
      ...group,
      ns,
      owner: 'sync@pbs!pull',
      notes: undefined,
      snapshots,
    });
  }
}

const gc = (store: string, schedule: string): Job => ({
  kind: 'gc',
  id: store,
  config: { store, schedule },
});

const jobs: Readonly<Record<'pbs1' | 'pbs2', readonly Job[]>> = {
  pbs1: [
    gc('main', '05:30'),
    gc('usb', 'sun 12:00'),
    {
      kind: 'prune',
      id: 'main-nightly',
      config: {
        store: 'main',
        schedule: '04:30',
        comment: 'A week, a month, a quarter',
        'keep-daily': 7,
        'keep-weekly': 4,
        'keep-monthly': 3,
        'max-depth': 0,
      },
    },
    {
      kind: 'prune',
      id: 'lab-weekly',
      config: { store: 'main', ns: 'lab', schedule: 'sun 06:00', 'keep-last': 5, disable: true },
    },
    {
      kind: 'verify',
      id: 'main-daily',
      config: {
        store: 'main',
        schedule: '06:00',
        'ignore-verified': true,
        'outdated-after': 30,
      },
    },
  ],
  pbs2: [
    gc('offsite', 'sat 10:00'),
    {
      kind: 'sync',
      id: 'pull-home',
      config: {
        store: 'offsite',
        ns: 'home',
        remote: 'home',
        'remote-store': 'main',
        schedule: '08:00',
        owner: 'sync@pbs!pull',
        'remove-vanished': false,
        'sync-direction': 'pull',
        comment: 'Over the tunnel, every morning',
      },
    },
    {
      kind: 'verify',
      id: 'offsite-weekly',
      config: { store: 'offsite', schedule: 'sat 12:00', 'ignore-verified': true },
    },
    {
      kind: 'prune',
      id: 'offsite-weekly',
      config: { store: 'offsite', ns: 'home', schedule: 'sun 09:00', 'keep-last': 8 },
    },
  ],
};

/** Both servers of the homelab as they were when its world began. */
export function buildHomelab(seat: PbsSeat): PbsRealm {
  const now = seat.bornAt;
  const main = makeStore(plan(seat, 'pbs1', 'main'), {
    growth: 0.62,
    namespaces: ['hosts', 'lab', 'lab/archive'],
    config: {
      comment: 'Guests and hosts',
      'notification-mode': 'notification-system',
      'verify-new': false,
    },
  });
  fillMain(seat, main);
  const usb = makeStore(plan(seat, 'pbs1', 'usb'), {
    mount: 'notmounted',
    config: {
      comment: 'Disk in the drawer',
      'backing-device': '8f1c2a44-91d7-4c1e-b7a2-0d52f3aa6e10',
    },
  });
  const offsite = makeStore(plan(seat, 'pbs2', 'offsite'), {
    growth: 0.24,
    config: { comment: 'Pulled from home' },
  });
  const cold = makeStore(plan(seat, 'pbs2', 'cold'), {
    maintenance: { type: 'offline', message: 'disk is being replaced' },
    config: { comment: 'Yearly copies' },
  });
  const place = (name: 'pbs1' | 'pbs2', stores: readonly Datastore[], up: number) =>
    new PbsHost({
      seat,
      place: seat.host(name),
      stores,
      jobs: jobs[name].map((job) => ({ ...job, config: { ...job.config } })),
      remotes:
        name === 'pbs1'
          ? []
          : [
              {
                name: 'home',
                host: seat.host('pbs1').ip,
                authId: 'sync@pbs!pull',
                fingerprint:
                  seat.world.noise.hex('pbs1/fingerprint', 64).match(/../g)?.join(':') ?? '',
                comment: 'pbs1 at home',
              },
            ],
      bootedAt: now - up * day,
      firstPid: 4100,
    });
  const home = place('pbs1', [main, usb], 41);
  writePast(home);
  // What was copied has the verification of its origin.
  copyTo(usb, main, now - 24 * day);
  copyTo(offsite, main, lastNight(now) - day + 8 * 3600);
  const away = place('pbs2', [offsite, cold], 133);
  writePast(away);
  for (const store of [usb, cold]) collected(store, now - 30 * day, undefined);
  return new PbsRealm(seat.world, [home, away]);
}
