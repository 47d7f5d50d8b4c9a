import { guestName } from '../model.ts';
import { pveOwner } from './accounts.ts';
import { backupHour, lastNight } from './homelab.ts';
import { writePast } from './homelab-past.ts';
import { PbsHost } from './host.ts';
import { addGuest, day, makeStore } from './make.ts';
import type { Datastore, Job } from './model.ts';
import { PbsRealm } from './realm.ts';
import type { PbsSeat } from './seat.ts';

/** Nights with a backup in each datastore. */
const nights = 20;

function fill(seat: PbsSeat, store: Datastore, mine: (index: number) => boolean): void {
  const { noise } = seat.world;
  const night = lastNight(seat.bornAt);
  for (const [index, guest] of seat.guests.entries()) {
    if (!mine(index)) continue;
    const late = index % 97 === 5 ? 6 : 0;
    addGuest(store, noise, guest, {
      times: Array.from(
        { length: nights },
        (_, age) => night - (nights - 1 - age + late) * day + backupHour + index * 7,
      ),
      owner: pveOwner,
      comment: guestName(guest),
    });
  }
}

function jobsOf(store: string): Job[] {
  return [
    { kind: 'gc', id: store, config: { store, schedule: '05:30' } },
    {
      kind: 'prune',
      id: `${store}-nightly`,
      config: { store, schedule: '04:30', 'keep-daily': 20 },
    },
    { kind: 'verify', id: `${store}-daily`, config: { store, schedule: '06:00' } },
  ];
}

/** 500 guests: every one in `fast`, one half also in `slow`, the other half also elsewhere. */
export function buildLarge(seat: PbsSeat): PbsRealm {
  const hosts = seat.hosts.map((place) => {
    const stores = place.stores.map((plan) => {
      const store = makeStore(plan);
      const half = plan.name === 'slow' ? 0 : 1;
      fill(seat, store, (index) => plan.name === 'fast' || index % 2 === half);
      return store;
    });
    return new PbsHost({
      seat,
      place,
      stores,
      jobs: stores.flatMap(({ name }) => jobsOf(name)),
      remotes: [],
      bootedAt: seat.bornAt - 90 * day,
      firstPid: 5000,
    });
  });
  for (const host of hosts) writePast(host);
  return new PbsRealm(seat.world, hosts);
}
