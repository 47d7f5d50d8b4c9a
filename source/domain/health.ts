import { describeFailure, type Failure } from './failure.ts';
import { percent } from './format.ts';
import { guestKey } from './guest.ts';
import type { Resources, SiteInventory } from './inventory.ts';
import { nodeKey } from './node.ts';
import { holds, type PrivilegeNeed } from './permission.ts';
import { type SafeText, sanitise, say } from './safe-text.ts';
import type { SiteId } from './site.ts';
import type { Sourced } from './sourced.ts';
import { type Storage, storageKey } from './storage.ts';

/** From best to worst. Unknown is worse than a warning: what did not answer may hide something critical. */
export const healthLevels = ['ok', 'warning', 'unknown', 'critical'] as const;
export type HealthLevel = (typeof healthLevels)[number];

/** One thing that is not well. */
export interface Finding {
  readonly level: Exclude<HealthLevel, 'ok'>;
  readonly what: SafeText;
  /** `site home`, `guest 101 web01`, `node pve1` … */
  readonly where: SafeText;
  readonly site: SiteId;
  /** Key of the object (guest, node, storage) or `site/UPID:…`. */
  readonly target?: string;
}

export interface Health {
  readonly level: HealthLevel;
  /** Worst first. */
  readonly findings: readonly Finding[];
}

/** The rules in words, for help pages. */
export const healthRules: readonly string[] = [
  'critical: a node is offline, the cluster has no quorum, a storage is 95 % full, a guest stopped on an I/O error',
  'unknown: a site does not answer, or something needed for the answer is denied or missing',
  'warning: a storage is 85 % full, a task failed in the last 24 h',
];

const WARNING_FULL = 0.85;
const CRITICAL_FULL = 0.95;
const DAY = 86_400_000;
/** Storage plugins that have no capacity of their own to tell. */
const WITHOUT_CAPACITY = ['iscsi', 'iscsidirect', 'esxi', 'zfs'];

/**
 * How is the homelab? Pure: only what the inventories say, at `now` (ms). A source that failed is unknown even while its
 * last data is still there, because that data is old.
 */
export function assess(sites: readonly SiteInventory[], now: number): Health {
  const findings = sites.flatMap((site) => siteFindings(site, now));
  findings.sort((a, b) => rank(b.level) - rank(a.level));
  return { level: findings[0]?.level ?? (sites.length === 0 ? 'unknown' : 'ok'), findings };
}

function rank(level: HealthLevel): number {
  return healthLevels.indexOf(level);
}

function siteFindings(inventory: SiteInventory, now: number): Finding[] {
  const { site, resources, cluster, tasks } = inventory;
  const where = say`site ${sanitise(site)}`;
  const unknown = (what: SafeText): Finding => ({ level: 'unknown', what, where, site });
  const findings: Finding[] = [];
  const missing = (source: Sourced<unknown>, what: SafeText) => {
    if (source.failure || source.data === undefined) {
      findings.push(unknown(say`${what}: ${reason(source.failure)}`));
    }
  };
  missing(resources, say`nodes, guests and storages are not known`);
  // One cause, one line: a site that does not answer at all is not told three times.
  if (resources.data !== undefined || !resources.failure) {
    missing(cluster, say`quorum is not known`);
    missing(tasks, say`recent tasks are not known`);
  }
  findings.push(...hiddenParts(inventory, unknown));
  if (cluster.data?.quorate === false) {
    findings.push({ level: 'critical', what: say`the cluster has no quorum`, where, site });
  }
  if (resources.data) findings.push(...resourceFindings(resources.data, site));
  findings.push(...taskFindings(inventory, now));
  return findings;
}

function reason(failure: Failure | undefined): SafeText {
  return failure ? describeFailure(failure) : say`no answer yet`;
}

/** Proxmox leaves out what the user may not see and says nothing, so an empty list proves nothing without the privilege. */
function hiddenParts(
  inventory: SiteInventory,
  unknown: (what: SafeText) => Finding,
): readonly Finding[] {
  const { permissions } = inventory;
  if (inventory.resources.data === undefined) return [];
  if (permissions.data === undefined) {
    return [unknown(say`what may be seen is not known: ${reason(permissions.failure)}`)];
  }
  const needs: readonly (readonly [PrivilegeNeed, SafeText])[] = [
    [{ path: '/nodes', anyOf: ['Sys.Audit'] }, say`nodes`],
    [{ path: '/', anyOf: ['Sys.Audit'] }, say`tasks of others`],
    [{ path: '/vms', anyOf: ['VM.Audit'] }, say`guests`],
    [
      {
        path: '/storage',
        anyOf: ['Datastore.Audit', 'Datastore.Allocate', 'Datastore.AllocateSpace'],
      },
      say`storages`,
    ],
  ];
  return needs
    .filter(([need]) => holds(permissions.data, need) === false)
    .map(([need, what]) =>
      unknown(
        say`${what} may be hidden: ${sanitise(need.anyOf[0])} on ${sanitise(need.path)} is missing`,
      ),
    );
}

function resourceFindings(resources: Resources, site: SiteId): Finding[] {
  const findings: Finding[] = [];
  const silent = new Set<string>();
  if (resources.nodes.length === 0) {
    findings.push({
      level: 'unknown',
      what: say`no node was told`,
      where: say`site ${sanitise(site)}`,
      site,
    });
  }
  for (const node of resources.nodes) {
    if (node.status === 'online') continue;
    silent.add(node.node);
    const level = node.status === 'offline' ? 'critical' : 'unknown';
    const what = say`node is ${node.status}`;
    findings.push({ level, what, where: say`node ${node.node}`, site, target: nodeKey(node) });
  }
  for (const guest of resources.guests) {
    const where = guest.name ? say`guest ${guest.vmid} ${guest.name}` : say`guest ${guest.vmid}`;
    const at = { where, site, target: guestKey(guest) };
    if (guest.status === 'io-error' || guest.status === 'internal-error') {
      findings.push({ level: 'critical', what: say`guest stands still: ${guest.status}`, ...at });
    } else if (guest.status === 'unknown' && !silent.has(guest.node)) {
      findings.push({ level: 'unknown', what: say`guest's state is not known`, ...at });
    }
  }
  return [...findings, ...storageFindings(resources.storages, silent)];
}

/** A shared storage has a row for each node and is told once. */
function storageFindings(storages: readonly Storage[], silent: ReadonlySet<string>): Finding[] {
  const found = new Map<string, Finding>();
  for (const storage of storages) {
    const finding = silent.has(storage.node) ? undefined : storageFinding(storage);
    const key = storage.shared ? `${storage.site}/${storage.storage}` : storageKey(storage);
    const known = found.get(key);
    if (finding && (!known || rank(finding.level) > rank(known.level))) found.set(key, finding);
  }
  return [...found.values()];
}

function storageFinding(storage: Storage): Finding | undefined {
  const { site, disk, maxdisk } = storage;
  const where = storage.shared
    ? say`storage ${storage.storage}`
    : say`storage ${storage.storage} on ${storage.node}`;
  const at = { where, site, target: storageKey(storage) };
  if (storage.status !== 'available') {
    return { level: 'unknown', what: say`storage is ${storage.status}`, ...at };
  }
  if (disk === undefined || maxdisk === undefined || !(maxdisk > 0)) {
    if (maxdisk === 0 || WITHOUT_CAPACITY.includes(storage.plugintype ?? '')) return undefined;
    return { level: 'unknown', what: say`how full it is was not told`, ...at };
  }
  const full = disk / maxdisk;
  if (full < WARNING_FULL) return undefined;
  const level = full >= CRITICAL_FULL ? 'critical' : 'warning';
  return { level, what: say`storage is ${percent(full)} full`, ...at };
}

/** Tasks are dated by the server, so its clock decides what the last 24 h are. */
function taskFindings(inventory: SiteInventory, now: number): Finding[] {
  const since = (now + (inventory.connection.skew ?? 0) - DAY) / 1000;
  return (inventory.tasks.data ?? [])
    .filter(
      (task) =>
        (task.outcome === 'error' || task.outcome === 'unknown') &&
        (task.endtime ?? task.starttime) >= since,
    )
    .map((task) => ({
      level: 'warning',
      what:
        task.outcome === 'unknown'
          ? say`task ${task.type} ended without a result`
          : say`task ${task.type} failed: ${task.status ?? say`no reason told`}`,
      where: task.id === '' ? say`node ${task.node}` : say`${task.id} on ${task.node}`,
      site: task.site,
      target: `${task.site}/${task.upid}`,
    }));
}
