import { guestCores, guestMemory } from '../../world/meter.ts';
import type { GuestState, GuestType, NodeState } from '../../world/model.ts';
import type { World } from '../../world/world.ts';
import type { Call, Endpoint, ParameterTable } from '../endpoint.ts';
import { ApiError } from '../errors.ts';
import { findGuest } from '../guest-access.ts';
import {
  guestParameters,
  nodeParameter,
  optionalText,
  storageParameters,
  text,
} from '../parameter-kinds.ts';

type Point = Record<string, number>;

/** Points and seconds between two of them, as PVE 9 keeps them. */
const frames: Readonly<Record<string, readonly [count: number, step: number]>> = {
  hour: [60, 60],
  day: [1440, 60],
  week: [336, 1800],
  month: [1440, 1800],
  year: [1440, 21_600],
  decade: [570, 604_800],
};

/** A node was off some days ago: from, to, in seconds before now; only on the second node. */
const outage = { from: 2.6 * 86_400, to: 2.4 * 86_400 };
/** How long figures have been kept so far, seconds. */
const history = 260 * 86_400;

function times(world: World, frame: string): number[] {
  const [count, step] = frames[frame] ?? [60, 60];
  const last = Math.floor(world.clock.seconds / step) * step;
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * step);
}

/** Was there somebody to write figures down at this time? */
function recorded(world: World, node: NodeState, time: number): boolean {
  const now = world.clock.seconds;
  if (now - time > history) return false;
  if (node.downSince !== undefined && time >= node.downSince) return false;
  const ago = now - time;
  return !(node.nodeid === 2 && ago < outage.from && ago > outage.to);
}

function guestPoints(call: Call, guest: GuestState): Point[] {
  const { world } = call;
  const { meter } = world;
  const node = world.node(guest.node);
  const running = guest.startedAt;
  return times(world, call.required('timeframe')).map((time) => {
    if (!recorded(world, node, time)) return { time };
    const maxmem = guestMemory(guest.config);
    const { maxdisk } = meter.guest(guest, guest, time);
    const point: Point = { time, maxcpu: guestCores(guest.config, guest.type), maxmem, maxdisk };
    // A stopped guest leaves its figures out. What it was doing before its last start is made up: it ran.
    if (guest.status !== 'running' || running === undefined) return point;
    if (time < running && running - time < 120) return point;
    const mem = meter.guestMemory(guest, guest.config, time);
    return {
      ...point,
      cpu: meter.guestCpu(guest, time),
      mem,
      disk: guest.type === 'lxc' ? maxdisk * guest.diskUsed : 0,
      ...(guest.type === 'lxc' ? {} : { memhost: mem + 180 * 2 ** 20 }),
      ...meter.guestRates(guest, time),
      ...pressures(world, `psi/${guest.vmid}`, time),
    };
  });
}

function pressures(world: World, name: string, time: number): Point {
  const some = world.noise.wave(name, time, 60) * 0.6;
  return {
    pressurecpusome: some,
    pressurecpufull: 0,
    pressureiosome: some / 3,
    pressureiofull: some / 9,
    pressurememorysome: 0,
    pressurememoryfull: 0,
  };
}

function nodePoints(call: Call): Point[] {
  const { world } = call;
  const node = world.node(call.node);
  const guests = world.guestsOf(node.node).map((guest) => ({ guest, state: guest }));
  return times(world, call.required('timeframe')).map((time) => {
    if (!recorded(world, node, time)) return { time };
    const figures = world.meter.node(node, guests, time);
    const { pressurecpufull: _none, ...pressure } = pressures(world, `psi/${node.node}`, time);
    return {
      time,
      maxcpu: node.cpus,
      cpu: figures.cpu,
      iowait: figures.iowait,
      loadavg: figures.loadavg[0],
      memtotal: node.memory,
      memused: figures.mem,
      memavailable: node.memory - figures.mem,
      arcsize: node.zpool ? Math.min(node.memory * 0.1, 4 * 2 ** 30) : 0,
      swaptotal: 8 * 2 ** 30,
      swapused: 0,
      roottotal: node.rootTotal,
      rootused: node.rootUsed,
      netin: figures.netin,
      netout: figures.netout,
      ...pressure,
    };
  });
}

function storagePoints(call: Call): Point[] {
  const { world } = call;
  const storage = world.storages.get(call.required('storage'));
  const node = world.node(call.node);
  if (!storage?.nodes.includes(node.node)) {
    throw new ApiError(500, `storage '${call.required('storage')}' does not exist`);
  }
  const usage = world.meter.storage(storage, node.node, [...world.guests.values()]);
  const now = world.clock.seconds;
  return times(world, call.required('timeframe')).map((time): Point => {
    if (!usage || !recorded(world, node, time)) return { time };
    return { time, total: usage.total, used: usage.used * (1 - (0.3 * (now - time)) / history) };
  });
}

const cf = optionalText({ enum: ['AVERAGE', 'MAX'] });
const shortFrames = ['hour', 'day', 'week', 'month', 'year'];

function guestRrd(type: GuestType): Endpoint {
  return {
    method: 'GET',
    path: `/nodes/{node}/${type}/{vmid}/rrddata`,
    permission: { path: '/vms/{vmid}', privileges: ['VM.Audit'] },
    parameters: { ...guestParameters, cf, timeframe: text({ enum: shortFrames }) },
    handler: (call) => guestPoints(call, findGuest(call, type)),
  };
}

function parameters(table: ParameterTable, names: readonly string[]): ParameterTable {
  return { ...table, cf, timeframe: text({ enum: names }) };
}

/** Figures over time: any node answers them from its own copy, also for a node that is off. */
export const rrdEndpoints: readonly Endpoint[] = [
  guestRrd('qemu'),
  guestRrd('lxc'),
  {
    method: 'GET',
    path: '/nodes/{node}/rrddata',
    permission: { path: '/nodes/{node}', privileges: ['Sys.Audit'] },
    parameters: parameters(nodeParameter, [...shortFrames, 'decade']),
    handler: nodePoints,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/rrddata',
    permission: {
      path: '/storage/{storage}',
      privileges: ['Datastore.Audit', 'Datastore.AllocateSpace'],
      any: true,
    },
    proxyto: 'node',
    parameters: parameters(storageParameters, shortFrames),
    handler: storagePoints,
  },
];
