import type { GuestType } from '../../domain/guest.ts';
import type {
  ConfigEntry,
  GuestConfig,
  GuestInterface,
  GuestStatus,
  NicTraffic,
  Pressure,
} from '../../domain/guest-detail.ts';
import type { RrdPoint } from '../../domain/rrd.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import type { SnapshotList } from '../../domain/snapshot.ts';
import {
  amount,
  asRow,
  epoch,
  flag,
  integer,
  number,
  type Row,
  rowsOf,
  text,
  told,
} from '../decode.ts';

/** GET …/status/current */
export function decodeGuestStatus(type: GuestType, row: Row): GuestStatus {
  const ha = asRow(row.ha) ?? {};
  const qemu = type === 'qemu';
  const disk = amount(row.disk);
  return told<GuestStatus>({
    status: text(row.status) ?? ('unknown' as SafeText),
    qmpstatus: text(row.qmpstatus),
    lock: text(row.lock),
    uptime: amount(row.uptime),
    cpu: amount(row.cpu),
    cpus: amount(row.cpus),
    mem: amount(row.mem),
    maxmem: amount(row.maxmem) || undefined,
    disk: qemu && disk === 0 ? undefined : disk,
    maxdisk: amount(row.maxdisk) || undefined,
    netin: amount(row.netin),
    netout: amount(row.netout),
    diskread: amount(row.diskread),
    diskwrite: amount(row.diskwrite),
    // These keys are there only when they are on.
    agent: qemu ? (flag(row.agent) ?? false) : undefined,
    spice: qemu ? (flag(row.spice) ?? false) : undefined,
    template: flag(row.template),
    haManaged: flag(ha.managed),
    haState: text(ha.state),
    pid: integer(row.pid),
    runningQemu: text(row['running-qemu']),
    runningMachine: text(row['running-machine']),
    serial: qemu ? (flag(row.serial) ?? false) : undefined,
    memhost: amount(row.memhost),
    nics: decodeTraffic(row.nics),
    pressure: decodePressure(row),
  });
}

function decodeTraffic(value: unknown): NicTraffic[] | undefined {
  const devices = asRow(value);
  return devices
    ? Object.entries(devices).map(([device, totals]) =>
        told<NicTraffic>({
          device: sanitise(device),
          netin: amount(asRow(totals)?.netin),
          netout: amount(asRow(totals)?.netout),
        }),
      )
    : undefined;
}

/** Numbers for qemu, texts like "0.00" for lxc; no part of it before PVE 9. */
function decodePressure(row: Row): Pressure | undefined {
  const pressure = told<Pressure>({
    cpuSome: amount(row.pressurecpusome),
    cpuFull: amount(row.pressurecpufull),
    ioSome: amount(row.pressureiosome),
    ioFull: amount(row.pressureiofull),
    memorySome: amount(row.pressurememorysome),
    memoryFull: amount(row.pressurememoryfull),
  });
  return Object.keys(pressure).length > 0 ? pressure : undefined;
}

/** GET …/config: every key with its value as one line of safe text, and as it can be written back. */
export function decodeConfig(row: Row): GuestConfig {
  const entries: Record<string, SafeText> = {};
  const raw: Record<string, string> = {};
  for (const [key, given] of Object.entries(row)) {
    if (key === 'digest' || given === null || given === undefined) continue;
    const value = readable(key, given);
    entries[sanitise(key)] = sanitise(typeof value === 'object' ? JSON.stringify(value) : value);
    // The server shows asterisks instead of the password, which must never be sent back.
    if (typeof value === 'object' || key === 'cipassword') continue;
    raw[key] = typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
  }
  return told({ entries, raw, digest: typeof row.digest === 'string' ? row.digest : undefined });
}

/** Public keys are URL-encoded inside their value. */
function readable(key: string, value: unknown): unknown {
  if (key !== 'sshkeys' || typeof value !== 'string') return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** GET …/pending; the digest's row is left out. */
export function decodePending(data: readonly unknown[]): ConfigEntry[] {
  return rowsOf(data).flatMap((row) => {
    const key = text(row.key);
    if (key === undefined || key === 'digest') return [];
    const removed = number(row.delete);
    return [
      told<ConfigEntry>({
        key,
        value: optional(readable(key, row.value)),
        pending: optional(readable(key, row.pending)),
        // 1 = will be removed, 2 = by force
        pendingDelete: removed !== undefined && removed > 0 ? true : undefined,
      }),
    ];
  });
}

function optional(value: unknown): SafeText | undefined {
  return value === undefined || value === null ? undefined : sanitise(value);
}

/** GET …/snapshot. The pseudo-row `current` tells where the present state hangs, and is no snapshot. */
export function decodeSnapshots(data: readonly unknown[], now: number): SnapshotList {
  const rows = rowsOf(data);
  const current = rows.find((row) => row.name === 'current');
  const snapshots = rows.flatMap((row) => {
    const name = text(row.name);
    if (name === undefined || row === current) return [];
    const description = typeof row.description === 'string' ? row.description.trim() : '';
    return [
      told({
        name,
        parent: text(row.parent),
        description: text(description),
        snaptime: epoch(row.snaptime, now),
        vmstate: flag(row.vmstate),
        snapstate: text(row.snapstate),
      }),
    ];
  });
  return told<SnapshotList>({
    snapshots,
    currentParent: current && text(current.parent),
    running: current && flag(current.running),
    digest: typeof current?.digest === 'string' ? current.digest : undefined,
  });
}

/** GET …/rrddata: samples in order of time; what is not a number there is unknown at that time. */
export function decodeRrd(data: readonly unknown[]): RrdPoint[] {
  const points = new Map<number, RrdPoint>();
  for (const row of rowsOf(data)) {
    const time = epoch(row.time);
    if (time === undefined) continue;
    const point: { time: number; [key: string]: number } = { time };
    for (const [key, value] of Object.entries(row)) {
      const parsed = key === 'time' ? undefined : number(value);
      if (parsed !== undefined) point[key] = parsed;
    }
    points.set(time, point);
  }
  return [...points.values()].sort((a, b) => a.time - b.time);
}

/** The agent's `network-get-interfaces` (inside `result`) and a container's `interfaces`; a stopped container has null. */
export function decodeInterfaces(data: unknown): GuestInterface[] {
  return rowsOf(asRow(data)?.result ?? data).flatMap((row) => {
    const name = text(row.name);
    if (name === undefined) return [];
    const listed = rowsOf(row['ip-addresses']).flatMap((address) => {
      const ip = text(address['ip-address']);
      const prefix = integer(address.prefix);
      if (ip === undefined) return [];
      return [prefix === undefined ? ip : sanitise(`${ip}/${prefix}`)];
    });
    const older = [text(row.inet), text(row.inet6)].flatMap((address) => address ?? []);
    return [
      told<GuestInterface>({
        name,
        mac: text(row['hardware-address'] ?? row.hwaddr),
        addresses: listed.length > 0 ? listed : older,
      }),
    ];
  });
}
