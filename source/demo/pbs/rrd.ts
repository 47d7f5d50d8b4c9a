import type { PbsHost } from '../world/pbs/host.ts';
import type { Datastore } from '../world/pbs/model.ts';
import { hostFigures } from './host-figures.ts';
import { usedPart } from './rows.ts';

type Row = Record<string, unknown>;

/** Length and step of a graph, seconds. */
const frames: Readonly<Record<string, readonly [length: number, step: number]>> = {
  hour: [3600, 60],
  day: [86_400, 1800],
  week: [7 * 86_400, 10_800],
  month: [30 * 86_400, 43_200],
  year: [365 * 86_400, 604_800],
  decade: [3650 * 86_400, 10 * 604_800],
};

/** Times of a graph's points; before the server was there they have no values. */
function points(host: PbsHost, timeframe: string): { time: number; known: boolean }[] {
  const [length, step] = frames[timeframe] ?? [3600, 60];
  const { seconds } = host.world.clock;
  const end = seconds - (seconds % step);
  const first = host.seat.bornAt - 396 * 86_400;
  const times: { time: number; known: boolean }[] = [];
  for (let time = end - length + step; time <= end; time += step) {
    times.push({ time, known: time >= first });
  }
  return times;
}

export function datastoreRrd(host: PbsHost, store: Datastore, timeframe: string): Row[] {
  const { noise, clock } = host.world;
  return points(host, timeframe).map(({ time, known }) => {
    const ago = Math.max(0, Math.floor((clock.seconds - time) / 86_400));
    const part = known ? usedPart(host, store, ago) : null;
    if (part === null) return { time };
    const busy = noise.wave(`pbs-io/${store.name}`, time, 3600);
    const used = Math.round(store.total * part);
    return {
      time,
      total: store.total,
      used,
      available: store.total - used,
      read_ios: 20 * busy,
      read_bytes: 9_000_000 * busy,
      write_ios: 12 * busy,
      write_bytes: 22_000_000 * busy,
      io_ticks: 0.2 * busy,
    };
  });
}

export function hostRrd(host: PbsHost, timeframe: string): Row[] {
  return points(host, timeframe).map(({ time, known }) => {
    if (!known) return { time };
    const { cpu, wait, loadavg, memory, swap, root } = hostFigures(host, time);
    const busy = host.world.noise.wave(`pbs-net/${host.name}`, time, 3600);
    return {
      time,
      cpu,
      iowait: wait,
      loadavg: loadavg[0],
      memtotal: memory.total,
      memused: memory.used,
      swaptotal: swap.total,
      swapused: swap.used,
      netin: 4_000_000 * busy,
      netout: 900_000 * busy,
      total: root.total,
      used: root.used,
      read_ios: 8 * busy,
      read_bytes: 2_000_000 * busy,
      write_ios: 6 * busy,
      write_bytes: 3_000_000 * busy,
      io_ticks: 0.1 * busy,
    };
  });
}
