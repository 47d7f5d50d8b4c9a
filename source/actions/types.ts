import type { Failure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { Node, NodeService } from '../domain/node.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import type { Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Snapshot, SnapshotList } from '../domain/snapshot.ts';
import type { Task } from '../domain/task.ts';
import type { PveSite } from '../services/types.ts';

/** What each scope's actions act on. */
export interface Targets {
  guest: Guest;
  node: Node;
  service: NodeService;
  task: Task;
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
  readonly kind: 'text' | 'boolean' | 'integer' | 'choice';
  readonly required?: boolean;
  readonly initial?: (target: T, facts: Facts) => string | number | boolean | undefined;
  readonly choices?: (target: T, facts: Facts) => readonly Choice[];
  /** False hides it (a RAM flag on a container). */
  readonly applies?: (target: T, facts: Facts) => boolean;
  readonly problem?: (value: FieldValue, target: T, facts: Facts) => string | undefined;
}

export interface Choice {
  readonly value: string;
  readonly label: SafeText;
}

export type FieldValue = string | number | boolean | undefined;
export type FieldValues = Readonly<Record<string, FieldValue>>;

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

/** How far an action came, for the screen and for stderr. */
export type Progress =
  | { readonly kind: 'step'; readonly text: SafeText }
  | { readonly kind: 'task'; readonly upid: string; readonly node: SafeText };

export type Outcome =
  /** A task was started; execute follows it to its end. */
  | { readonly kind: 'task'; readonly upid: string }
  /** Done without a task, in words. */
  | { readonly kind: 'done'; readonly message: SafeText };

export interface RunContext {
  readonly site: PveSite;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly facts: Facts;
  readonly progress: (progress: Progress) => void;
  readonly platform: Platform;
  /** Runs to its end another task that this action needs first (SPICE starting a guest). */
  readonly followTask: (upid: string) => Promise<Result<'ok' | 'warning'>>;
}

/** What an action may ask of this machine. Implemented by services/viewer; a fake in tests. */
export interface Platform {
  /** Is remote-viewer here, and a display for it? */
  viewerProblem(): Failure | undefined;
  /** ms to connect, or the failure. */
  probeTcp(host: string, port: number, signal: AbortSignal): Promise<Result<number>>;
  /** Starts the viewer and feeds `text` to its standard input; resolves once it has stayed up, or failed early. */
  openViewer(text: string, signal: AbortSignal): Promise<Result<{ pid: number }>>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** An action, declared once. */
export interface Action<S extends Scope = Scope> {
  /** `guest.rollback`: stable interface; `homelab-tui guest rollback` is its command. */
  readonly id: string;
  readonly scope: S;
  /** Default key in the scope's views; '' = only in menus and the palette. */
  readonly key: string;
  /** The key is live on a snapshot's row only, and wins there over the guest's own keys. */
  readonly row?: 'snapshot';
  /** Collects actions under one key (`p` power). */
  readonly menu?: { readonly id: 'power'; readonly key: string; readonly title: string };
  /** Verb first, sentence case: `Roll back`. */
  readonly title: string;
  /** One sentence: what it does. */
  readonly summary: string;
  readonly effect: Effect;
  readonly fields: readonly Field<Targets[S]>[];
  /** Facts that must be fetched before it can be offered with certainty. */
  readonly needs: readonly ('snapshots' | 'disks' | 'spice')[];
  readonly privileges: (target: Targets[S]) => readonly PrivilegeNeed[];
  /** From local knowledge, synchronous: drives hints and menus. */
  readonly available: (target: Targets[S], facts: Facts) => Availability;
  readonly confirm: (target: Targets[S], values: FieldValues, facts: Facts) => Confirmation;
  /** May run over marked rows. */
  readonly batch: boolean;
  /** PVE task types it may start, to find it again when no answer came. */
  readonly taskTypes: readonly string[];
  /** The state the guest should reach; watched after an HA request, which ends before anything happened. */
  readonly expects?: 'running' | 'stopped' | 'paused';
  readonly touches: readonly ('resources' | 'detail' | 'snapshots' | 'services' | 'tasks')[];
  readonly run: (
    target: Targets[S],
    values: FieldValues,
    context: RunContext,
  ) => Promise<Result<Outcome>>;
}

/** Keeps the scope's type while an action is declared. */
export function defineAction<S extends Scope>(action: Action<S>): Action<S> {
  return action;
}
