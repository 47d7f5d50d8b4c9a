import type { Guest } from '../domain/guest.ts';
import type { MdevType, PciDevice } from '../domain/hardware.ts';
import type { PveSite } from '../services/types.ts';
import { inBatches } from './batch.ts';
import { mappingFacts } from './cluster-facts.ts';
import type { FactNeed, Facts, HardwareFacts } from './types.ts';

/** A device that is slow to tell what it offers must not hold up a form, ms. */
const patience = 5_000;

/**
 * What of the guest's node could be passed through, and the cluster's mappings. Reading devices takes rights that many do
 * not have; what could not be read is absent and is then typed.
 */
export async function hardwareFacts(
  needs: ReadonlySet<FactNeed>,
  guest: Guest,
  site: PveSite,
  signal: AbortSignal,
): Promise<Pick<Facts, 'hardware' | 'choices'> | undefined> {
  const devices = needs.has('pci') || needs.has('usb');
  if (!devices && !needs.has('directories')) return undefined;
  const [mappings, pci, usb, directories] = await Promise.all([
    devices ? mappingFacts(site, signal) : undefined,
    needs.has('pci') ? site.nodes.pci(guest.node, { signal }) : undefined,
    needs.has('usb') ? site.nodes.usb(guest.node, { signal }) : undefined,
    needs.has('directories') ? site.cluster.directories({ signal }) : undefined,
  ]);
  const shared = [
    ...(pci?.ok ? pci.value : []).filter(({ mdev }) => mdev).map(({ id }) => id),
    ...(needs.has('pci') ? (mappings ?? []) : [])
      .filter(({ kind, mdev, nodes }) => kind === 'pci' && mdev && nodes.includes(guest.node))
      .map(({ id }) => id),
  ];
  const mdev = await mdevTypes(shared, guest, site, signal);
  const hardware: HardwareFacts = {
    ...(pci?.ok ? { pci: pci.value } : {}),
    ...(usb?.ok ? { usb: usb.value } : {}),
    ...(directories?.ok ? { directories: directories.value } : {}),
    mdev,
  };
  return { hardware, ...(mappings ? { choices: { mappings } } : {}) };
}

async function mdevTypes(
  ids: readonly PciDevice['id'][],
  guest: Guest,
  site: PveSite,
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly MdevType[]>>> {
  const lists = await inBatches(ids, (id) =>
    site.nodes.mdev(guest.node, id, { signal, wait: patience }),
  );
  return Object.fromEntries(
    ids.flatMap((id, index) => {
      const list = lists[index];
      return list?.ok ? [[id, list.value] as const] : [];
    }),
  );
}
