import { describeFailure, type Failure } from './failure.ts';
import type { SiteInventory } from './inventory.ts';
import { certificateDays, failedTaskFor, fullness } from './limits.ts';
import { holds, type PrivilegeNeed, seeStorages } from './permission.ts';
import { resourceFindings } from './resource-health.ts';
import { type SafeText, sanitise, say } from './safe-text.ts';
import type { SiteId } from './site.ts';
import type { Sourced } from './sourced.ts';
import type { Task } from './task.ts';

/** From best to worst. Unknown is worse than a warning: what did not answer may hide something critical. */
export const healthLevels = ['ok', 'warning', 'unknown', 'critical'] as const;
export type HealthLevel = (typeof healthLevels)[number];

/** One thing that is not well. */
export interface Finding {
  /** Who it is among all findings, the same as long as the same thing is wrong. */
  readonly id: string;
  readonly level: Exclude<HealthLevel, 'ok'>;
  readonly what: SafeText;
  /** `site home`, `guest 101 web01`, `node pve1` … */
  readonly where: SafeText;
  readonly site: SiteId;
  /** Key of the object (guest, node, storage) or `site/UPID:…`, as the view `view` knows it. */
  readonly target?: string;
  readonly view?: 'nodes' | 'guests' | 'storage' | 'tasks';
  /** Since when, or when it was last seen well; ms since the epoch. */
  readonly since?: number;
  /** Nobody has answered yet, and nothing failed either: what a console says while it loads. */
  readonly pending?: boolean;
}

export interface Health {
  readonly level: HealthLevel;
  /** Worst first. */
  readonly findings: readonly Finding[];
}

const percent = (fraction: number) => `${Math.round(fraction * 100)} %`;

/** The rules in words, for help pages. */
export const healthRules: readonly string[] = [
  `critical: a node is offline, the cluster has no quorum, a storage is ${percent(fullness.bad)} full, a guest stands still on an error, its HA state is one`,
  'unknown: a site, node or storage does not answer, or something needed for the answer is denied or missing',
  `warning: a storage is ${percent(fullness.warn)} full, a task failed in the last ${failedTaskFor / 3_600_000} h, the endpoint's certificate runs out in less than ${certificateDays} d`,
];

/**
 * How is the homelab? Pure: only what the inventories say, at `now` (ms). A source that failed is unknown even while its
 * last data is still there, because that data is old.
 */
export function assess(sites: readonly SiteInventory[], now: number): Health {
  const findings = worstFirst(sites.flatMap((site) => siteFindings(site, now)));
  return { level: findings[0]?.level ?? (sites.length === 0 ? 'unknown' : 'ok'), findings };
}

/** 0 is the worst. */
export function severityRank(level: HealthLevel): number {
  return healthLevels.length - 1 - healthLevels.indexOf(level);
}

export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => severityRank(a.level) - severityRank(b.level));
}

/** What is not well in one site, at `now` (ms), in no order of levels. Each id comes once. */
export function siteFindings(inventory: SiteInventory, now: number): Finding[] {
  const { site, resources, cluster } = inventory;
  const findings = [...sourceFindings(inventory), ...hiddenParts(inventory)];
  if (cluster.data?.quorate === false) {
    findings.push({
      id: `${site}/quorum`,
      level: 'critical',
      what: say`the cluster has no quorum`,
      where: siteLabel(site),
      site,
    });
  }
  if (resources.data) findings.push(...resourceFindings(resources.data, site));
  findings.push(...recentlyFailed(inventory, now).map(taskFinding));
  findings.push(...endpointCertificate(inventory, now));
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}

/** The certificate of the endpoint in use: a pinned one goes on working after its end, and nobody would notice. */
function endpointCertificate({ site, connection }: SiteInventory, now: number): Finding[] {
  const { notAfter, endpoint } = connection;
  if (notAfter === undefined) return [];
  const days = Math.floor((notAfter - now) / 86_400_000);
  if (days >= certificateDays) return [];
  const what =
    days < 0
      ? say`the certificate ran out ${-days} d ago`
      : say`the certificate runs out in ${days} d`;
  const where = endpoint ?? siteLabel(site);
  return [{ id: `${site}/certificate`, level: 'warning', what, where, site }];
}

function siteLabel(site: SiteId): SafeText {
  return say`site ${sanitise(site)}`;
}

/** Sources that failed or have not answered. */
function sourceFindings(inventory: SiteInventory): Finding[] {
  const { site, resources, cluster, tasks } = inventory;
  const findings: Finding[] = [];
  const missing = (name: string, source: Sourced<unknown>, words: SafeText) => {
    if (!source.failure && source.data !== undefined) return;
    findings.push({
      id: `${site}/source/${name}`,
      level: 'unknown',
      what: say`${words} ${state(source)}: ${reason(source.failure)}`,
      where: siteLabel(site),
      site,
      ...(source.fetchedAt === undefined ? {} : { since: source.fetchedAt }),
      ...(source.failure ? {} : { pending: true }),
    });
  };
  missing('resources', resources, say`nodes, guests and storages are`);
  // One cause, one line: a site that does not answer at all is not told three times.
  const told = ({ failure }: Sourced<unknown>) =>
    resources.failure !== undefined &&
    (resources.data === undefined || failure?.kind === resources.failure.kind);
  if (!told(cluster)) missing('cluster', cluster, say`quorum is`);
  if (!told(tasks)) missing('tasks', tasks, say`recent tasks are`);
  return findings;
}

function state(source: Sourced<unknown>): SafeText {
  return source.data === undefined ? say`not known` : say`the last known`;
}

function reason(failure: Failure | undefined): SafeText {
  return failure ? describeFailure(failure) : say`no answer yet`;
}

const hiding: readonly (readonly [PrivilegeNeed, SafeText])[] = [
  [{ path: '/nodes', anyOf: ['Sys.Audit'] }, say`nodes`],
  [{ path: '/', anyOf: ['Sys.Audit'] }, say`tasks of others`],
  [{ path: '/vms', anyOf: ['VM.Audit'] }, say`guests`],
  [seeStorages, say`storages`],
];

/** Proxmox leaves out what the user may not see and says nothing, so an empty list proves nothing without the privilege. */
function hiddenParts({ site, resources, permissions }: SiteInventory): readonly Finding[] {
  if (resources.data === undefined) return [];
  const base = { level: 'unknown', where: siteLabel(site), site } as const;
  if (permissions.data === undefined) {
    const what = say`what may be seen is not known: ${reason(permissions.failure)}`;
    const pending = permissions.failure ? {} : { pending: true };
    return [{ ...base, id: `${site}/source/permissions`, what, ...pending }];
  }
  return hiding
    .filter(([need]) => holds(permissions.data, need) === false)
    .map(([need, what]) => ({
      ...base,
      id: `${site}/hidden/${what}`,
      what: say`${what} may be hidden: ${sanitise(need.anyOf[0])} on ${sanitise(need.path)} is missing`,
    }));
}

/**
 * Tasks that failed, or ended nobody knows how, in the last 24 h before `now` (ms). They are dated by the server, so its
 * clock decides what the last 24 h are.
 */
export function recentlyFailed(inventory: SiteInventory, now: number): Task[] {
  const since = (now + (inventory.connection.skew ?? 0) - failedTaskFor) / 1000;
  return (inventory.tasks.data ?? []).filter(
    ({ outcome, endtime, starttime }) =>
      (outcome === 'error' || outcome === 'unknown') && (endtime ?? starttime) >= since,
  );
}

function taskFinding(task: Task): Finding {
  const target = `${task.site}/${task.upid}`;
  return {
    id: target,
    level: 'warning',
    what:
      task.outcome === 'unknown'
        ? say`task ${task.type} ended without a result`
        : say`task ${task.type} failed: ${task.status ?? say`no reason told`}`,
    where: task.id === '' ? say`node ${task.node}` : say`${task.id} on ${task.node}`,
    site: task.site,
    target,
    view: 'tasks',
    since: (task.endtime ?? task.starttime) * 1000,
  };
}
