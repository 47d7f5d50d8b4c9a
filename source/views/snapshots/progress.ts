import { textLine, wrapped } from '../../components/compose.ts';
import type { Line } from '../../components/line.ts';
import { type DetailMap, detailOf } from '../../domain/detail.ts';
import { age, count } from '../../domain/format.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { joinSafe, type SafeText, say } from '../../domain/safe-text.ts';
import type { SnapshotSurvey, SurveyedGuest } from '../../domain/snapshot.ts';
import { failureLines, listEmpty } from '../freshness.ts';
import type { ViewContext } from '../types.ts';

/** Groups of failures that are told; the rest is counted. */
const mostGroups = 3;
/** Guests named in one group. */
const mostNamed = 5;

/** Is a site's part still being read, so that more may come? */
export function surveyRunning(sites: readonly SiteInventory[], details: DetailMap): boolean {
  return sites.some(({ site }) => {
    const { data, fetching } = detailOf(details, 'site.snapshots', site);
    return fetching && (data === undefined || data.read < data.of);
  });
}

function readWords({ guests }: SnapshotSurvey, now: number): SafeText {
  const times = guests.flatMap(({ readAt }) => (readAt === undefined ? [] : [readAt]));
  if (times.length === 0) return say``;
  const newest = times.reduce((a, b) => Math.max(a, b));
  const oldest = times.reduce((a, b) => Math.min(a, b));
  const [first, last] = [age(now - newest), age(now - oldest)];
  return first === last ? say`, ${first} ago` : say`, ${first} to ${last} ago`;
}

function progressLine(name: SafeText, data: SnapshotSurvey, fetching: boolean, now: number): Line {
  const { read, of } = data;
  if (read >= of) {
    return textLine(say`${name}${count(of, 'guest')} read${readWords(data, now)}`, 'dim');
  }
  return fetching
    ? textLine(say`⟳ ${name}${read} of ${count(of, 'guest')} read · esc stops`, 'info')
    : textLine(say`⚠ ${name}stopped: ${read} of ${count(of, 'guest')} read · r reads on`, 'warn');
}

/** Guests that could not be read, grouped by why. */
function failureNotes(guests: readonly SurveyedGuest[], name: SafeText, width: number): Line[] {
  const groups = new Map<string, SurveyedGuest[]>();
  for (const each of guests) {
    if (!each.failure) continue;
    const { what, detail } = each.failure;
    const why = detail ? `${what}: ${detail}` : what;
    groups.set(why, [...(groups.get(why) ?? []), each]);
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const lines = sorted.slice(0, mostGroups).flatMap(([why, some]) => {
    const named = some.slice(0, mostNamed).map(({ guest }) => say`${guest.vmid}`);
    const more = some.length > mostNamed ? say` …` : say``;
    const who = say`${name}${count(some.length, 'guest')} not read (${joinSafe(named, ', ')}${more})`;
    return wrapped(say`⚠ ${who}: ${why as SafeText}`, width, 'warn');
  });
  const rest = sorted.slice(mostGroups).reduce((sum, [, some]) => sum + some.length, 0);
  return rest === 0
    ? lines
    : [...lines, textLine(say`⚠ ${count(rest, 'more guest')} not read`, 'warn')];
}

/** Above the list: how far the reading came, how old it is, and what could not be read. */
export function surveyNotes(context: ViewContext): Line[] {
  const { sites, details, now, width } = context;
  return sites.flatMap(({ site }) => {
    const { data, failure, fetching } = detailOf(details, 'site.snapshots', site);
    const name = sites.length > 1 ? say`${site as string as SafeText}: ` : say``;
    if (!data) return failure ? failureLines(failure, width) : [];
    return [progressLine(name, data, fetching, now), ...failureNotes(data.guests, name, width)];
  });
}

/** In an empty list: not read yet, stopped, or really none. */
export function surveyEmpty(
  sites: readonly SiteInventory[],
  now: number,
  details: DetailMap = {},
): Line[] {
  const unread = sites.filter(({ resources }) => resources.data === undefined);
  if (sites.length === 0 || unread.length > 0) {
    return listEmpty('resources', sites, now, say`no guests listed`);
  }
  return sites.flatMap(({ site }): Line[] => {
    const { data, fetching } = detailOf(details, 'site.snapshots', site);
    const name = site as string as SafeText;
    if (!data || data.read < data.of) {
      return [textLine(fetching ? say`${name}: reading` : say`${name}: not read`, 'dim')];
    }
    const failed = data.guests.filter(({ failure }) => failure).length;
    return [
      failed > 0
        ? textLine(say`${name}: none known; ${count(failed, 'guest')} could not be read`, 'warn')
        : textLine(say`${name}: no guest has a snapshot`, 'dim'),
    ];
  });
}
