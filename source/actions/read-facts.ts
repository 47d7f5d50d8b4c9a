import type { BackupJob } from '../domain/backup.ts';
import type { Bridge, ClusterOptions, ResourceMapping } from '../domain/cluster.ts';
import type { EvacuationGuest } from '../domain/evacuation.ts';
import type { Failure } from '../domain/failure.ts';
import type {
  FirewallGroup,
  FirewallMacro,
  FirewallNames,
  FirewallOptions,
  FirewallRef,
  FirewallRules,
} from '../domain/firewall.ts';
import type { DirectoryMapping, MdevType, PciDevice, UsbDevice } from '../domain/hardware.ts';
import type { Resources } from '../domain/inventory.ts';
import type { ReplicationJob } from '../domain/replication.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Volume } from '../domain/storage.ts';

/* What was read for a form a moment ago; it reaches the actions by {@link Facts} of types.ts. */

/** What was read of the cluster for a form; a part that could not be read is absent and is then typed freely. */
export interface ClusterFacts {
  readonly nextid?: number;
  /** Node → its bridges. */
  readonly bridges?: Readonly<Record<string, readonly Bridge[]>>;
  /** `iso` and `vztmpl` volumes by node. */
  readonly images?: Readonly<Record<string, readonly Volume[]>>;
  readonly pools?: readonly SafeText[];
  readonly mappings?: readonly ResourceMapping[];
  readonly options?: ClusterOptions;
}

/** What was read of a firewall a moment ago; of the cluster's part what could be read. */
export interface FirewallFacts {
  readonly rules: FirewallRules;
  readonly options: FirewallOptions;
  readonly names: FirewallNames;
  readonly cluster?: FirewallOptions;
  readonly refs?: readonly FirewallRef[];
  readonly macros?: readonly FirewallMacro[];
  readonly groups?: readonly FirewallGroup[];
}

/** What a VM could be given; a part that could not be read is absent and is then typed freely. */
export interface HardwareFacts {
  readonly pci?: readonly PciDevice[];
  readonly usb?: readonly UsbDevice[];
  readonly directories?: readonly DirectoryMapping[];
  /** Address of a PCI device or name of its mapping → the mediated devices it offers. */
  readonly mdev: Readonly<Record<string, readonly MdevType[]>>;
}

/** Jobs of the cluster that may concern a guest; of each part either what was read, or why it could not be. */
export interface GuestTies {
  readonly backupJobs?: readonly BackupJob[];
  readonly backupFailure?: Failure;
  readonly replication?: readonly ReplicationJob[];
  readonly replicationFailure?: Failure;
}

/** Everything that the packing of an evacuation is made from, read a moment ago. */
export interface EvacuationFacts {
  readonly resources: Resources;
  readonly guests: readonly EvacuationGuest[];
  readonly mappings?: readonly ResourceMapping[];
}
