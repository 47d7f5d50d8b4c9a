import type { SafeText } from './safe-text.ts';

/** What GET /cluster/options says about guests; everything may be missing. */
export interface ClusterOptions {
  /** Tag → `#rrggbb` of its background, and of its text where one is set (`tag-style` colour map). */
  readonly tagColours: Readonly<
    Record<string, { readonly background: SafeText; readonly text?: SafeText }>
  >;
  readonly registeredTags: readonly SafeText[];
}

/** A bridge or SDN vnet of a node that a guest's NIC can join. */
export interface Bridge {
  readonly iface: SafeText;
  readonly comment?: SafeText;
  readonly vlanAware?: boolean;
}

export interface ResourceMapping {
  readonly kind: 'pci' | 'usb';
  readonly id: SafeText;
  readonly description?: SafeText;
  /** Nodes it is defined on. */
  readonly nodes: readonly SafeText[];
  /** A PCI device that is shared out as mediated devices. */
  readonly mdev?: boolean;
}
