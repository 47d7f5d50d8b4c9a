import { bytes } from '../domain/format.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { Storage } from '../domain/storage.ts';
import type { Choice, Facts, FieldValue } from './types.ts';

/** The first choice of a field that may be left alone. */
export function noChoice(label: SafeText): Choice {
  return { value: '', label };
}

/** What a storage may be chosen for. */
export type StoredContent = 'images' | 'rootdir' | 'backup';

/** Storages of a node that answer and keep this kind of content; those that told no kinds are offered too. */
export function storagesFor(
  facts: Facts,
  node: string,
  content: StoredContent,
): readonly Storage[] {
  return (facts.site.resources.data?.storages ?? []).filter(
    (storage) =>
      storage.node === node &&
      storage.status === 'available' &&
      (storage.content === undefined || storage.content.includes(sanitise(content))),
  );
}

/** Bytes; undefined = not told. */
export function freeOf({ disk, maxdisk }: Storage): number | undefined {
  return disk === undefined || maxdisk === undefined ? undefined : Math.max(0, maxdisk - disk);
}

/** `local-lvm, lvmthin, 512 GiB free`, the one with the most room first. */
export function storageChoices(
  facts: Facts,
  node: string,
  content: StoredContent,
): readonly Choice[] {
  const roomiest = [...storagesFor(facts, node, content)].sort(
    (a, b) => (freeOf(b) ?? -1) - (freeOf(a) ?? -1),
  );
  return roomiest.map((storage) => ({
    value: storage.storage,
    label: joinSafe(
      [
        storage.storage,
        ...(storage.plugintype ? [storage.plugintype] : []),
        say`${bytes(freeOf(storage))} free`,
      ],
      ', ',
    ),
  }));
}

export function poolChoices(facts: Facts): readonly Choice[] {
  const pools = facts.choices?.pools;
  if (!pools) return [];
  return [noChoice(say`none`), ...pools.map((pool) => ({ value: pool, label: pool }))];
}

export function bridgeChoices(facts: Facts, node: string): readonly Choice[] {
  return (facts.choices?.bridges?.[node] ?? []).map(({ iface, comment, vlanAware }) => ({
    value: iface,
    label: joinSafe(
      [iface, ...(vlanAware ? [say`VLAN aware`] : []), ...(comment ? [comment] : [])],
      ', ',
    ),
  }));
}

/** ISO images or container templates that are on the node, with their sizes. */
export function imageChoices(
  facts: Facts,
  node: string,
  content: 'iso' | 'vztmpl',
): readonly Choice[] {
  return (facts.choices?.images?.[node] ?? [])
    .filter((volume) => volume.content === content)
    .map(({ volid, size }) => ({
      value: volid,
      label: size === undefined ? volid : say`${volid}, ${bytes(size)}`,
    }));
}

/** Why a new guest cannot have this id: badly formed, or taken by a guest that we know. */
export function newVmidProblem(
  value: FieldValue,
  facts: Facts,
  form: (vmid: string | number) => string | undefined,
): string | undefined {
  const problem = form(typeof value === 'number' ? value : String(value));
  if (problem) return problem;
  const taken = facts.site.resources.data?.guests.find((guest) => guest.vmid === Number(value));
  if (!taken) return undefined;
  const next = facts.choices?.nextid;
  const free = next === undefined ? '' : `; ${next} is free`;
  return `${taken.vmid} is ${taken.name ?? 'taken'} on ${taken.node}${free}`;
}

/** A field's value as text; '' when it is left alone. */
export function textOf(value: FieldValue): string {
  return value === undefined || value === false ? '' : String(value);
}
