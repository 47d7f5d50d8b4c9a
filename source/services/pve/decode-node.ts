import type {
  AptUpdate,
  DiskSmart,
  JournalPage,
  NodeCertificate,
  NodeDisk,
  NodeService,
  NodeStatus,
} from '../../domain/node.ts';
import { type SafeText, sanitise, sanitiseBlock } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import { amount, asRow, number, type Row, rowsOf, text, told } from '../decode.ts';

/** GET /nodes/{node}/status */
export function decodeNodeStatus(row: Row): NodeStatus {
  const cpu = asRow(row.cpuinfo) ?? {};
  const load = Array.isArray(row.loadavg) ? row.loadavg.map(amount) : [];
  const sizes = (value: unknown, keys: readonly string[]) => {
    const part = asRow(value);
    return part && told(Object.fromEntries(keys.map((key) => [key, amount(part[key])])));
  };
  return told<NodeStatus>({
    cpu: amount(row.cpu),
    wait: amount(row.wait),
    uptime: amount(row.uptime),
    loadavg:
      load.length > 0 && load.every((value) => value !== undefined)
        ? (load as number[])
        : undefined,
    kernel: text(asRow(row['current-kernel'])?.release) ?? text(row.kversion),
    pveversion: text(row.pveversion),
    cpuModel: text(cpu.model),
    sockets: amount(cpu.sockets),
    cores: amount(cpu.cores),
    cpus: amount(cpu.cpus),
    memory: sizes(row.memory, ['total', 'used', 'available']),
    swap: sizes(row.swap, ['total', 'used']),
    rootfs: sizes(row.rootfs, ['total', 'used', 'avail']),
    ksmShared: amount(asRow(row.ksm)?.shared),
    bootMode: text(asRow(row['boot-info'])?.mode),
  });
}

/** GET /nodes/{node}/services */
export function decodeServices(
  site: SiteId,
  node: SafeText,
  data: readonly unknown[],
): NodeService[] {
  return rowsOf(data).flatMap((row) => {
    const service = text(row.service) ?? text(row.name);
    if (service === undefined) return [];
    return [
      told<NodeService>({
        site,
        node,
        service,
        name: text(row.name) ?? service,
        description: sanitise(row.desc),
        state: text(row.state) ?? ('unknown' as SafeText),
        activeState: text(row['active-state']),
        unitState: text(row['unit-state']),
      }),
    ];
  });
}

/** GET /nodes/{node}/disks/list */
export function decodeDisks(data: readonly unknown[]): NodeDisk[] {
  return rowsOf(data).flatMap((row) => {
    const devpath = text(row.devpath);
    if (devpath === undefined) return [];
    const wearout = amount(row.wearout);
    const rpm = number(row.rpm);
    return [
      told<NodeDisk>({
        devpath,
        type: text(row.type),
        size: amount(row.size),
        vendor: trimmed(row.vendor),
        model: trimmed(row.model),
        serial: trimmed(row.serial),
        health: text(row.health),
        wearout: wearout !== undefined && wearout <= 100 ? wearout : undefined,
        used: text(row.used),
        rpm: rpm !== undefined && rpm >= 0 ? rpm : undefined,
      }),
    ];
  });
}

function trimmed(value: unknown): SafeText | undefined {
  return text(typeof value === 'string' ? value.trim() : value);
}

/** GET /nodes/{node}/disks/smart: a table for ATA, the tool's text for the rest. */
export function decodeSmart(row: Row): DiskSmart {
  const attributes = Array.isArray(row.attributes)
    ? rowsOf(row.attributes).flatMap((entry) => {
        const name = text(entry.name);
        if (name === undefined) return [];
        return [
          told({
            id: sanitise(entry.id).trim() as SafeText,
            name,
            value: text(entry.value),
            worst: text(entry.worst),
            threshold: text(entry.threshold),
            raw: text(entry.raw),
            fail: text(entry.fail),
          }),
        ];
      })
    : undefined;
  return told<DiskSmart>({
    health: text(row.health),
    attributes,
    text: typeof row.text === 'string' ? sanitiseBlock(row.text) : undefined,
  });
}

/** GET /nodes/{node}/apt/update */
export function decodeUpdates(data: readonly unknown[]): AptUpdate[] {
  return rowsOf(data).flatMap((row) => {
    const name = text(row.Package);
    const version = text(row.Version);
    if (name === undefined || version === undefined) return [];
    return [
      told<AptUpdate>({
        name,
        title: text(row.Title),
        oldVersion: text(row.OldVersion),
        version,
        origin: text(row.Origin),
        section: text(row.Section),
      }),
    ];
  });
}

/** GET /nodes/{node}/certificates/info; times become ms. */
export function decodeCertificates(data: readonly unknown[]): NodeCertificate[] {
  const milliseconds = (value: unknown) => {
    const seconds = number(value);
    return seconds !== undefined && seconds > 0 && seconds < 1e11 ? seconds * 1000 : undefined;
  };
  return rowsOf(data).flatMap((row) => {
    const filename = text(row.filename);
    if (filename === undefined) return [];
    return [
      told<NodeCertificate>({
        filename,
        subject: text(row.subject),
        issuer: text(row.issuer),
        san: Array.isArray(row.san) ? row.san.flatMap((name) => text(name) ?? []) : undefined,
        notBefore: milliseconds(row.notbefore),
        notAfter: milliseconds(row.notafter),
        fingerprint: text(row.fingerprint),
      }),
    ];
  });
}

/**
 * GET /nodes/{node}/journal: the first and the last element are cursors. Without new lines the position stays where it was.
 */
export function decodeJournal(data: readonly unknown[], before: string | undefined): JournalPage {
  const last = data.at(-1);
  const cursor = typeof last === 'string' && last !== '' ? last : before;
  return told<JournalPage>({ lines: data.slice(1, -1).map(sanitise), cursor });
}
