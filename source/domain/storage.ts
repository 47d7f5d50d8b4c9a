import type { SafeText } from './safe-text.ts';
import type { SiteId } from './site.ts';

/** One storage on one node, from `/cluster/resources`. A shared storage has one row per node; sizes in bytes. */
export interface Storage {
  readonly site: SiteId;
  readonly node: SafeText;
  readonly storage: SafeText;
  /** `available` or `unknown`. */
  readonly status: SafeText;
  /** dir, zfspool, lvmthin, nfs, pbs … */
  readonly plugintype?: SafeText;
  readonly content?: readonly SafeText[];
  readonly shared?: boolean;
  readonly disk?: number;
  readonly maxdisk?: number;
  readonly seenAt?: number;
  readonly stale?: boolean;
}

/** `home/storage/pve1/local-zfs` */
export function storageKey(ref: {
  readonly site: SiteId;
  readonly node: SafeText;
  readonly storage: SafeText;
}): string {
  return `${ref.site}/storage/${ref.node}/${ref.storage}`;
}

/** One identity for a storage as a person counts them: a shared one is one, a local one is one on each node. */
export function storageRowKey(storage: Storage): string {
  return storage.shared ? `${storage.site}/storage/*/${storage.storage}` : storageKey(storage);
}

/** One volume, GET /nodes/{node}/storage/{storage}/content. `ctime` in seconds since the epoch, `size` in bytes. */
export interface Volume {
  readonly volid: SafeText;
  readonly content?: SafeText;
  /** Of a backup: `qemu` or `lxc`. */
  readonly subtype?: SafeText;
  readonly format?: SafeText;
  readonly size?: number;
  readonly ctime?: number;
  readonly vmid?: number;
  readonly notes?: SafeText;
  readonly protected?: boolean;
  readonly encrypted?: boolean;
  /** `ok` or `failed`; undefined = never verified or not told. */
  readonly verification?: SafeText;
}
