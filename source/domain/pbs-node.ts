import type { PbsId } from './pbs.ts';
import type { SafeText } from './safe-text.ts';

interface Space {
  readonly total?: number;
  readonly used?: number;
}

/** GET /nodes/localhost/status. Bytes, `cpu` and `wait` 0 to 1, `uptime` in s. */
export interface PbsNodeStatus {
  readonly server: PbsId;
  readonly cpu?: number;
  readonly wait?: number;
  readonly uptime?: number;
  readonly loadavg?: readonly number[];
  readonly memory: Space & { readonly free?: number };
  readonly swap: Space & { readonly free?: number };
  readonly root: Space & { readonly avail?: number };
  readonly kernel?: SafeText;
  readonly cpuModel?: SafeText;
  readonly cpus?: number;
  readonly sockets?: number;
  readonly bootMode?: SafeText;
  readonly secureBoot?: boolean;
  /** SHA-256 of the certificate, `AA:BB:…`, as everywhere else. */
  readonly fingerprint?: string;
}

/** `state` is systemd's SubState (`running`, `dead`, `failed`), `unit` whether it starts at boot. */
export interface PbsService {
  readonly service: SafeText;
  readonly name: SafeText;
  readonly description?: SafeText;
  readonly state?: SafeText;
  readonly unit?: SafeText;
}

/** GET /nodes/localhost/time. `at` in s since the epoch. */
export interface PbsTime {
  readonly at: number;
  /** IANA name: schedules of the server are in this zone. */
  readonly zone: SafeText;
}

/** One moment of the server's history; `at` in seconds, units as in {@link PbsNodeStatus}, rates in bytes per second. */
export interface PbsNodePoint {
  readonly at: number;
  readonly cpu?: number;
  readonly iowait?: number;
  readonly loadavg?: number;
  readonly memtotal?: number;
  readonly memused?: number;
  readonly netin?: number;
  readonly netout?: number;
  readonly rootTotal?: number;
  readonly rootUsed?: number;
}
