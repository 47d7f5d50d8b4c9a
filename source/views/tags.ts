import { segment } from '../components/compose.ts';
import type { Line } from '../components/line.ts';
import type { ClusterOptions } from '../domain/cluster.ts';
import { type DetailMap, detailOf } from '../domain/detail.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { type SafeText, say } from '../domain/safe-text.ts';

type Colours = ClusterOptions['tagColours'];

/** Tags side by side, each in the cluster's colour where it has one. */
export function tagLine(tags: readonly SafeText[], colours: Colours = {}): Line {
  return tags.flatMap((tag, index) => {
    const colour = Object.hasOwn(colours, tag) ? colours[tag] : undefined;
    const shown = colour
      ? {
          text: tag,
          chip: { background: colour.background, ...(colour.text ? { text: colour.text } : {}) },
        }
      : segment(tag);
    return index === 0 ? [shown] : [segment(say` `), shown];
  });
}

/** What is known of the colours of a site's tags. */
export function tagColoursOf(details: DetailMap, site: string): Colours | undefined {
  return detailOf(details, 'cluster.options', site).data?.tagColours;
}

/** By site; each value stays the same object until the cluster changes it. */
export function tagColours(
  sites: readonly SiteInventory[],
  details: DetailMap,
): Readonly<Record<string, Colours>> {
  return Object.fromEntries(
    sites.flatMap(({ site }) => {
      const colours = tagColoursOf(details, site);
      return colours ? [[site, colours]] : [];
    }),
  );
}
