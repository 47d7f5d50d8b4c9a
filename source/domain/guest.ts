import type { SafeText } from './safe-text.ts';
import type { SiteId } from './site.ts';

export type GuestType = 'qemu' | 'lxc';

/** Who a guest is: the node is where it happens to be now and not part of its identity. */
export interface GuestRef {
  readonly site: SiteId;
  readonly type: GuestType;
  /** 100 … 999999999 */
  readonly vmid: number;
}

/**
 * One guest as `/cluster/resources` tells it (api.md sections 4.1 and 8). `undefined` = not told: shown as unknown, never as 0.
 * `status` is the QMP status for qemu (`running stopped paused prelaunch suspended io-error …`), running/stopped for lxc,
 * `unknown` when its node is down. Sizes in bytes, `cpu` a fraction 0..1 of `maxcpu`, rates are totals since start.
 */
export interface Guest extends GuestRef {
  readonly node: SafeText;
  readonly status: SafeText;
  readonly name?: SafeText;
  readonly template?: boolean;
  readonly tags?: readonly SafeText[];
  readonly pool?: SafeText;
  readonly lock?: SafeText;
  readonly hastate?: SafeText;
  readonly cpu?: number;
  readonly maxcpu?: number;
  readonly mem?: number;
  readonly maxmem?: number;
  /** Used root disk; only told for containers (always 0 for qemu, which means unknown and is dropped). */
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly uptime?: number;
  readonly netin?: number;
  readonly netout?: number;
  readonly diskread?: number;
  readonly diskwrite?: number;
  /** When the values were last told by a live node (ms); older than the list itself while the node is down. */
  readonly seenAt?: number;
  /** True while the values are the last known ones of a node that does not answer. */
  readonly stale?: boolean;
}

/** `home/qemu/101` */
export type GuestKey = string & { readonly __guestKey: unique symbol };

export function guestKey(ref: GuestRef): GuestKey {
  return `${ref.site}/${ref.type}/${ref.vmid}` as GuestKey;
}

/** PVE's range for VMIDs (`pve-vmid`). */
export function isVmid(vmid: number): boolean {
  return Number.isInteger(vmid) && vmid >= 100 && vmid <= 999_999_999;
}
