import { freeMemory, isHaManaged } from '../domain/evacuation.ts';
import { bytes } from '../domain/format.ts';
import type { Guest } from '../domain/guest.ts';
import type { LocalDisk } from '../domain/migrate-check.ts';
import {
  bytesOf,
  localDisks,
  type MigrationKnowledge,
  migrationBlockers,
  migrationKind,
  nodeBlockers,
} from '../domain/migration.ts';
import type { Node } from '../domain/node.ts';
import { usedMappings } from '../domain/passthrough.ts';
import { copiesOn } from '../domain/replication.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import type { Storage } from '../domain/storage.ts';
import { noChoice, storageChoices, storagesFor, textOf } from './choices.ts';
import type { Choice, Facts, FieldValues } from './types.ts';

export function knowledgeOf(facts: Facts): MigrationKnowledge {
  return {
    ...(facts.config ? { config: facts.config } : {}),
    ...(facts.migration ? { check: facts.migration } : {}),
    ...(facts.replication ? { replication: facts.replication.jobs } : {}),
  };
}

/** What keeps it on its node whatever the target is; [] = nothing known. */
export function boundReasons(guest: Guest, facts: Facts): readonly SafeText[] {
  return migrationBlockers(knowledgeOf(facts), guest, facts.site.resources.data);
}

/** undefined = it is not known where its disks lie. */
export function disksToCopy(guest: Guest, facts: Facts): readonly LocalDisk[] | undefined {
  return localDisks(knowledgeOf(facts), guest, facts.site.resources.data);
}

/** The other nodes, online ones first. */
export function otherNodes(guest: Guest, facts: Facts): readonly Node[] {
  const nodes = facts.site.resources.data?.nodes ?? [];
  return nodes
    .filter((node) => node.node !== guest.node)
    .sort((a, b) => Number(b.status === 'online') - Number(a.status === 'online'));
}

/** Why this node cannot take it under these values; [] = nothing known stands in the way. */
export function refusals(
  guest: Guest,
  node: Node,
  facts: Facts,
  values: FieldValues,
): readonly SafeText[] {
  const storage = textOf(values['target-storage']);
  return nodeBlockers(node, {
    guest,
    knowledge: knowledgeOf(facts),
    resources: facts.site.resources.data,
    wish: {
      withLocalDisks: values['with-local-disks'] !== false,
      ...(storage === '' ? {} : { targetStorage: storage }),
    },
    ...(facts.choices?.mappings ? { mappings: facts.choices.mappings } : {}),
  });
}

const contentOf = (guest: Guest) => (guest.type === 'qemu' ? 'images' : 'rootdir');

/** Is the storage of the same name there for every local disk? */
function sameStorages(guest: Guest, node: string, facts: Facts): boolean {
  const disks = disksToCopy(guest, facts) ?? [];
  const there = storagesFor(facts, node, contentOf(guest)).map(({ storage }) => storage as string);
  return disks.every(({ volid }) => there.includes(volid.slice(0, volid.indexOf(':'))));
}

/** Where copied disks can go on the chosen node; left alone only where storages of the same name are there. */
export function copyChoices(guest: Guest, facts: Facts, values: FieldValues): readonly Choice[] {
  const node = textOf(values.target);
  const choices = storageChoices(facts, node, contentOf(guest));
  if (choices.length > 0 && !sameStorages(guest, node, facts)) return choices;
  return [noChoice(say`of the same name`), ...choices];
}

/** Can it go there, with its disks as asked for or on another storage of that node? */
function otherWay(
  guest: Guest,
  node: Node,
  facts: Facts,
  values: FieldValues,
): Storage | undefined {
  return storagesFor(facts, node.node, contentOf(guest)).find(
    ({ storage }) =>
      refusals(guest, node, facts, { ...values, 'target-storage': storage }).length === 0,
  );
}

/** How well a node suits: as asked for, with its disks on another storage, or not at all. */
interface Suited {
  readonly node: Node;
  readonly rank: 0 | 1 | 2;
  readonly reason?: SafeText;
}

function suited(guest: Guest, facts: Facts, values: FieldValues): readonly Suited[] {
  return otherNodes(guest, facts)
    .map((node): Suited => {
      const [reason] = refusals(guest, node, facts, values);
      if (reason === undefined) return { node, rank: 0 };
      return { node, rank: otherWay(guest, node, facts, values) ? 1 : 2, reason };
    })
    .sort((a, b) => a.rank - b.rank);
}

/** Nodes with what is free there, or why they cannot; the possible ones first. */
export function nodeChoices(guest: Guest, facts: Facts, values: FieldValues): readonly Choice[] {
  return suited(guest, facts, values).map(({ node, rank, reason }) => {
    const free = say`${node.node}, ${bytes(freeMemory(node, 0))} of memory free`;
    const able = rank === 1 ? say`${free}, disks to another storage` : free;
    return {
      value: node.node,
      label: rank === 2 ? say`${node.node}: no, ${reason ?? say`?`}` : able,
    };
  });
}

/** The node that suits best; undefined = none does. */
export function proposedNode(guest: Guest, facts: Facts): string | undefined {
  const [best] = suited(guest, facts, {});
  return best && best.rank < 2 ? best.node.node : undefined;
}

function interruption(guest: Guest): SafeText {
  switch (migrationKind(guest)) {
    case 'live':
      return say`Live: it keeps running and pauses for a moment at the end.`;
    case 'restart':
      return say`Restart: the container is shut down, moved and started; what it serves is gone meanwhile.`;
    case 'offline':
      return say`Offline: it does not run, nothing is interrupted.`;
  }
}

function copied(guest: Guest, facts: Facts): SafeText[] {
  const disks = disksToCopy(guest, facts);
  if (!disks) return [say`Whether disks have to be copied is not known.`];
  if (disks.length === 0) return [say`Its disks are shared, none is copied.`];
  const each = disks.map(({ volid, size, unused }) => {
    const rest = unused ? say`, unused` : say``;
    return say`${volid} (${size === undefined ? say`size not told` : bytes(size)}${rest})`;
  });
  const sum = bytesOf(disks);
  const total = disks.length > 1 && sum !== undefined ? say`, ${bytes(sum)} in all` : say``;
  return [say`Copied over the network: ${joinSafe(each, ', ')}${total}.`];
}

/** What replication does for the move, and what the move does to it. */
function replicated(guest: Guest, node: Node | undefined, facts: Facts): SafeText[] {
  const jobs = facts.replication?.jobs ?? [];
  if (!node || jobs.length === 0) return [];
  const { data } = facts.site.resources;
  const there = copiesOn(node.node, knowledgeOf(facts), guest, data);
  if (there.length > 0) {
    return [
      say`Replicated to ${node.node} already: of ${joinSafe(there, ', ')} only what changed is copied. Afterwards its job leads back to ${guest.node}.`,
    ];
  }
  const targets = jobs.map(({ target }) => target);
  return [say`It is replicated to ${joinSafe(targets, ', ')}; the jobs go on from ${node.node}.`];
}

/** The precondition in words: how it moves, what is copied, who cannot take it. */
export function migrationLines(guest: Guest, values: FieldValues, facts: Facts): SafeText[] {
  const target = textOf(values.target);
  const node = otherNodes(guest, facts).find((each) => each.node === target);
  const lines = [interruption(guest), ...copied(guest, facts), ...replicated(guest, node, facts)];
  const free = node && freeMemory(node, 0);
  const running = migrationKind(guest) !== 'offline';
  if (node && running && guest.maxmem !== undefined) {
    const words = say`${node.node} has ${bytes(free)} of memory free, it may use ${bytes(guest.maxmem)}`;
    const tight = free !== undefined && free < guest.maxmem;
    lines.push(tight ? say`Memory is short: ${words}.` : say`${words}.`);
  }
  if (running && facts.config && usedMappings(facts.config).length > 0) {
    lines.push(say`It uses mapped devices: Proxmox moves it live only if the mapping allows that.`);
  }
  if (isHaManaged(guest)) {
    lines.push(say`The HA manager moves it; rules of its own may send it elsewhere.`);
  }
  for (const other of otherNodes(guest, facts)) {
    const reasons = refusals(guest, other, facts, values);
    if (reasons.length > 0 && !otherWay(guest, other, facts, values))
      lines.push(say`Not to ${other.node}: ${joinSafe(reasons, '; ')}.`);
  }
  if (!facts.migration) {
    lines.push(say`This version does not tell beforehand what stands in the way of this guest.`);
  }
  return lines;
}
