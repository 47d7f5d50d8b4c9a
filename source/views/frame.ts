import { joinLines, segment, textLine } from '../components/compose.ts';
import type { Line } from '../components/line.ts';
import type { Piece } from '../components/pieces.ts';
import { age } from '../domain/format.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { clockSkew } from '../domain/server-time.ts';
import { figuresOf } from './overview/figures.ts';
import { cpuWords, memWords, nodesWords, quorumWords } from './overview/lines.ts';

export interface FrameFacts {
  readonly sites: readonly SiteInventory[];
  /** The place, outermost first: view, object, tab. */
  readonly crumbs: readonly SafeText[];
  readonly now: number;
  readonly readOnly: boolean;
  /** Problems worth a look (the overview's rows). */
  readonly alerts: number;
}

function quorumLine(sites: readonly SiteInventory[]): Line {
  const words = sites.flatMap((site) => quorumWords(site) ?? []);
  const worst =
    words.find(({ tone }) => tone === 'bad') ?? words.find(({ tone }) => tone === 'warn');
  const shown = worst ?? words[0];
  return shown ? [shown] : [];
}

/** Data older than this are marked with their age: three missed polls. Younger ones are live, and nothing ticks. */
export const staleAfter = 35_000;
/** ms a server's clock may differ without a word; SPICE passwords live for 30 s of the server's time. */
const worthAWord = 30_000;
/** A slower connection than this is worth a word. */
const slow = 300;

/** Failure kinds in the header's few words. */
const failing: Readonly<Record<string, SafeText>> = {
  unreachable: say`does not answer`,
  unauthenticated: say`login refused`,
  denied: say`access denied`,
  timeout: say`no answer in time`,
  'bad-answer': say`bad answer`,
  'tls-changed': say`CERTIFICATE CHANGED`,
  'tls-untrusted': say`certificate not trusted`,
};

/** Sites that fail or whose data are old, with the age; nothing while all is live. */
function agePieces({ sites, now }: FrameFacts): Piece[] {
  return sites.flatMap(({ site, resources }): Piece[] => {
    const { failure, fetchedAt } = resources;
    const name = sanitise(site);
    const old = fetchedAt === undefined ? undefined : now - fetchedAt;
    if (failure) {
      const words = failing[failure.kind] ?? sanitise(failure.kind);
      const since = old === undefined ? say`` : say`, data ${age(old)} old`;
      return [{ line: textLine(say`✗ ${name}: ${words}${since}`, 'bad'), priority: 0 }];
    }
    if (old === undefined) return [{ line: textLine(say`not read yet`, 'dim'), priority: 1 }];
    if (old <= staleAfter) return [];
    return [{ line: textLine(say`${name}: ${age(old)} old`, 'warn'), priority: 0 }];
  });
}

/** The server's clock, where it differs by more than half a minute from ours: `clock +10 min`. */
function skewLine(skew: number): Line {
  if (Math.abs(skew) <= worthAWord) return [];
  return textLine(skew < 0 ? say`clock -${age(-skew)}` : say`clock +${age(skew)}`, 'warn');
}

/** What the header says of the connections; one site in full, several by what is wrong with them. */
function connectionPieces({ sites }: FrameFacts): Piece[] {
  const only = sites.length === 1 ? sites[0] : undefined;
  if (!only) return [];
  const { identity, trust, latency, failover, endpoint } = only.connection;
  const other = failover && endpoint ? sanitise(endpoint.replace(/^https:\/\//, '')) : undefined;
  const rounded = latency === undefined ? 0 : Math.round(latency / 100) * 100;
  return [
    { line: other ? textLine(say`via ${other}`, 'warn') : [], priority: 3 },
    { line: identity ? textLine(identity, 'dim') : [], priority: 6 },
    {
      line: trust === 'unknown' ? [] : textLine(say`${sanitise(trust)} ✓`, 'dim'),
      priority: 7,
    },
    { line: rounded < slow ? [] : textLine(say`${rounded} ms`, 'warn'), priority: 8 },
    { line: skewLine(clockSkew(only.connection)), priority: 5 },
  ];
}

/** The header's parts for `headerLine`: the place and the figures left, the connection right. */
export function framePieces(facts: FrameFacts): {
  readonly left: Piece[];
  readonly right: Piece[];
} {
  const { sites, crumbs, alerts, readOnly } = facts;
  const only = sites.length === 1 ? sites[0] : undefined;
  const many = sites.length === 0 ? say`connecting` : say`${sites.length} sites`;
  const place = only ? (only.site as string as SafeText) : many;
  const figures = figuresOf(sites);
  const arrow = segment(say` ▸ `, 'dim');
  const trail = [place, ...crumbs].map((text) => textLine(text));
  return {
    left: [
      { line: joinLines(trail, arrow), priority: 0 },
      { line: [nodesWords(figures)], priority: 1 },
      { line: quorumLine(sites), priority: 2 },
      { line: [cpuWords(figures)], priority: 4 },
      { line: [memWords(figures)], priority: 5 },
      {
        line: alerts > 0 ? textLine(say`⚠ ${alerts} to look at`, 'warn') : [],
        priority: 3,
      },
    ],
    right: [
      ...connectionPieces(facts),
      ...agePieces(facts),
      {
        line: readOnly ? [{ text: say`RO read-only`, tone: 'warn', bold: true }] : [],
        priority: 0,
      },
    ],
  };
}
