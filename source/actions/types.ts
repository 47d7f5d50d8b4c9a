import type { Bridge, ClusterOptions, ResourceMapping } from '../domain/cluster.ts';
import type { EvacuationGuest } from '../domain/evacuation.ts';
import type { Guest } from '../domain/guest.ts';
import type { ConfigEntry, GuestConfig } from '../domain/guest-detail.ts';
import type { Resources, SiteInventory } from '../domain/inventory.ts';
import type { MigrateCheck } from '../domain/migrate-check.ts';
import type { Node, NodeService } from '../domain/node.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { GuestSnapshot, Snapshot, SnapshotList } from '../domain/snapshot.ts';
import type { Volume } from '../domain/storage.ts';
import type { Task } from '../domain/task.ts';
import type { PveSite } from '../services/types.ts';
import type { Platform } from './platform.ts';

export type {
  EditableFile,
  Platform,
  Recording,
  Terminal,
  TerminalHost,
} from './platform.ts';

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
  | 'replication'
  | 'backup'
  | 'permission';

/** The row of a detail tab under the cursor; `key` names it among its kind. */
export interface PickedRow {
  readonly kind: RowKind;
  readonly key: string;
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
  readonly migration?: MigrateCheck;
  /** Its disks can be copied as a linked clone. */
  readonly linkedClone?: boolean;
  /** What was read of a node that is to be emptied, and of its guests. */
  readonly evacuation?: EvacuationFacts;
  /** The guest is on another node than the screen said. */
  readonly movedFrom?: SafeText;
}

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

/** Everything that the packing of an evacuation is made from, read a moment ago. */
export interface EvacuationFacts {
  readonly resources: Resources;
  readonly guests: readonly EvacuationGuest[];
  readonly mappings?: readonly ResourceMapping[];
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

/** How far an action came, for the screen and for stderr. */
export type Progress =
  | { readonly kind: 'step'; readonly text: SafeText }
  | { readonly kind: 'task'; readonly upid: string; readonly node: SafeText };

export type Outcome =
  /** A task was started; execute follows it to its end. */
  | { readonly kind: 'task'; readonly upid: string }
  /** Done without a task, in words. */
  | {
      readonly kind: 'done';
      readonly message: SafeText;
      /** The task it was, when the action followed it itself, and whether it ended with warnings. */
      readonly upid?: string;
      readonly warning?: boolean;
      /** What it was asked for: a command prints it on standard output. */
      readonly output?: readonly SafeText[];
    };

export interface RunContext {
  readonly site: PveSite;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly facts: Facts;
  readonly progress: (progress: Progress) => void;
  readonly platform: Platform;
  /** Aborted when nothing new may be started any more; what runs is still followed. Absent = `signal` alone counts. */
  readonly halt?: AbortSignal;
  /** Nothing may be sent that changes anything (for an action that {@link Action.looks}). */
  readonly readOnly?: boolean;
  /** A command, whose answer goes to standard output. */
  readonly headless?: boolean;
  /** One of the changes of an action that makes several: written into the audit log before and after. */
  readonly audited?: <T>(
    parameters: FieldValues,
    run: () => Promise<Result<T>>,
  ) => Promise<Result<T>>;
  /** Runs to its end another task that this action needs first (SPICE starting a guest). */
  readonly followTask: (upid: string) => Promise<Result<'ok' | 'warning'>>;
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
  /** In read-only mode it is offered all the same: it then sends only what changes nothing, and sees to that itself. */
  readonly looks?: true;
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
 * next id and pools and whether a linked copy is possible, `migration` the {@link MigrateCheck} and the configuration, `evacuation` the {@link EvacuationFacts}.
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
  | 'evacuation';

/** Keeps the scope's type while an action is declared. */
export function defineAction<S extends Scope>(action: Action<S>): Action<S> {
  return action;
}
