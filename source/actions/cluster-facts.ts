import type { ResourceMapping } from '../domain/cluster.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { Result } from '../domain/result.ts';
import type { Volume } from '../domain/storage.ts';
import type { PveSite } from '../services/types.ts';
import { inBatches } from './batch.ts';
import type { ClusterFacts } from './types.ts';

/** A storage that hangs must not hold up a form: after this many ms its images are typed instead. */
const patience = 5_000;

/** The next free id and the pools: what a copy needs. */
export async function idFacts(site: PveSite, signal: AbortSignal): Promise<ClusterFacts> {
  const [nextid, pools] = await Promise.all([
    site.cluster.nextid(undefined, { signal }),
    site.cluster.pools({ signal }),
  ]);
  return { ...part('nextid', nextid), ...part('pools', pools) };
}

/** Everything that a form may choose from on one node; what cannot be read is absent. */
export async function clusterFacts(
  site: PveSite,
  node: string,
  inventory: SiteInventory,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const [ids, bridges, mappings, options, images] = await Promise.all([
    idFacts(site, signal),
    site.cluster.bridges(node, { signal }),
    site.cluster.mappings({ signal }),
    site.cluster.options({ signal }),
    imagesOn(site, node, inventory, signal),
  ]);
  return {
    ...ids,
    ...(bridges.ok ? { bridges: { [node]: bridges.value } } : {}),
    ...part('mappings', mappings),
    ...part('options', options),
    ...(images ? { images: { [node]: images } } : {}),
  };
}

export async function mappingFacts(
  site: PveSite,
  signal: AbortSignal,
): Promise<readonly ResourceMapping[] | undefined> {
  const mappings = await site.cluster.mappings({ signal });
  return mappings.ok ? mappings.value : undefined;
}

function part<K extends string, T>(key: K, result: Result<T>): { readonly [P in K]?: T } {
  return result.ok ? ({ [key]: result.value } as { readonly [P in K]?: T }) : {};
}

/** Images and templates of every storage of the node that keeps them; undefined when none of them answered. */
async function imagesOn(
  site: PveSite,
  node: string,
  inventory: SiteInventory,
  signal: AbortSignal,
): Promise<readonly Volume[] | undefined> {
  const storages = (inventory.resources.data?.storages ?? []).filter(
    (each) =>
      each.node === node &&
      each.status === 'available' &&
      (each.content === undefined ||
        each.content.some((content) => content === 'iso' || content === 'vztmpl')),
  );
  const lists = await inBatches(storages, ({ storage }) =>
    site.storage.content(node, storage, { signal, wait: patience }),
  );
  if (storages.length > 0 && lists.every((list) => !list.ok)) return undefined;
  return lists
    .flatMap((list) => (list.ok ? list.value : []))
    .filter(({ content }) => content === 'iso' || content === 'vztmpl')
    .sort((a, b) => (a.volid < b.volid ? -1 : 1));
}
