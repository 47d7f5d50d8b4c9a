import { textLine, wrapped } from '../../components/compose.ts';
import type { Line, Tone } from '../../components/line.ts';
import { type DetailRequest, detailOf } from '../../domain/detail.ts';
import {
  type FirewallOptions,
  firewallDefaults,
  firewallFlag,
  firewallOption,
} from '../../domain/firewall.ts';
import { firewallLogWords } from '../../domain/firewall-log.ts';
import {
  type FirewallActivity,
  firewallActivity,
  type Known,
} from '../../domain/firewall-state.ts';
import { type Guest, guestKey } from '../../domain/guest.ts';
import { type GuestNic, nicsOf } from '../../domain/guest-config.ts';
import type { ConfigEntry } from '../../domain/guest-detail.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Sourced } from '../../domain/sourced.ts';
import { detailNotes } from '../freshness.ts';
import type { DetailTab, TabLog, ViewContext } from '../types.ts';
import { nameTable } from './firewall-names.ts';
import { ruleTable } from './firewall-rules.ts';

/** What was read, or the reason why not, in a few words. */
function known<T>(source: Sourced<T>): Known<T> {
  if (source.data !== undefined) return { value: source.data };
  return { unknown: source.failure ? source.failure.what : say`not read yet` };
}

/** The network devices it runs with; what waits for the next start is not true yet. */
function nicsNow(
  guest: Guest,
  source: Sourced<readonly ConfigEntry[]>,
): Known<readonly GuestNic[]> {
  const read = known(source);
  if ('unknown' in read) return read;
  const running = read.value.flatMap(({ key, value }) =>
    value === undefined ? [] : [[key, value]],
  );
  return { value: nicsOf({ entries: Object.fromEntries(running) }, guest.type) };
}

const glyphs: Readonly<Record<FirewallActivity['state'], readonly [SafeText, Tone]>> = {
  on: [say`✓`, 'good'],
  part: [say`⚠`, 'warn'],
  off: [say`⚠`, 'warn'],
  unknown: [say`?`, 'warn'],
};

/** Whether the rules do anything, with every reason. */
function activityLines(guest: Guest, context: ViewContext): Line[] {
  const key = guestKey(guest);
  const { state, lines } = firewallActivity({
    cluster: known(detailOf(context.details, 'firewall.cluster', guest.site)),
    guest: known(detailOf(context.details, 'firewall.options', key)),
    nics: nicsNow(guest, detailOf(context.details, 'guest.pending', key)),
  });
  const [glyph, tone] = glyphs[state];
  const [first = say``, ...rest] = lines;
  return [
    ...wrapped(say`${glyph} ${first}`, context.width, tone),
    ...rest.flatMap((line) => wrapped(line, context.width, tone, 2)),
  ];
}

const switches: readonly (readonly [string, SafeText])[] = [
  ['dhcp', say`DHCP`],
  ['ndp', say`NDP`],
  ['radv', say`RA`],
  ['macfilter', say`MAC filter`],
  ['ipfilter', say`IP filter`],
];

/** `in DROP · out ACCEPT · DHCP on · …`: what holds where no rule decides. */
function policyLines(options: FirewallOptions, width: number): Line[] {
  const told = (name: string) => sanitise(firewallOption(options, name));
  const level = (name: string) =>
    firewallOption(options, name) === firewallDefaults[name] ? say`` : say`, logged ${told(name)}`;
  const parts = [
    say`Otherwise in ${told('policy_in')}${level('log_level_in')}`,
    say`out ${told('policy_out')}${level('log_level_out')}`,
    ...switches.map(([name, label]) =>
      firewallFlag(options, name) ? say`${label} on` : say`${label} off`,
    ),
  ];
  return wrapped(joinSafe(parts, ' · '), width, 'dim');
}

/** Lines above the rules: are they active at all, and what holds where none decides. */
export function firewallNotes(guest: Guest, context: ViewContext): readonly Line[] {
  const key = guestKey(guest);
  const rules = detailOf(context.details, 'firewall.rules', key);
  const options = detailOf(context.details, 'firewall.options', key);
  return [
    ...detailNotes(rules, context),
    ...activityLines(guest, context),
    ...(options.data ? policyLines(options.data, context.width) : []),
  ];
}

const of = (kind: DetailRequest['kind']) => (guest: Guest) => ({ kind, subject: guestKey(guest) });

function ruleSources(guest: Guest): readonly DetailRequest[] {
  return [
    of('firewall.rules')(guest),
    of('firewall.options')(guest),
    of('guest.pending')(guest),
    { kind: 'firewall.cluster', subject: guest.site },
  ];
}

function logBody(guest: Guest, context: ViewContext): TabLog {
  const source = detailOf(context.details, 'firewall.log', guestKey(guest));
  const options = detailOf(context.details, 'firewall.options', guestKey(guest)).data;
  const silent =
    options &&
    ['log_level_in', 'log_level_out'].every((name) => firewallOption(options, name) === 'nolog');
  return {
    kind: 'log',
    lines: (source.data?.lines ?? []).map(firewallLogWords),
    notes: [
      ...detailNotes(source, context),
      ...(source.data?.lines.length === 0 ? [textLine(say`no lines of this guest`, 'dim')] : []),
      ...(silent
        ? wrapped(
            say`Its policies log nothing (F, options); rules log at their own level.`,
            context.width,
            'dim',
          )
        : []),
    ],
  };
}

/** The firewall of a guest: its rules, the names they use, and what was logged. */
export const firewallTabs: readonly DetailTab<Guest>[] = [
  {
    id: 'firewall',
    title: say`Firewall`,
    sources: ruleSources,
    body: (guest, context) => ruleTable(guest, context, firewallNotes(guest, context)),
  },
  {
    id: 'firewall-names',
    title: say`Aliases`,
    sources: (guest) => [of('firewall.names')(guest)],
    body: nameTable,
  },
  {
    id: 'firewall-log',
    title: say`Firewall log`,
    sources: (guest) => [of('firewall.log')(guest), of('firewall.options')(guest)],
    body: logBody,
  },
];
