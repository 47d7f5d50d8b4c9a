import { toneOfFraction } from '../../components/bar.ts';
import { flowLines, joinLines, segment, textLine } from '../../components/compose.ts';
import type { Line, Segment, Tone } from '../../components/line.ts';
import { detailOf } from '../../domain/detail.ts';
import { age, count, fractionOf, percent } from '../../domain/format.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { fullness } from '../../domain/limits.ts';
import { nodeKey } from '../../domain/node.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import type { ViewContext } from '../types.ts';
import { type Figures, figuresOf } from './figures.ts';

const dot: Segment = segment(say` · `, 'dim');

/** `quorate`, `NO QUORUM`, nothing for a node on its own, `quorum ?` while unknown. */
export function quorumWords(site: SiteInventory): Segment | undefined {
  if (site.cluster.data === undefined) return segment(say`quorum ?`, 'warn');
  const { quorate } = site.cluster.data;
  if (quorate === undefined) return undefined;
  return quorate ? segment(say`quorate`) : segment(say`✗ no quorum`, 'bad');
}

export function nodesWords({ nodes }: Figures): Segment {
  const tone: Tone = nodes.total === 0 ? 'warn' : nodes.online < nodes.total ? 'bad' : 'plain';
  if (nodes.total === 0) return segment(say`nodes ?`, tone);
  const sign = nodes.online < nodes.total ? say`✗ ` : say``;
  return segment(say`${sign}${nodes.online}/${nodes.total} nodes`, tone);
}

export function cpuWords({ cpu, silent }: Figures): Segment {
  const partly = cpu !== undefined && silent.length > 0 ? say` of those that answer` : say``;
  return segment(say`cpu ${percent(cpu)}${partly}`, toneOfFraction(cpu, fullness));
}

export function memWords({ mem }: Figures): Segment {
  const fraction = fractionOf(mem?.used, mem?.total);
  return segment(say`mem ${percent(fraction)}`, toneOfFraction(fraction, fullness));
}

function guestWords({ guests }: Figures): Line {
  return joinLines(
    [
      textLine(say`${guests.running} of ${count(guests.total, 'guest')} running`),
      textLine(say`${guests.stopped} stopped`),
      guests.unknown > 0 ? textLine(say`? ${guests.unknown} unknown`, 'warn') : [],
      guests.sick > 0 ? textLine(say`✗ ${guests.sick} sick`, 'bad') : [],
    ],
    dot,
  );
}

function storageWords({ storages }: Figures): Line {
  return joinLines(
    [
      textLine(count(storages.total, 'storage')),
      storages.full > 0 ? textLine(say`⚠ ${storages.full} nearly full`, 'warn') : [],
      storages.unknown > 0 ? textLine(say`? ${storages.unknown} unknown`, 'warn') : [],
    ],
    dot,
  );
}

function taskWords({ tasks }: Figures): Line {
  if (!tasks) return textLine(say`tasks ?`, 'warn');
  const failed = say`${tasks.failed} failed in 24 h`;
  return joinLines(
    [
      textLine(say`${count(tasks.running, 'task')} running`),
      tasks.failed > 0 ? textLine(say`✗ ${failed}`, 'bad') : textLine(failed),
    ],
    dot,
  );
}

function connectionWords(site: SiteInventory, now: number): Line {
  const { connection, resources, version } = site;
  const read =
    resources.fetchedAt === undefined
      ? say`not read yet`
      : say`read ${age(now - resources.fetchedAt)} ago`;
  const state = resources.failure
    ? segment(say`✗ not connected`, 'bad')
    : resources.data === undefined
      ? segment(say`◌ connecting`, 'info')
      : segment(say`● connected`, 'good');
  return joinLines(
    [
      [state],
      textLine(read, resources.failure ? 'stale' : 'plain'),
      version.data ? textLine(say`PVE ${version.data.version}`) : [],
      connection.latency === undefined ? [] : textLine(say`${Math.round(connection.latency)} ms`),
      connection.identity ? textLine(connection.identity) : [],
    ],
    dot,
  );
}

/** One site in full, broken between facts where the width asks for it. */
function siteLines(site: SiteInventory, context: ViewContext): Line[] {
  const name: Segment = { text: site.site as string as SafeText, tone: 'heading' };
  const indent = segment(say`  `);
  const head: Line = [name, indent, ...connectionWords(site, context.now)];
  if (site.resources.data === undefined) return [head];
  const figures = figuresOf([site]);
  const silent =
    figures.silent.length > 0
      ? textLine(say`not in the sums: ${joinSafe(figures.silent, ', ')}`, 'warn')
      : [];
  const flow = (parts: readonly Line[]) => flowLines(parts, dot, context.width, indent);
  return [
    head,
    ...flow([...loadParts(site, figures), silent]),
    ...flow([guestWords(figures), storageWords(figures), taskWords(figures)]),
  ];
}

function loadParts(site: SiteInventory, figures: Figures): Line[] {
  const quorum = quorumWords(site);
  return [[nodesWords(figures)], quorum ? [quorum] : [], [cpuWords(figures)], [memWords(figures)]];
}

/** One site in one line, where there are many sites or few rows. */
function shortLine(site: SiteInventory, { now }: ViewContext): Line {
  const name: Segment = { text: site.site as string as SafeText, tone: 'heading' };
  const gap = segment(say`  `);
  if (site.resources.data === undefined) return [name, gap, ...connectionWords(site, now)];
  const figures = figuresOf([site]);
  return [name, gap, ...joinLines([...loadParts(site, figures), guestWords(figures)], dot)];
}

/** The health of every site, above the list of what needs the user, for which at least half of the rows are left. */
export function healthLines(context: ViewContext): Line[] {
  const { sites, height } = context;
  const room = Math.max(1, Math.floor(height / 2));
  const unread = unreadCertificates(context);
  const full = [
    ...sites.flatMap((site) => siteLines(site, context)),
    ...(unread.length > 0
      ? [textLine(say`  certificates not read: ${joinSafe(unread, ', ')}`, 'dim')]
      : []),
  ];
  if (full.length <= room) return full;
  const lines = sites.map((site) => shortLine(site, context));
  if (lines.length <= room) return lines;
  const hidden = lines.length - room + 1;
  return [...lines.slice(0, room - 1), textLine(say`… ${count(hidden, 'more site')}`, 'dim')];
}

/** What a verdict rests on. */
const sources = ['resources', 'cluster', 'tasks', 'permissions'] as const;

/** What an empty problem list may claim: everything that was read is fine, and what was not read. */
export function calmLines(sites: readonly SiteInventory[], now: number): Line[] {
  if (sites.length === 0) return [textLine(say`no site is configured`, 'warn')];
  const missing = sites.flatMap((site) =>
    sources
      .filter((name) => site[name].data === undefined)
      .map((name) => say`${site.site as string as SafeText} ${name as string as SafeText}`),
  );
  if (missing.length === sites.length * sources.length) return [textLine(say`loading`, 'dim')];
  const read = sites.flatMap(({ resources }) => resources.fetchedAt ?? []);
  const oldest = read.length === 0 ? undefined : now - Math.min(...read);
  const lines: Line[] = [
    textLine(say`✓ Nothing that was read needs you, as of ${age(oldest)} ago.`, 'good'),
  ];
  if (missing.length > 0) {
    lines.push(textLine(say`? Not known yet: ${joinSafe(missing, ', ')}`, 'warn'));
  }
  return lines;
}

/** Nodes whose certificates nobody has read. */
function unreadCertificates(context: ViewContext): SafeText[] {
  return context.sites.flatMap((site) =>
    (site.resources.data?.nodes ?? [])
      .filter((node) => !detailOf(context.details, 'node.certificates', nodeKey(node)).data)
      .map(({ node }) => node),
  );
}
