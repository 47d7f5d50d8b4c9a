import { type DetailMap, detailOf } from '../../domain/detail.ts';
import { type Finding, siteFindings, worstFirst } from '../../domain/health.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { certificateDays } from '../../domain/limits.ts';
import { nodeKey } from '../../domain/node.ts';
import { say } from '../../domain/safe-text.ts';
import { daysLeft } from '../nodes/packages.ts';
import type { Opened } from '../types.ts';

/** When something of the site was last read, ms since the epoch: the moment its figures speak of. */
export function readAt({ resources, cluster, tasks }: SiteInventory): number {
  return Math.max(...[resources, cluster, tasks].map(({ fetchedAt }) => fetchedAt ?? 0));
}

/**
 * What needs the user, worst first: what `status` finds, and certificates as far as they are loaded. What nobody has
 * answered yet is no finding here but said by the lines above and below the list.
 */
export function overviewRows(
  sites: readonly SiteInventory[],
  details: DetailMap = {},
): readonly Finding[] {
  return worstFirst(
    sites.flatMap((site) => {
      const certificates = certificateFindings(site, details);
      // The endpoint's certificate is one of them, told there by its file.
      const again = certificates.length > 0 ? `${site.site}/certificate` : undefined;
      const found = siteFindings(site, readAt(site));
      return [
        ...found.filter(({ pending, id }) => pending !== true && id !== again),
        ...certificates,
      ];
    }),
  );
}

function certificateFindings(site: SiteInventory, details: DetailMap): Finding[] {
  return (site.resources.data?.nodes ?? []).flatMap((node): Finding[] => {
    const key = nodeKey(node);
    const { data, fetchedAt } = detailOf(details, 'node.certificates', key);
    return (data ?? []).flatMap((certificate): Finding[] => {
      const days = fetchedAt === undefined ? undefined : daysLeft(certificate, fetchedAt);
      if (days === undefined || days >= certificateDays) return [];
      return [
        {
          id: `${key}/certificate/${certificate.filename}`,
          level: days < 0 ? 'critical' : 'warning',
          what:
            days < 0
              ? say`certificate ran out ${-days} d ago`
              : say`certificate runs out in ${days} d`,
          where: say`${certificate.filename} on ${node.node}`,
          site: site.site,
          target: key,
          view: 'nodes',
        },
      ];
    });
  });
}

/** Where enter leads; a finding about a whole site leads nowhere. */
export function openedBy({ id, target, view }: Finding): Opened | undefined {
  if (target === undefined || view === undefined) return undefined;
  const tab = id.includes('/certificate/') ? { tab: 'certificates' } : {};
  return { view, key: target, ...tab };
}
