import { bootDiskSize, type GuestDisk, guestDisks } from './disks.ts';
import {
  type ConfigRecord,
  type GuestState,
  isTemplate,
  type NodeState,
  type PublishedGuest,
  type StorageState,
} from './model.ts';
import type { World } from './world.ts';

/** Live figures of one guest. Sizes and totals in bytes, `cpu` 0..1 of all its cores, `uptime` in seconds. */
export interface GuestFigures {
  readonly maxcpu: number;
  readonly cpu: number;
  readonly maxmem: number;
  readonly mem: number;
  readonly memhost: number;
  readonly maxdisk: number;
  readonly disk: number;
  readonly netin: number;
  readonly netout: number;
  readonly diskread: number;
  readonly diskwrite: number;
  readonly uptime: number;
}

export interface NodeFigures {
  readonly cpu: number;
  readonly iowait: number;
  readonly mem: number;
  readonly loadavg: readonly [number, number, number];
  readonly netin: number;
  readonly netout: number;
}

interface NoiseKeys {
  readonly slow: number;
  readonly fast: number;
  readonly mem: number;
}

const mib = 2 ** 20;
const gib = 2 ** 30;
/** Counters swing around their average over this many seconds. */
const swing = 1800;
/** What a snapshot keeps of a disk's size. */
const snapshotPart = 0.03;

export function guestCores(config: ConfigRecord, type: GuestState['type']): number {
  if (type === 'lxc') return Number(config.cores ?? 1);
  return Number(config.cores ?? 1) * Number(config.sockets ?? 1);
}

export function guestMemory(config: ConfigRecord): number {
  const { memory = 512 } = config;
  return (typeof memory === 'number' ? memory : Number.parseInt(memory, 10)) * mib;
}

/** A total that grows without pause at `rate` bytes/s on average. */
function counter(rate: number, uptime: number, phase: number): number {
  const turn = (2 * Math.PI * uptime) / swing + phase * 2 * Math.PI;
  const offset = Math.sin(turn) - Math.sin(phase * 2 * Math.PI);
  return Math.max(0, Math.round(rate * (uptime + (0.8 * offset * swing) / (2 * Math.PI))));
}

/** The slope of {@link counter}. */
function slope(rate: number, seconds: number, phase: number): number {
  return rate * (1 + 0.8 * Math.cos((2 * Math.PI * seconds) / swing + phase * 2 * Math.PI));
}

/** Makes up how busy everything is: functions of time and seed, so that the same moment always gives the same figures. */
export class Meter {
  readonly #world: World;
  readonly #disks = new WeakMap<ConfigRecord, readonly GuestDisk[]>();
  readonly #keys = new WeakMap<GuestState, NoiseKeys>();
  readonly #bootDisk = new WeakMap<ConfigRecord, number>();

  constructor(world: World) {
    this.#world = world;
  }

  disksOf(config: ConfigRecord): readonly GuestDisk[] {
    let disks = this.#disks.get(config);
    if (!disks) {
      disks = guestDisks(config);
      this.#disks.set(config, disks);
    }
    return disks;
  }

  #maxdisk(type: GuestState['type'], config: ConfigRecord): number {
    let size = this.#bootDisk.get(config);
    if (size === undefined) {
      size = bootDiskSize({ type, config });
      this.#bootDisk.set(config, size);
    }
    return size;
  }

  #keysOf(guest: GuestState): NoiseKeys {
    let keys = this.#keys.get(guest);
    if (!keys) {
      const { noise } = this.#world;
      const key = (name: string) => noise.key(`${name}/${guest.vmid}`);
      keys = { slow: key('cpu-slow'), fast: key('cpu'), mem: key('mem') };
      this.#keys.set(guest, keys);
    }
    return keys;
  }

  /** Fraction of its cores in use at a time (seconds). */
  guestCpu(guest: GuestState, seconds: number): number {
    const { noise } = this.#world;
    const keys = this.#keysOf(guest);
    const slow = noise.wave(keys.slow, seconds, 5400);
    const fast = noise.wave(keys.fast, seconds, 40);
    return Math.min(1, guest.load.cpu * (0.35 + 0.8 * slow + 0.6 * fast));
  }

  guestMemory(guest: GuestState, config: ConfigRecord, seconds: number): number {
    const wave = this.#world.noise.wave(this.#keysOf(guest).mem, seconds, 3600);
    const part = guest.load.mem * (0.93 + 0.12 * wave);
    return Math.round(guestMemory(config) * Math.min(0.98, part));
  }

  /** Bytes per second at a time, for the graphs. */
  guestRates(guest: GuestState, seconds: number) {
    const { net, disk } = guest.load;
    return {
      netin: slope(net, seconds, 0.1),
      netout: slope(net * 0.35, seconds, 0.3),
      diskread: slope(disk * 0.6, seconds, 0.5),
      diskwrite: slope(disk, seconds, 0.7),
    };
  }

  guest(guest: GuestState, state: PublishedGuest, seconds: number): GuestFigures {
    const { config, startedAt } = state;
    const { type, load } = guest;
    const maxdisk = this.#maxdisk(type, config);
    const running = state.status === 'running' && startedAt !== undefined;
    const uptime = running ? Math.max(0, seconds - startedAt) : 0;
    const paused = state.qmpstatus !== 'running';
    const mem = running ? this.guestMemory(guest, config, paused ? startedAt : seconds) : 0;
    return {
      maxcpu: guestCores(config, type),
      cpu: running && !paused ? this.guestCpu(guest, seconds) : 0,
      maxmem: guestMemory(config),
      mem,
      memhost: running && type === 'qemu' ? mem + 180 * mib : 0,
      maxdisk,
      disk: running && type === 'lxc' ? Math.round(maxdisk * guest.diskUsed) : 0,
      netin: counter(load.net, uptime, 0.1),
      netout: counter(load.net * 0.35, uptime, 0.3),
      diskread: counter(load.disk * 0.6, uptime, 0.5),
      diskwrite: counter(load.disk, uptime, 0.7),
      uptime,
    };
  }

  /** `guests` = those on this node with the state to count. */
  node(
    node: NodeState,
    guests: readonly { readonly guest: GuestState; readonly state: PublishedGuest }[],
    seconds: number,
  ): NodeFigures {
    const { noise } = this.#world;
    let busy = 0.15 + 0.2 * noise.wave(`node/${node.node}`, seconds, 60);
    let mem = 1.6 * gib + 0.2 * gib * noise.wave(`nodemem/${node.node}`, seconds, 7200);
    let net = 2000;
    for (const { guest, state } of guests) {
      if (state.status !== 'running') continue;
      busy += this.guestCpu(guest, seconds) * guestCores(state.config, guest.type);
      mem += this.guestMemory(guest, state.config, seconds);
      net += guest.load.net;
    }
    if (node.zpool) mem += Math.min(node.memory * 0.1, 4 * gib);
    const load = busy * (0.9 + 0.3 * noise.wave(`load/${node.node}`, seconds, 90));
    return {
      cpu: Math.min(1, busy / node.cpus),
      iowait: 0.002 + 0.01 * noise.wave(`wait/${node.node}`, seconds, 120),
      mem: Math.round(Math.min(node.memory * 0.97, mem)),
      loadavg: [load, load * 0.95 + 0.02, load * 0.9 + 0.05],
      netin: slope(net, seconds, 0.2),
      netout: slope(net * 0.6, seconds, 0.4),
    };
  }

  /** Bytes one guest's disks, snapshots and saved states take on a storage. */
  guestOnStorage(guest: GuestState, storage: string): number {
    let used = 0;
    for (const disk of this.disksOf(guest.config)) {
      if (disk.storage !== storage || disk.cdrom) continue;
      const part = isTemplate(guest) ? 0.3 : guest.diskUsed;
      const size = disk.size || (this.#world.volumeSizes.get(`${storage}:${disk.volname}`) ?? 0);
      used += size * part + size * snapshotPart * guest.snapshots.length;
    }
    for (const snapshot of guest.snapshots) {
      if (snapshot.vmstate?.startsWith(`${storage}:`)) used += guestMemory(snapshot.config) * 1.1;
    }
    return used;
  }

  /** `used` never exceeds `total`; `undefined` while the storage does not answer on that node. */
  storage(
    storage: StorageState,
    node: string,
    guests: readonly GuestState[],
  ): { total: number; used: number } | undefined {
    const total = storage.total[node];
    if (total === undefined || storage.inactiveOn.has(node)) return undefined;
    if (storage.type === 'pbs') {
      return this.#world.pbs.usage(storage.settings.server, storage.settings.datastore ?? '');
    }
    let used = storage.otherUsed[node] ?? 0;
    for (const guest of guests) {
      if (storage.shared || guest.node === node)
        used += this.guestOnStorage(guest, storage.storage);
    }
    for (const file of this.#world.files) {
      if (file.storage === storage.storage && (file.node === undefined || file.node === node)) {
        used += file.size;
      }
    }
    return { total, used: Math.min(total, Math.round(used)) };
  }
}
