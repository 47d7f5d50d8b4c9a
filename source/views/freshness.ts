import { textLine, wrapped } from '../components/compose.ts';
import type { Line } from '../components/line.ts';
import { describeFailure, type Failure } from '../domain/failure.ts';
import { age } from '../domain/format.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { Sourced } from '../domain/sourced.ts';
import type { ViewContext } from './types.ts';

/** `read 4 s ago` */
export function readAge(source: Sourced<unknown>, now: number): SafeText {
  return source.fetchedAt === undefined
    ? say`not read yet`
    : say`read ${age(now - source.fetchedAt)} ago`;
}

/** A failure in full: what happened and where, what to do, and Proxmox's own words below. */
export function failureLines(failure: Failure, width: number): Line[] {
  const what = failure.where ? say`✗ ${failure.what} · ${failure.where}` : say`✗ ${failure.what}`;
  return [
    ...wrapped(what, width, 'bad'),
    ...(failure.next ? wrapped(failure.next, width, 'plain', 2) : []),
    ...(failure.detail ? wrapped(failure.detail, width, 'dim', 2) : []),
  ];
}

/** Lines above a detail: its age; or the failure with the age of what is still shown; or that it is being loaded. */
export function detailNotes(source: Sourced<unknown>, context: ViewContext): Line[] {
  if (source.failure) {
    const lines = failureLines(source.failure, context.width);
    if (source.data === undefined) return lines;
    return [...lines, textLine(say`  shown below: ${readAge(source, context.now)}`, 'stale')];
  }
  if (source.data === undefined) return [textLine(say`loading`, 'dim')];
  return [textLine(readAge(source, context.now), 'dim')];
}

/** Why a detail table has no rows: not loaded, failed (both are said by the notes), or really nothing. */
export function detailEmpty(source: Sourced<unknown>, nothing: SafeText): Line[] {
  if (source.data !== undefined) return [textLine(nothing, 'dim')];
  if (source.failure) return [textLine(say`unknown: it could not be read`, 'warn')];
  return [textLine(say`loading`, 'dim')];
}

type ListSource = 'resources' | 'tasks';

/** An empty list does not know how wide it is; the narrowest screen is 60 cells. */
const narrowest = 58;
/** After these nothing is tried again before a person does something. */
const final: readonly string[] = ['unauthenticated', 'tls-changed', 'tls-untrusted', 'config'];

/** While every endpoint is paused the call itself is not sent before the pause ends. */
function retry(site: SiteInventory, source: ListSource, now: number): SafeText {
  const { failure, retryAt } = site[source];
  if (failure && final.includes(failure.kind)) return say``;
  const until = Math.max(site.connection.pausedUntil ?? 0, retryAt ?? 0);
  return until > now ? say` · next try in ${age(until - now)}` : say``;
}

/** Says of each site whose part of a list is missing or old what happened and what to do; nothing while all is fresh. */
export function listNotes(source: ListSource, context: ViewContext): Line[] {
  const { sites, now } = context;
  // Without any data the empty list says it in full.
  if (!sites.some((site) => site[source].data !== undefined)) return [];
  return sites.flatMap((site) => {
    const { data, failure, fetchedAt } = site[source];
    const name = site.site as string as SafeText;
    if (failure) {
      const shown =
        data === undefined
          ? say`nothing of it is shown`
          : say`shown as of ${age(fetchedAt === undefined ? undefined : now - fetchedAt)} ago`;
      const words = say`${shown}${retry(site, source, now)} · ${describeFailure(failure)}`;
      return wrapped(say`⚠ ${name}: ${words}`, context.width, 'warn');
    }
    return data === undefined ? [textLine(say`◌ ${name}: loading`, 'dim')] : [];
  });
}

/** What stands in an empty list, for each site: loading, the failure, or that nothing was listed. */
export function listEmpty(
  source: ListSource,
  sites: readonly SiteInventory[],
  now: number,
  nothing: SafeText,
): Line[] {
  if (sites.length === 0) return [textLine(say`no site is configured`, 'warn')];
  return sites.flatMap((site) => {
    const name = site.site as string as SafeText;
    const { data, failure, fetchedAt } = site[source];
    if (failure) {
      const tail = [textLine(say`  ${name}${retry(site, source, now)}`, 'dim')];
      return [...failureLines(failure, narrowest), ...tail];
    }
    if (data === undefined) return [textLine(say`${name}: loading`, 'dim')];
    const read = age(fetchedAt === undefined ? undefined : now - fetchedAt);
    return [textLine(say`${name}: ${nothing} · read ${read} ago`, 'dim')];
  });
}
