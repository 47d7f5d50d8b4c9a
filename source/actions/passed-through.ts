import type { ResourceMapping } from '../domain/cluster.ts';
import type { Guest } from '../domain/guest.ts';
import { isMappingId } from '../domain/hardware.ts';
import { joinSafe, type SafeText, say } from '../domain/safe-text.ts';
import type { Choice, Facts } from './types.ts';

/** Mappings of a kind; those of the guest's node come first, the others say that they are not there. */
export function mappingChoices(
  guest: Guest,
  facts: Facts,
  kind: ResourceMapping['kind'],
): readonly Choice[] {
  const all = (facts.choices?.mappings ?? []).filter((mapping) => mapping.kind === kind);
  const here = (mapping: ResourceMapping) => mapping.nodes.includes(guest.node);
  return [...all.filter(here), ...all.filter((mapping) => !here(mapping))].map((mapping) => {
    const words = [
      say`mapping ${mapping.id}`,
      ...(mapping.description ? [mapping.description] : []),
      ...(here(mapping) ? [] : [say`not on ${guest.node}`]),
    ];
    return { value: mapping.id, label: joinSafe(words, ', ') };
  });
}

/** Why this names neither a device of the node nor a mapping. */
export function mappingProblem(
  id: string,
  guest: Guest,
  facts: Facts,
  kind: ResourceMapping['kind'],
): string | undefined {
  if (!isMappingId(id)) return 'is neither an address nor the name of a mapping';
  const known = facts.choices?.mappings?.filter((mapping) => mapping.kind === kind);
  const mapping = known?.find((each) => each.id === id);
  if (mapping && !mapping.nodes.includes(guest.node))
    return `${id} is not defined on ${guest.node}`;
  // Mappings that one may not use are not told either.
  return undefined;
}

/** A device of the node itself: who may, and what it costs. */
export function rawDeviceLines(facts: Facts): readonly SafeText[] {
  const { identity } = facts.site.connection;
  const others =
    identity === undefined || identity === 'root@pam'
      ? say`.`
      : say`; ${identity} will be refused. A resource mapping has no such limit.`;
  return [
    say`Proxmox lets only root@pam set a device of the node itself, logged in with its password${others}`,
    say`The VM is bound to its node by it.`,
  ];
}

/** What is passed through is not part of the state that could be moved or saved. */
export const boundLines: readonly SafeText[] = [
  say`While it runs it cannot migrate, and no snapshot of it holds its memory.`,
];

export function nameOf(...words: readonly (SafeText | undefined)[]): SafeText {
  return joinSafe(
    words.filter((word) => word !== undefined),
    ' ',
  );
}
