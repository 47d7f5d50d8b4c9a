import type { SafeText } from './safe-text.ts';

/** A disk that lives on this node's own storage and would have to be copied. Bytes. */
export interface LocalDisk {
  readonly volid: SafeText;
  readonly size?: number;
  readonly cdrom?: boolean;
  readonly unused?: boolean;
}

/**
 * GET …/migrate: what stands in the way. qemu and lxc name the same things with underscores and hyphens (api.md 4.4). An
 * absent part was not told.
 */
export interface MigrateCheck {
  readonly running?: boolean;
  readonly allowedNodes?: readonly SafeText[];
  /** Node → why it cannot take the guest, in words. */
  readonly notAllowedNodes?: Readonly<Record<string, readonly SafeText[]>>;
  readonly localDisks: readonly LocalDisk[];
  /** Passed-through devices bound to this node. */
  readonly localResources: readonly SafeText[];
  readonly mappedResources: readonly SafeText[];
}
