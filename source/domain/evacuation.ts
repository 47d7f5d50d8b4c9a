import type { ResourceMapping } from './cluster.ts';
import { bytes } from './format.ts';
import type { Guest } from './guest.ts';
import type { Resources } from './inventory.ts';
import {
  bytesOf,
  diskDemand,
  inMaintenance,
  localDisks,
  type MigrationKind,
  type MigrationKnowledge,
  type MigrationWish,
  migrationBlockers,
  migrationKind,
  nodeBlockers,
  storageOn,
} from './migration.ts';
import type { Node } from './node.ts';
import { copiesOn } from './replication.ts';
import { joinSafe, type SafeText, say } from './safe-text.ts';

/** How a node is emptied. */
export interface EvacuationWish extends MigrationWish {
  /** Part of each target's memory that stays free, 0..1. */
  readonly reserve: number;
  /** Containers are shut down, moved and started again; without this they stay. */
  readonly containers: boolean;
  /** Stopped guests and templates move too. */
  readonly stopped: boolean;
}

/** A guest of the node with what was read of it. */
export interface EvacuationGuest {
  readonly guest: Guest;
  readonly knowledge: MigrationKnowledge;
  /** Why nothing could be read; such a guest is not moved. */
  readonly unread?: SafeText;
}

export interface EvacuationInput {
  readonly node: Node;
  readonly guests: readonly EvacuationGuest[];
  readonly resources: Resources;
  /** undefined = not read; Proxmox decides then. */
  readonly mappings?: readonly ResourceMapping[];
  readonly wish: EvacuationWish;
}

export interface EvacuationMove {
  readonly guest: Guest;
  readonly target: Node;
  readonly kind: MigrationKind;
  /** Bytes it takes there: its full memory while it runs, 0 when it does not. */
  readonly memory: number;
  readonly local: boolean;
  /** Bytes of local disks to copy; undefined = a size is not known. */
  readonly copied?: number;
  /** HA moves it: the task only asks the HA manager. */
  readonly ha: boolean;
}

export interface EvacuationStay {
  readonly guest: Guest;
  readonly reason: SafeText;
  /** It stays because nobody asked to move it, and not because it cannot. */
  readonly wanted?: boolean;
}

/** Memory of a target in bytes, before and after; undefined = its node did not tell. */
export interface EvacuationForecast {
  readonly node: SafeText;
  readonly before?: number;
  readonly after?: number;
  readonly total?: number;
}

export interface EvacuationPlan {
  /** In the order in which they run: largest memory first. */
  readonly moves: readonly EvacuationMove[];
  readonly stays: readonly EvacuationStay[];
  readonly forecast: readonly EvacuationForecast[];
}

interface Target {
  readonly node: Node;
  /** Bytes that may still be given away; undefined = unknown. */
  free: number | undefined;
  added: number;
}

/**
 * Packs the guests of a node onto the others: those with a single possible node first, then by memory, the largest first,
 * more cores first among equals; each goes to the first target with room, the freest and least busy target being asked
 * first. A guest without a place is named with the reason of every node. Nothing is guessed: a node whose memory is not
 * known takes no running guest.
 */
export function planEvacuation(input: EvacuationInput): EvacuationPlan {
  const targets = targetsOf(input);
  const stays: EvacuationStay[] = [];
  const movable: EvacuationGuest[] = [];
  for (const each of input.guests) {
    const stay = stayReason(each, input);
    if (stay) stays.push(stay);
    else movable.push(each);
  }
  const moves: EvacuationMove[] = [];
  const taken = new Map<string, number>();
  for (const each of inOrder(movable, targets, input)) {
    const placed = place(each, targets, taken, input);
    if ('target' in placed) moves.push(placed);
    else stays.push(placed);
  }
  const forecast = targets.map(({ node, added }) => ({
    node: node.node,
    ...(node.mem === undefined ? {} : { before: node.mem, after: node.mem + added }),
    ...(node.maxmem === undefined ? {} : { total: node.maxmem }),
  }));
  return { moves, stays, forecast };
}

function targetsOf({ node, resources, wish }: EvacuationInput): Target[] {
  return resources.nodes
    .filter((each) => each.node !== node.node && each.status === 'online' && !each.stale)
    .filter((each) => !inMaintenance(each))
    .map((each) => ({ node: each, free: freeMemory(each, wish.reserve), added: 0 }))
    .sort(
      (a, b) =>
        (b.free ?? -1) - (a.free ?? -1) ||
        (a.node.cpu ?? 1) - (b.node.cpu ?? 1) ||
        (a.node.node < b.node.node ? -1 : 1),
    );
}

/** Bytes a node can take without going into its reserve; undefined = not known. */
export function freeMemory(
  node: Pick<Node, 'mem' | 'maxmem'>,
  reserve: number,
): number | undefined {
  if (node.mem === undefined || node.maxmem === undefined) return undefined;
  return Math.max(0, Math.floor(node.maxmem * (1 - reserve)) - node.mem);
}

/** Why a guest is not even looked for a place; undefined = it may move. */
function stayReason(
  { guest, knowledge, unread }: EvacuationGuest,
  { wish, resources }: EvacuationInput,
): EvacuationStay | undefined {
  const stay = (reason: SafeText, wanted = false): EvacuationStay => ({
    guest,
    reason,
    ...(wanted ? { wanted } : {}),
  });
  if (guest.stale || guest.status === 'unknown') return stay(say`its state is not known`);
  if (guest.template && !wish.stopped) return stay(say`template`, true);
  if (guest.status === 'stopped' && !wish.stopped) return stay(say`stopped`, true);
  if (migrationKind(guest) === 'restart' && !wish.containers) {
    return stay(say`running container, would restart`, true);
  }
  if (guest.lock) return stay(say`locked (${guest.lock})`);
  if (unread) return stay(say`it could not be read: ${unread}`);
  const blockers = migrationBlockers(knowledge, guest, resources);
  if (blockers.length > 0) return stay(joinSafe(blockers, '; '));
  if (localDisks(knowledge, guest, resources) === undefined) {
    return stay(say`where its disks lie is not known`);
  }
  if (migrationKind(guest) !== 'offline' && guest.maxmem === undefined) {
    return stay(say`how much memory it needs is not known`);
  }
  return undefined;
}

const memoryOf = (guest: Guest) => (migrationKind(guest) === 'offline' ? 0 : (guest.maxmem ?? 0));

function inOrder(
  movable: readonly EvacuationGuest[],
  targets: readonly Target[],
  input: EvacuationInput,
): readonly EvacuationGuest[] {
  const single = new Set(
    movable.filter(
      (each) =>
        targets.filter(({ node }) => blockersOf(each, node, input).length === 0).length === 1,
    ),
  );
  return [...movable].sort(
    (a, b) =>
      Number(single.has(b)) - Number(single.has(a)) ||
      memoryOf(b.guest) - memoryOf(a.guest) ||
      (b.guest.maxcpu ?? 0) - (a.guest.maxcpu ?? 0) ||
      a.guest.vmid - b.guest.vmid,
  );
}

function blockersOf(
  { guest, knowledge }: EvacuationGuest,
  node: Node,
  { resources, mappings, wish }: EvacuationInput,
  room?: (storage: string) => number | undefined,
): readonly SafeText[] {
  const setting = { guest, knowledge, resources, wish, ...(mappings ? { mappings } : {}) };
  return nodeBlockers(node, setting, room);
}

function place(
  each: EvacuationGuest,
  targets: readonly Target[],
  taken: Map<string, number>,
  input: EvacuationInput,
): EvacuationMove | EvacuationStay {
  const { guest, knowledge } = each;
  const { resources, wish } = input;
  const memory = memoryOf(guest);
  const disks = localDisks(knowledge, guest, resources) ?? [];
  /** Reason → the nodes that have it. */
  const reasons = new Map<SafeText, SafeText[]>();
  for (const target of targets) {
    const { node } = target;
    const keyOf = (storage: string) => roomKey(resources, node.node, storage);
    const room = (storage: string) => {
      const row = storageOn(resources, node.node, storage);
      if (row?.maxdisk === undefined || row.disk === undefined) return undefined;
      return Math.max(0, row.maxdisk - row.disk - (taken.get(keyOf(storage)) ?? 0));
    };
    const reason = blockersOf(each, node, input, room)[0] ?? memoryProblem(target, memory);
    if (reason) {
      reasons.set(reason, [...(reasons.get(reason) ?? []), node.node]);
      continue;
    }
    const there = new Set<string>(copiesOn(node.node, knowledge, guest, resources));
    const sent = disks.filter(({ volid }) => !there.has(volid));
    if (target.free !== undefined) target.free -= memory;
    target.added += memory;
    for (const [storage, size] of diskDemand(sent, wish)) {
      taken.set(keyOf(storage), (taken.get(keyOf(storage)) ?? 0) + size);
    }
    const copied = bytesOf(sent);
    return {
      guest,
      target: node,
      kind: migrationKind(guest),
      memory,
      local: disks.length > 0,
      ha: isHaManaged(guest),
      ...(copied === undefined ? {} : { copied }),
    };
  }
  if (reasons.size === 0) return { guest, reason: say`there is no other online node` };
  const words = [...reasons].map(([reason, nodes]) => say`${joinSafe(nodes, ', ')}: ${reason}`);
  return { guest, reason: joinSafe(words, '; ') };
}

function memoryProblem({ free }: Target, memory: number): SafeText | undefined {
  if (memory === 0) return undefined;
  if (free === undefined) return say`its memory is not known`;
  return memory > free
    ? say`needs ${bytes(memory)} of memory, ${bytes(free)} may be used`
    : undefined;
}

/** A shared storage is one room, however many nodes see it. */
function roomKey(resources: Resources, node: string, storage: string): string {
  const shared = storageOn(resources, node, storage)?.shared === true;
  return shared ? `* ${storage}` : `${node} ${storage}`;
}

/** Does the HA manager look after it? A guest it ignores is moved directly. */
export function isHaManaged(guest: Pick<Guest, 'hastate'>): boolean {
  return guest.hastate !== undefined && guest.hastate !== 'ignored';
}
