import { storageLimits } from '../../components/bar.ts';
import { type DetailMap, detailOf } from '../../domain/detail.ts';
import { describeFailure } from '../../domain/failure.ts';
import { count, percent } from '../../domain/format.ts';
import { guestKey } from '../../domain/guest.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { nodeKey } from '../../domain/node.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { guestTitle, guestTrouble, guestUnknown } from '../guests/state.ts';
import { daysLeft } from '../nodes/packages.ts';
import { nodeState } from '../nodes/rows.ts';
import { storageAvailable, storageFraction, storageRows } from '../storage/rows.ts';
import { taskKey, taskTitle } from '../tasks/words.ts';
import type { Opened } from '../types.ts';
import { recentlyFailed } from './health.ts';

/** `unknown`: it cannot be judged, which is not the same as fine. */
export type Severity = 'critical' | 'warning' | 'unknown';

/** One thing that needs the user, and where enter leads. */
export interface Problem {
  readonly key: string;
  readonly severity: Severity;
  readonly site: string;
  readonly what: SafeText;
  readonly where: SafeText;
  /** Since when, ms since the epoch, where that is known. */
  readonly since?: number;
  readonly open?: Opened;
}

type Source = 'resources' | 'cluster' | 'tasks';
const sourceWords: Readonly<Record<Source, SafeText>> = {
  resources: say`nodes, guests and storages`,
  cluster: say`cluster status`,
  tasks: say`tasks`,
};

function sourceProblems(site: SiteInventory): Problem[] {
  const failed = (['resources', 'cluster', 'tasks'] as const).filter((name) => site[name].failure);
  return failed.map((name) => {
    const { failure, fetchedAt } = site[name];
    return {
      key: `${site.site}/source/${name}`,
      severity: name === 'resources' ? 'critical' : 'unknown',
      site: site.site,
      what: failure ? describeFailure(failure) : say`could not be read`,
      where: sourceWords[name],
      since: fetchedAt,
    };
  });
}

function clusterProblems(site: SiteInventory): Problem[] {
  if (site.cluster.data?.quorate !== false) return [];
  return [
    {
      key: `${site.site}/quorum`,
      severity: 'critical',
      site: site.site,
      what: say`no quorum: nothing can be changed`,
      where: site.cluster.data.name ?? say`cluster`,
    },
  ];
}

function nodeProblems(site: SiteInventory): Problem[] {
  const guests = site.resources.data?.guests ?? [];
  return (site.resources.data?.nodes ?? []).flatMap((node): Problem[] => {
    const { word, tone } = nodeState(node);
    if (tone === 'good') return [];
    const lost = guests.filter((guest) => guest.node === node.node && guestUnknown(guest)).length;
    return [
      {
        key: nodeKey(node),
        severity: word === 'offline' ? 'critical' : 'unknown',
        site: site.site,
        what:
          lost === 0
            ? say`node is ${word}`
            : say`node is ${word}, the state of ${count(lost, 'guest')} is unknown`,
        where: node.node,
        since: node.seenAt,
        open: { view: 'nodes', key: nodeKey(node) },
      },
    ];
  });
}

function guestProblems(site: SiteInventory): Problem[] {
  // A guest that is unknown because its node is down is told with the node, once.
  const down = new Set<string>(
    (site.resources.data?.nodes ?? [])
      .filter((node) => nodeState(node).tone !== 'good')
      .map(({ node }) => node),
  );
  return (site.resources.data?.guests ?? []).flatMap((guest): Problem[] => {
    if (guestUnknown(guest) && down.has(guest.node)) return [];
    const what = guestTrouble(guest);
    if (what === undefined) return [];
    return [
      {
        key: guestKey(guest),
        severity: guestUnknown(guest) ? 'unknown' : 'critical',
        site: site.site,
        what,
        where: guestTitle(guest),
        since: guestUnknown(guest) ? guest.seenAt : undefined,
        open: { view: 'guests', key: guestKey(guest) },
      },
    ];
  });
}

function storageProblems(site: SiteInventory): Problem[] {
  const offline = new Set<string>(
    (site.resources.data?.nodes ?? [])
      .filter((node) => nodeState(node).tone !== 'good')
      .map(({ node }) => node),
  );
  return storageRows([site]).flatMap((row): Problem[] => {
    const where = row.shared ? row.storage : say`${row.storage} on ${row.primary.node}`;
    const base = { site: site.site, where, open: { view: 'storage', key: row.key } as const };
    const fraction = storageFraction(row);
    const found: Problem[] = [];
    if (fraction !== undefined && fraction >= storageLimits.warn) {
      found.push({
        ...base,
        key: `${row.key}/full`,
        severity: fraction >= storageLimits.bad ? 'critical' : 'warning',
        what: say`${percent(fraction)} full`,
      });
    }
    const away = row.members.filter(
      (member) => !storageAvailable(member) && !offline.has(member.node),
    );
    if (away.length > 0) {
      found.push({
        ...base,
        key: `${row.key}/away`,
        severity: 'warning',
        what: say`not available on ${away.map(({ node }) => node).join(', ') as SafeText}`,
      });
    }
    return found;
  });
}

function taskProblems(site: SiteInventory): Problem[] {
  return recentlyFailed(site).map((task) => ({
    key: taskKey(task),
    severity: 'warning',
    site: site.site,
    what: say`${taskTitle(task)} failed: ${task.status ?? say`?`}`,
    where: task.node,
    since: (task.endtime ?? task.starttime) * 1000,
    open: { view: 'tasks', key: taskKey(task) },
  }));
}

function certificateProblems(site: SiteInventory, details: DetailMap): Problem[] {
  return (site.resources.data?.nodes ?? []).flatMap((node): Problem[] => {
    const { data, fetchedAt } = detailOf(details, 'node.certificates', nodeKey(node));
    return (data ?? []).flatMap((certificate): Problem[] => {
      const days = fetchedAt === undefined ? undefined : daysLeft(certificate, fetchedAt);
      if (days === undefined || days >= 14) return [];
      return [
        {
          key: `${nodeKey(node)}/certificate/${certificate.filename}`,
          severity: days < 0 ? 'critical' : 'warning',
          site: site.site,
          what:
            days < 0
              ? say`certificate ran out ${-days} d ago`
              : say`certificate runs out in ${days} d`,
          where: say`${node.node} ${certificate.filename}`,
          open: { view: 'nodes', key: nodeKey(node), tab: 'certificates' },
        },
      ];
    });
  });
}

const rank: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, unknown: 2 };

export function severityRank(severity: Severity): number {
  return rank[severity];
}

/** What needs the user, worst first. `details` may hold certificates; those not loaded are not judged. */
export function problemsOf(sites: readonly SiteInventory[], details: DetailMap = {}): Problem[] {
  const all = sites.flatMap((site) => [
    ...sourceProblems(site),
    ...clusterProblems(site),
    ...nodeProblems(site),
    ...guestProblems(site),
    ...storageProblems(site),
    ...certificateProblems(site, details),
    ...taskProblems(site),
  ]);
  return all.sort((a, b) => rank[a.severity] - rank[b.severity]);
}
