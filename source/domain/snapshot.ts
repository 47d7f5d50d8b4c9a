import type { Failure } from './failure.ts';
import type { Guest, GuestKey } from './guest.ts';
import type { SafeText } from './safe-text.ts';
import type { SiteId } from './site.ts';

/** One row of GET …/snapshot, without the pseudo-row `current`. `snaptime` in seconds since the epoch. */
export interface Snapshot {
  readonly name: SafeText;
  readonly parent?: SafeText;
  readonly description?: SafeText;
  readonly snaptime?: number;
  /** The RAM is part of it (qemu only). */
  readonly vmstate?: boolean;
  /** `prepare` or `delete`: in progress or broken off. */
  readonly snapstate?: SafeText;
}

/** All snapshots of one guest and where its current state hangs in the tree. */
export interface SnapshotList {
  readonly snapshots: readonly Snapshot[];
  /** The snapshot that the current state descends from. */
  readonly currentParent?: SafeText;
  readonly running?: boolean;
  readonly digest?: string;
}

/** One snapshot with the guest it belongs to. `guest` carries what stays the same for a while, no figures. */
export interface GuestSnapshot {
  readonly site: SiteId;
  /** Where the guest is. */
  readonly node: SafeText;
  readonly guest: Guest;
  readonly snapshot: Snapshot;
}

/** A row of the list of all snapshots. */
export interface SnapshotRow extends GuestSnapshot {
  /** `home/qemu/101@base` */
  readonly key: string;
  /** Ancestors it has. */
  readonly depth: number;
  /** Snapshots that hang on it directly; the present state is none. */
  readonly children: number;
  /** The present state descends from this one directly. */
  readonly current: boolean;
  /** When it was taken, ms on our own clock; undefined = not told, or not possible. */
  readonly takenAt?: number;
  /** Older than {@link oldSnapshot} when it was read. */
  readonly old: boolean;
  /** Bytes of its RAM volume, the one part whose size Proxmox tells. */
  readonly ramSize?: number;
  /** The guest could not be read again since. */
  readonly stale?: boolean;
}

/** What is known of one guest's snapshots; a failure keeps the rows read before it. */
export interface SurveyedGuest {
  readonly key: GuestKey;
  readonly guest: Guest;
  readonly rows: readonly SnapshotRow[];
  /** ms since the epoch; undefined = never read. */
  readonly readAt?: number;
  readonly failure?: Failure;
}

/** The snapshots of all guests of a site, as far as they were read. */
export interface SnapshotSurvey {
  readonly guests: readonly SurveyedGuest[];
  /** Guests that were asked, with or without success, of all that can have snapshots. */
  readonly read: number;
  readonly of: number;
}

/** A snapshot older than this is worth a look: 30 days in ms. */
export const oldSnapshot = 30 * 86_400_000;

/** `home/qemu/101@base` */
export function snapshotKey(guest: GuestKey, name: string): string {
  return `${guest}@${name}`;
}

/** One line of the snapshot tree, in drawing order. `depth` counts ancestors; `current` marks "you are here". */
export interface SnapshotTreeLine {
  readonly depth: number;
  readonly last: boolean;
  /** For each ancestor level: is there a further sibling below, so that a vertical line goes on? */
  readonly rails: readonly boolean[];
  readonly snapshot?: Snapshot;
  readonly current?: boolean;
}

type Entry = { readonly snapshot?: Snapshot; readonly current?: boolean };

/** Orders snapshots as a tree: children under parents, older first; unknown parents and cycles become roots, nothing is lost. */
export function snapshotTree(list: SnapshotList): SnapshotTreeLine[] {
  const names = new Set<string>(list.snapshots.map((snapshot) => snapshot.name));
  const children = new Map<string, Entry[]>();
  const put = (parent: string | undefined, entry: Entry) => {
    const key = parent !== undefined && names.has(parent) ? parent : '';
    children.set(key, [...(children.get(key) ?? []), entry]);
  };
  const sorted = [...list.snapshots].sort((a, b) => (a.snaptime ?? 0) - (b.snaptime ?? 0));
  for (const snapshot of sorted) put(snapshot.parent, { snapshot });
  put(list.currentParent, { current: true });

  const lines: SnapshotTreeLine[] = [];
  const seen = new Set<string>();
  const walk = (entries: readonly Entry[], depth: number, rails: readonly boolean[]) => {
    entries.forEach((entry, index) => {
      const last = index === entries.length - 1;
      if (entry.snapshot) {
        if (seen.has(entry.snapshot.name)) return;
        seen.add(entry.snapshot.name);
      }
      lines.push({ depth, last, rails, ...entry });
      if (entry.snapshot) {
        walk(children.get(entry.snapshot.name) ?? [], depth + 1, [...rails, !last]);
      }
    });
  };
  walk(children.get('') ?? [], 0, []);
  // A cycle has no root: show its members flat rather than not at all.
  for (const snapshot of sorted) {
    if (!seen.has(snapshot.name)) walk([{ snapshot }], 0, []);
  }
  if (!lines.some((line) => line.current)) {
    lines.push({ depth: 0, last: true, rails: [], current: true });
  }
  return lines;
}

/** Snapshots that descend, directly or not, from `name`. */
export function descendantsOf(list: SnapshotList, name: string): Snapshot[] {
  const found: Snapshot[] = [];
  const queue = [name];
  const seen = new Set<string>(queue);
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const snapshot of list.snapshots) {
      if (snapshot.parent === parent && !seen.has(snapshot.name)) {
        seen.add(snapshot.name);
        found.push(snapshot);
        queue.push(snapshot.name);
      }
    }
  }
  return found;
}

const snapnamePattern = /^[A-Za-z][A-Za-z0-9_-]+$/;

/** Why PVE would refuse this snapname (`pve-snapshot-name`: pve-configid, at most 40), or undefined when it is fine. */
export function snapnameProblem(name: string): string | undefined {
  if (name === '') return 'a snapshot needs a name';
  if (name.length > 40) return `at most 40 characters, this has ${name.length}`;
  if (!/^[A-Za-z]/.test(name)) return 'must start with a letter';
  if (name.length < 2) return 'needs at least 2 characters';
  if (!snapnamePattern.test(name)) return 'only letters, digits, _ and - are allowed';
  if (name === 'current' || name === 'pending') return `${name} is a reserved name`;
  return undefined;
}
