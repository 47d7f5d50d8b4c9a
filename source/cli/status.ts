import { assess, type Finding, type Health, type HealthLevel } from '../domain/health.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { fetchAll, startDeadline } from './inventory.ts';
import { withSession } from './session.ts';

const DEFAULT_TIMEOUT = 10_000;

export function statusExitCode(level: HealthLevel): number {
  return exitCodes[level];
}

/** Counts of one site; null = not known. */
export interface SiteCounts {
  readonly site: string;
  readonly version: string | null;
  readonly endpoint: string | null;
  readonly quorate: boolean | null;
  readonly nodes: { readonly online: number; readonly total: number } | null;
  readonly guests: { readonly running: number; readonly total: number } | null;
  readonly storages: number | null;
}

export function siteCounts(inventory: SiteInventory): SiteCounts {
  const { resources, cluster, version, connection } = inventory;
  const data = resources.failure ? undefined : resources.data;
  const guests = data?.guests.filter((guest) => guest.template !== true);
  return {
    site: inventory.site,
    version: version.data?.version ?? null,
    endpoint: connection.endpoint ?? null,
    quorate: cluster.data?.quorate ?? null,
    nodes: data
      ? {
          online: data.nodes.filter((node) => node.status === 'online').length,
          total: data.nodes.length,
        }
      : null,
    guests: guests
      ? {
          running: guests.filter((guest) => guest.status === 'running').length,
          total: guests.length,
        }
      : null,
    storages: data ? data.storages.length : null,
  };
}

/** The machine's answer: keys are a stable interface. */
export function statusJson(health: Health, sites: readonly SiteInventory[], now: number) {
  return {
    level: health.level,
    exitCode: statusExitCode(health.level),
    checkedAt: new Date(now).toISOString(),
    sites: sites.map(siteCounts),
    findings: health.findings.map((finding) => ({
      level: finding.level,
      site: finding.site,
      where: finding.where,
      what: finding.what,
      target: finding.target ?? null,
    })),
  };
}

function sum(counts: readonly ({ readonly [key: string]: number } | null)[], key: string): string {
  if (counts.some((each) => each === null)) return '?';
  return String(counts.reduce((total, each) => total + (each?.[key] ?? 0), 0));
}

/** One line: `critical · 2/3 nodes online · 17/20 guests running · 1 critical, 2 warning`. */
export function statusLine(health: Health, sites: readonly SiteInventory[]): string {
  const counts = sites.map(siteCounts);
  const nodes = counts.map((each) => each.nodes);
  const guests = counts.map((each) => each.guests);
  const levels = (['critical', 'unknown', 'warning'] as const)
    .map((level) => [health.findings.filter((each) => each.level === level).length, level] as const)
    .filter(([count]) => count > 0)
    .map(([count, level]) => `${count} ${level}`);
  return [
    health.level,
    `${sum(nodes, 'online')}/${sum(nodes, 'total')} nodes online`,
    `${sum(guests, 'running')}/${sum(guests, 'total')} guests running`,
    ...(levels.length > 0 ? [levels.join(', ')] : []),
  ].join(' · ');
}

const SHOWN = 50;

/** The lines for a person; the site is named when there are several. */
export function findingLines(findings: readonly Finding[], several: boolean): string[] {
  const lines = findings.slice(0, SHOWN).map(({ level, site, where, what }) => {
    const prefix = several && where !== `site ${site}` ? `${site} · ` : '';
    return `${level.padEnd(8)}  ${prefix}${where}: ${what}`;
  });
  const more = findings.length - SHOWN;
  return more > 0 ? [...lines, `and ${more} more; --json lists all`] : lines;
}

/** `status`: one look at everything, within `--timeout`. */
export function runStatus(context: CommandContext): Promise<number> {
  const { global, values, host, output } = context;
  return withSession(context, true, async ({ services }) => {
    const deadline = startDeadline(global.timeout ?? DEFAULT_TIMEOUT, host.interrupted());
    const sites = await fetchAll(
      services.sites,
      ['resources', 'cluster', 'tasks', 'permissions', 'version'],
      deadline,
      host.now,
    );
    deadline.end();
    const health = assess(sites, host.now());
    if (global.json) output.json(statusJson(health, sites, host.now()));
    else {
      output.out(statusLine(health, sites));
      if (values.brief !== true) {
        for (const line of findingLines(health.findings, sites.length > 1)) output.out(line);
      }
    }
    return statusExitCode(health.level);
  });
}
