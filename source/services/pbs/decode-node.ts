import type { PbsId } from '../../domain/pbs.ts';
import type { PbsNodePoint, PbsNodeStatus, PbsService, PbsTime } from '../../domain/pbs-node.ts';
import { amount, asRow, flag, number, type Row, rowsOf, text, told } from '../decode.ts';
import { normaliseFingerprint } from '../http/certificate.ts';
import { count, moment } from './decode.ts';

/** GET /nodes/localhost/status. Its keys differ from Proxmox VE's: numbers in `loadavg`, `root` for the root file system. */
export function decodeNodeStatus(server: PbsId, row: Row): PbsNodeStatus {
  const cpuinfo = asRow(row.cpuinfo);
  const boot = asRow(row['boot-info']);
  const kernel = asRow(row['current-kernel']);
  const load = Array.isArray(row.loadavg) ? row.loadavg.map(amount) : [];
  return told<PbsNodeStatus>({
    server,
    cpu: amount(row.cpu),
    wait: amount(row.wait),
    uptime: amount(row.uptime),
    loadavg:
      load.length === 0 || load.includes(undefined) ? undefined : load.flatMap((one) => one ?? []),
    memory: parts(row.memory, 'free'),
    swap: parts(row.swap, 'free'),
    root: parts(row.root, 'avail'),
    kernel: text(kernel?.release) ?? text(row.kversion),
    cpuModel: text(cpuinfo?.model),
    cpus: count(cpuinfo?.cpus),
    sockets: count(cpuinfo?.sockets),
    bootMode: text(boot?.mode),
    secureBoot: flag(boot?.secureboot),
    fingerprint: fingerprint(asRow(row.info)?.fingerprint),
  });
}

function parts<K extends 'free' | 'avail'>(value: unknown, rest: K) {
  const row = asRow(value);
  return told({
    total: amount(row?.total),
    used: amount(row?.used),
    [rest]: amount(row?.[rest]),
  }) as { total?: number; used?: number } & { [key in K]?: number };
}

/** PBS writes it in lower case; everywhere else it is upper case. */
function fingerprint(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(value)
    ? normaliseFingerprint(value)
    : undefined;
}

/** Rows of GET /nodes/localhost/services; a service the system does not know is `null`. */
export function decodeServices(data: readonly unknown[]): PbsService[] {
  return rowsOf(data).flatMap((row) => {
    const service = text(row.service);
    if (service === undefined) return [];
    return [
      told<PbsService>({
        service,
        name: text(row.name) ?? service,
        description: text(row.desc),
        state: text(row.state),
        unit: text(row['unit-state']),
      }),
    ];
  });
}

/** GET /nodes/localhost/time; undefined when it is not one. */
export function decodeTime(row: Row): PbsTime | undefined {
  const at = number(row.time);
  const zone = text(row.timezone);
  return at === undefined || at <= 0 || zone === undefined ? undefined : { at, zone };
}

/** GET /nodes/localhost/rrd */
export function decodeNodePoints(data: readonly unknown[], now: number): PbsNodePoint[] {
  return rowsOf(data).flatMap((row) => {
    const at = moment(row.time, now);
    if (at === undefined) return [];
    return [
      told<PbsNodePoint>({
        at,
        cpu: amount(row.cpu),
        iowait: amount(row.iowait),
        loadavg: amount(row.loadavg),
        memtotal: amount(row.memtotal),
        memused: amount(row.memused),
        netin: amount(row.netin),
        netout: amount(row.netout),
        rootTotal: amount(row.total),
        rootUsed: amount(row.used),
      }),
    ];
  });
}
