import type { AccessChoices, AclEntry } from '../domain/acl.ts';
import type { BackupList } from '../domain/backup.ts';
import type { Guest } from '../domain/guest.ts';
import type { ConfigEntry, GuestConfig } from '../domain/guest-detail.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { MigrateCheck } from '../domain/migrate-check.ts';
import type { Node, NodeService } from '../domain/node.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import type { GuestReplication } from '../domain/replication.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { GuestSnapshot, Snapshot, SnapshotList } from '../domain/snapshot.ts';
import type { Task } from '../domain/task.ts';
import type {
  ClusterFacts,
  EvacuationFacts,
  FirewallFacts,
  GuestTies,
  HardwareFacts,
} from './read-facts.ts';
import type { Outcome, RunContext } from './run-context.ts';

export type {
  EditableFile,
  Platform,
  Recording,
  Terminal,
  TerminalHost,
} from './platform.ts';
export type {
  ClusterFacts,
  EvacuationFacts,
  FirewallFacts,
  GuestTies,
  HardwareFacts,
} from './read-facts.ts';
export type { Outcome, Progress, RunContext } from './run-context.ts';

/** What each scope's actions act on. */
export interface Targets {
  guest: Guest;
  node: Node;
  service: NodeService;
  task: Task;
  snapshot: GuestSnapshot;
}
export type Scope = keyof Targets;

export type Effect = 'read' | 'change' | 'disrupt' | 'destroy';

/** L0 none · L1 `y/N` · L2 summary and `y/N` · L3 type the name · L4 only when the configuration allows it, then as L3. */
export type ConfirmLevel = 0 | 1 | 2 | 3 | 4;

/**
 * One input of an action: it becomes a form row and the command-line flag `--NAME`. Names are Proxmox's parameter names.
 * `choices` come from what is known of the target; `problem` says in a few words why a value cannot be sent.
 */
export interface Field<T> {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /**
   * `lines` is text of several lines. `secret` is never shown, logged or taken from the command line itself: there its flag
   * takes a reference (`env:NAME`, `file:PATH`). `order` and `many` pick several of the choices, joined with `;`; `order`
   * keeps them in the order in which they were picked.
   */
  readonly kind: 'text' | 'boolean' | 'integer' | 'choice' | 'lines' | 'secret' | 'many' | 'order';
  readonly required?: boolean;
  /** Not worth a form of its own: asked only where the form opens for something else or from a menu, and on the command line. */
  readonly aside?: boolean;
  /** Values beside the choices may be typed. A field whose choices are not known is typed freely anyway. */
  readonly free?: boolean;
  /** `values` = the fields before it. */
  readonly initial?: (target: T, facts: Facts, values: FieldValues) => FieldValue;
  /** Starts anew with its initial value when that field changes (a NIC's bridge, when another NIC is chosen). */
  readonly follows?: string;
  /** `values` = the other fields as they stand; choices follow them (bridges of the node that was chosen). */
  readonly choices?: (target: T, facts: Facts, values: FieldValues) => readonly Choice[];
  /** False hides it (a RAM flag on a container). */
  readonly applies?: (target: T, facts: Facts, values: FieldValues) => boolean;
  readonly problem?: (
    value: FieldValue,
    target: T,
    facts: Facts,
    values: FieldValues,
  ) => string | undefined;
}

export interface Choice {
  readonly value: string;
  readonly label: SafeText;
  /** `#rrggbb`, where what is chosen has colours of its own (tags). */
  readonly colours?: { readonly background: SafeText; readonly text?: SafeText };
}

export type FieldValue = string | number | boolean | undefined;
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** What a row of a detail tab stands for, beside snapshots and configuration keys. */
export type RowKind =
  | 'firewall-rule'
  | 'firewall-alias'
  | 'firewall-set'
  | 'firewall-entry'
  | 'replication'
  | 'backup'
  | 'permission';

/** The row of a detail tab under the cursor; `key` names it among its kind. */
export interface PickedRow {
  readonly kind: RowKind;
  readonly key: string;
  /** The row as it was displayed, where its key may mean another thing by now. */
  readonly shown?: string;
}

/** What is known when an action is offered or run; all optional parts may be unknown. */
export interface Facts {
  readonly site: SiteInventory;
  /** ms since the epoch */
  readonly now: number;
  readonly snapshots?: SnapshotList;
  /** The snapshot under the cursor, where the action starts from one. */
  readonly snapshot?: Snapshot;
  /** Disks of the guest with the storage plugin type that holds them. */
  readonly disks?: readonly GuestDisk[];
  readonly platform?: { readonly remoteViewer: boolean; readonly display: boolean };
  /** The display can speak SPICE, and what it is now (`vga` of the configuration). */
  readonly spice?: boolean;
  readonly display?: SafeText;
  /** No other guest of any site has this name, so it may be typed as a confirmation. */
  readonly uniqueName?: boolean;
  /** The guest's configuration with pending changes merged, and its digest. */
  readonly config?: GuestConfig;
  /** The configuration key under the cursor, where the action starts from one (`net0`). */
  readonly configKey?: string;
  /** The row of a detail tab under the cursor, where the action starts from one: what its first field starts with. */
  readonly picked?: PickedRow;
  /** Every key with what is running and what waits. */
  readonly pending?: readonly ConfigEntry[];
  /** What a form may offer: ids, bridges, images, pools, mappings. */
  readonly choices?: ClusterFacts;
  /** The target's firewall, with the names that its rules may use. */
  readonly firewall?: FirewallFacts;
  /** Devices of the guest's node, and what the cluster maps. */
  readonly hardware?: HardwareFacts;
  readonly migration?: MigrateCheck;
  /** Its backups on every storage that its node reaches. */
  readonly backups?: BackupList;
  /** Storage → which backups it keeps (`keep-last=3`); one that did not tell is absent. */
  readonly retention?: Readonly<Record<string, SafeText>>;
  /** The whole notes of the backup under the cursor. */
  readonly backupNotes?: { readonly volid: string; readonly text: string };
  /** Its replication jobs. */
  readonly replication?: GuestReplication;
  /** What else of the cluster names the guest. */
  readonly ties?: GuestTies;
  /** The access control list as far as it may be seen, and who could be given a role. */
  readonly access?: { readonly acl: readonly AclEntry[]; readonly choices: AccessChoices };
  /** Its disks can be copied as a linked clone. */
  readonly linkedClone?: boolean;
  /** What was read of a node that is to be emptied, and of its guests. */
  readonly evacuation?: EvacuationFacts;
  /** The guest is on another node than the screen said. */
  readonly movedFrom?: SafeText;
}

/** One disk or mount point of a guest: its configuration key, its volume and the storage below it. */
export interface GuestDisk {
  readonly key: string;
  readonly volume: SafeText;
  readonly storage?: SafeText;
  /** zfspool, lvmthin, dir … ; undefined = not known */
  readonly plugintype?: SafeText;
  readonly backup?: boolean;
}

export type Availability =
  | { readonly state: 'yes' }
  /** Can never apply to this target. */
  | { readonly state: 'hidden' }
  | { readonly state: 'disabled'; readonly reason: SafeText };

/** What the dialog says before anything runs. */
export interface Confirmation {
  readonly level: ConfirmLevel;
  /** `Roll back guest 101 web01 to pre-update?` */
  readonly question: SafeText;
  /** What happens, what is lost, what it takes; one line each. */
  readonly lines: readonly SafeText[];
  /** The text to type for level 3 and 4. */
  readonly typed?: SafeText;
}

/** A menu that collects actions under one key. */
export interface ActionMenu {
  readonly id: 'power' | 'edit' | 'create' | 'firewall';
  readonly key: string;
  readonly title: string;
}

/** An action, declared once. */
export interface Action<S extends Scope = Scope> {
  /** `guest.rollback`: stable interface; `homelab-tui guest rollback` is its command. */
  readonly id: string;
  readonly scope: S;
  /** Default key in the scope's views; '' = only in menus and the palette. */
  readonly key: string;
  /** The key is live on a row of this kind only, and wins there over the target's own keys and menus. */
  readonly row?: 'snapshot' | RowKind;
  /** Collects actions under one key (`p` power). */
  readonly menu?: ActionMenu;
  /** Verb first, sentence case: `Roll back`. */
  readonly title: string;
  /** One sentence: what it does. */
  readonly summary: string;
  readonly effect: Effect;
  readonly fields: readonly Field<Targets[S]>[];
  /** Facts that must be fetched before it can be offered with certainty. */
  readonly needs: readonly FactNeed[];
  readonly privileges: (target: Targets[S]) => readonly PrivilegeNeed[];
  /** From local knowledge, synchronous: drives hints and menus. */
  readonly available: (target: Targets[S], facts: Facts) => Availability;
  readonly confirm: (target: Targets[S], values: FieldValues, facts: Facts) => Confirmation;
  /** Confirmation level 4: off until the configuration allows it. Declared, because every frame asks. */
  readonly offByDefault?: true;
  /** May run over marked rows. */
  readonly batch: boolean;
  /** In a batch, targets with the same answer run one after the other: the server locks what they share. */
  readonly apart?: (target: Targets[S]) => string;
  /** PVE task types it may start, to find it again when no answer came. */
  readonly taskTypes: readonly string[];
  /** The id in the UPID of its task; the target's own VMID or service when absent. */
  readonly taskId?: (target: Targets[S], values: FieldValues) => string;
  /** On the list of guests too, for the node of the row under the cursor. */
  readonly onGuests?: boolean;
  /** The state the guest should reach; watched after an HA request, which ends before anything happened. */
  readonly expects?: 'running' | 'stopped' | 'paused';
  readonly touches: readonly ('resources' | 'detail' | 'snapshots' | 'services' | 'tasks')[];
  readonly run: (
    target: Targets[S],
    values: FieldValues,
    context: RunContext,
  ) => Promise<Result<Outcome>>;
}

/**
 * `config` reads configuration and pending changes, `ports` reads them for a VM and may stay unknown, `choices` the {@link ClusterFacts}, `clone` only their
 * next id and pools and whether a linked copy is possible, `migration` the {@link MigrateCheck} and the configuration, `evacuation` the {@link EvacuationFacts};
 * `pci`, `usb` and `directories` the {@link HardwareFacts} of that kind; `backups`, `retention` (with the configuration, both of which may stay unknown), `replication`, `ties`, `access` and `firewall` what {@link Facts} calls so.
 */
export type FactNeed =
  | 'snapshots'
  | 'disks'
  | 'spice'
  | 'config'
  | 'ports'
  | 'choices'
  | 'clone'
  | 'migration'
  | 'evacuation'
  | 'pci'
  | 'usb'
  | 'directories'
  | 'backups'
  | 'retention'
  | 'replication'
  | 'ties'
  | 'access'
  | 'firewall';

/** Keeps the scope's type while an action is declared. */
export function defineAction<S extends Scope>(action: Action<S>): Action<S> {
  return action;
}
