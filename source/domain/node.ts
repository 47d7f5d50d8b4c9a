import type { SafeText } from './safe-text.ts';
import type { SiteId } from './site.ts';

/** One node as `/cluster/resources` and `/cluster/status` tell it. `undefined` = not told (node down, or no Sys.Audit). */
export interface Node {
  readonly site: SiteId;
  readonly node: SafeText;
  /** `online`, `offline` or `unknown`. */
  readonly status: SafeText;
  /** Fraction 0..1 of all cores together (never divide by `maxcpu`). */
  readonly cpu?: number;
  readonly maxcpu?: number;
  readonly mem?: number;
  readonly maxmem?: number;
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly uptime?: number;
  readonly hastate?: SafeText;
  /** Subscription level letter, '' without. */
  readonly level?: SafeText;
  readonly seenAt?: number;
  readonly stale?: boolean;
}

/** `home/node/pve1` */
export function nodeKey(ref: { readonly site: SiteId; readonly node: SafeText }): string {
  return `${ref.site}/node/${ref.node}`;
}

/** GET /cluster/status: cluster name and quorum; a stand-alone node has neither. */
export interface ClusterStatus {
  readonly name?: SafeText;
  /** `undefined` for a stand-alone node: quorum does not apply. */
  readonly quorate?: boolean;
  readonly members: readonly {
    readonly node: SafeText;
    readonly online: boolean;
    readonly local: boolean;
    readonly ip?: SafeText;
  }[];
}

/** GET /nodes/{node}/status. Sizes in bytes, `loadavg` 1/5/15 min, `wait` and `cpu` fractions 0..1, uptime in seconds. */
export interface NodeStatus {
  readonly cpu?: number;
  readonly wait?: number;
  readonly uptime?: number;
  readonly loadavg?: readonly number[];
  readonly kernel?: SafeText;
  readonly pveversion?: SafeText;
  readonly cpuModel?: SafeText;
  readonly sockets?: number;
  readonly cores?: number;
  readonly cpus?: number;
  readonly memory?: {
    readonly total?: number;
    readonly used?: number;
    readonly available?: number;
  };
  readonly swap?: { readonly total?: number; readonly used?: number };
  readonly rootfs?: { readonly total?: number; readonly used?: number; readonly avail?: number };
  readonly ksmShared?: number;
  readonly bootMode?: SafeText;
}

/** GET /nodes/{node}/services. `state` is systemd's SubState; `unitState` includes not-found and masked. */
export interface NodeService {
  readonly site: SiteId;
  readonly node: SafeText;
  readonly service: SafeText;
  readonly name: SafeText;
  readonly description: SafeText;
  readonly state: SafeText;
  readonly activeState?: SafeText;
  readonly unitState?: SafeText;
}

/** GET /nodes/{node}/disks/list. `wearout` is percent of life LEFT; undefined = not told. `size` in bytes. */
export interface NodeDisk {
  readonly devpath: SafeText;
  readonly type?: SafeText;
  readonly size?: number;
  readonly vendor?: SafeText;
  readonly model?: SafeText;
  readonly serial?: SafeText;
  /** PASSED, OK, UNKNOWN, FAILED … as smartctl said. */
  readonly health?: SafeText;
  readonly wearout?: number;
  readonly used?: SafeText;
  readonly rpm?: number;
}

/** GET /nodes/{node}/disks/smart: an attribute table (ata) or the tool's own text (nvme, sas). */
export interface DiskSmart {
  readonly health?: SafeText;
  readonly attributes?: readonly {
    readonly id: SafeText;
    readonly name: SafeText;
    readonly value?: SafeText;
    readonly worst?: SafeText;
    readonly threshold?: SafeText;
    readonly raw?: SafeText;
    readonly fail?: SafeText;
  }[];
  readonly text?: readonly SafeText[];
}

/** GET /nodes/{node}/apt/update: one package that has a newer version. */
export interface AptUpdate {
  readonly name: SafeText;
  readonly title?: SafeText;
  readonly oldVersion?: SafeText;
  readonly version: SafeText;
  readonly origin?: SafeText;
  readonly section?: SafeText;
}

/** GET /nodes/{node}/certificates/info. `notAfter` in ms since the epoch. */
export interface NodeCertificate {
  readonly filename: SafeText;
  readonly subject?: SafeText;
  readonly issuer?: SafeText;
  readonly san?: readonly SafeText[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly fingerprint?: SafeText;
}

/** A piece of GET /nodes/{node}/journal; `cursor` continues after the last line. */
export interface JournalPage {
  readonly lines: readonly SafeText[];
  readonly cursor?: string;
}
