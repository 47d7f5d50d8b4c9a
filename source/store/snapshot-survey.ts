import type { Failure } from '../domain/failure.ts';
import { type Guest, type GuestKey, guestKey } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { guestUnknown } from '../domain/resource-health.ts';
import { say } from '../domain/safe-text.ts';
import { clockSkew } from '../domain/server-time.ts';
import type { SnapshotRow, SnapshotSurvey, SurveyedGuest } from '../domain/snapshot.ts';
import { snapshotRows, steadyGuest } from '../domain/snapshot-rows.ts';
import { Slots } from '../services/http/slots.ts';
import type { PveSite } from '../services/types.ts';
import { ramSizes, ramStorages, withRamSizes } from './snapshot-ram.ts';

/** Requests of all surveys together that are under way at a time. */
export const surveyWidth: number = 8;
/** ms for which a guest without snapshots is believed to have none. */
const noneFor = 15 * 60_000;
/** ms after which a guest with snapshots is read again, and how much longer for each one of them. */
const someFor = 5 * 60_000;
const someForEach = 600;
/** ms after which a guest that could not be read is tried again. */
const failedFor = 60_000;

export interface SurveyInput {
  readonly site: PveSite;
  readonly inventory: SiteInventory;
  readonly signal: AbortSignal;
  /** What is known so far; called now and then while it is read, and with the first rows at once. */
  readonly publish: (survey: SnapshotSurvey) => void;
}

/** Reads the snapshots of all guests, of which Proxmox tells one guest at a time. */
export interface SnapshotSurveys {
  /** Reads what is not known or too old; resolves with everything known when it is done or was given up. */
  read(input: SurveyInput): Promise<SnapshotSurvey>;
  /** Reads these guests again the next time, or all. */
  forget(guests: readonly string[] | 'all'): void;
}

/** Why a guest cannot be asked now; undefined = it can. */
function unreadable(guest: Guest): Failure | undefined {
  if (!guestUnknown(guest)) return undefined;
  return { kind: 'unreachable', what: say`node ${guest.node} does not answer` };
}

/** One state of all sites, kept for as long as the console runs. */
export function createSnapshotSurveys(now: () => number): SnapshotSurveys {
  const slots = new Slots(surveyWidth);
  const known = new Map<GuestKey, SurveyedGuest>();
  const due = new Map<GuestKey, number>();

  const surveyOf = (guests: readonly Guest[], asked: ReadonlySet<GuestKey>): SnapshotSurvey => {
    const entries = guests.flatMap((guest) => known.get(guestKey(guest)) ?? []);
    const waiting = guests.filter((guest) => {
      const key = guestKey(guest);
      return !asked.has(key) && isDue(key);
    }).length;
    return { guests: entries, read: guests.length - waiting, of: guests.length };
  };
  const isDue = (key: GuestKey) => (due.get(key) ?? 0) <= now();

  const keep = (guest: Guest, entry: Omit<SurveyedGuest, 'key' | 'guest'>, pause: number) => {
    const key = guestKey(guest);
    known.set(key, { key, guest: steadyGuest(guest), ...entry });
    due.set(key, now() + pause);
  };
  const keepFailed = (guest: Guest, failure: Failure) => {
    const before = known.get(guestKey(guest));
    const rows = (before?.rows ?? []).map((row): SnapshotRow => ({ ...row, stale: true }));
    const readAt = before?.readAt;
    keep(guest, { rows, failure, ...(readAt === undefined ? {} : { readAt }) }, failedFor);
  };

  const readOne = async (
    guest: Guest,
    { site, inventory }: SurveyInput,
    many: number,
    signal: AbortSignal,
  ) => {
    const refused = unreadable(guest);
    if (refused) return keepFailed(guest, refused);
    const release = await slots.acquire(signal);
    if (!release) return;
    try {
      const list = await site.guests.snapshots(guest, { signal });
      if (signal.aborted) return;
      if (!list.ok) return keepFailed(guest, list.failure);
      const at = now();
      const skew = clockSkew({ ...inventory.connection, ...site.connection() });
      const rows = snapshotRows(guest, list.value, at, skew);
      const pause = rows.length === 0 ? noneFor : someFor + many * someForEach;
      keep(guest, { rows, readAt: at }, pause);
    } finally {
      release();
    }
  };

  /** Snapshots with RAM have a volume of their own, whose size the storage tells. */
  const readRam = async (guests: readonly Guest[], { site, inventory, signal }: SurveyInput) => {
    const withRam = guests.filter((guest) =>
      known.get(guestKey(guest))?.rows.some(({ snapshot }) => snapshot.vmstate),
    );
    const { data } = inventory.resources;
    if (withRam.length === 0 || !data) return;
    const nodes = new Set<string>(withRam.map(({ node }) => node));
    await inLanes(ramStorages(data, nodes), signal, async ({ node, storage, shared }, own) => {
      const release = await slots.acquire(own);
      if (!release) return;
      const content = await site.storage.content(node, storage, { signal: own });
      release();
      // Not told is not known: the rows stay as they are.
      if (!content.ok || own.aborted) return;
      const sizes = ramSizes(content.value);
      for (const guest of withRam) {
        const entry = known.get(guestKey(guest));
        if (!entry || !(shared || guest.node === node)) continue;
        known.set(entry.key, { ...entry, rows: withRamSizes(entry.rows, sizes) });
      }
    });
  };
  const forgetGone = (site: string, guests: readonly Guest[]) => {
    const here = new Set(guests.map(guestKey));
    for (const [key, { guest }] of known) {
      if (guest.site !== site || here.has(key)) continue;
      known.delete(key);
      due.delete(key);
    }
  };

  return {
    async read(input) {
      const all = input.inventory.resources.data?.guests ?? [];
      // Proxmox keeps no snapshots of templates.
      const guests = all.filter((guest) => guest.template !== true);
      const asked = new Set<GuestKey>();
      const queue = guests.filter((guest) => isDue(guestKey(guest)));
      // What was read longest ago, or never, comes first.
      queue.sort((a, b) => readAtOf(known, a) - readAtOf(known, b));
      const gap = publishEvery(guests.length);
      let publishedAt = Number.NEGATIVE_INFINITY;
      let shown = false;
      const publish = (guest?: Guest) => {
        // The first rows do not wait.
        const first = !shown && guest !== undefined && hasRows(known, guest);
        if (input.signal.aborted || (!first && now() - publishedAt < gap)) return;
        shown ||= first;
        publishedAt = now();
        input.publish(surveyOf(guests, asked));
      };
      if (queue.length > 0) publish();
      await inLanes(queue, input.signal, async (guest, signal) => {
        await readOne(guest, input, guests.length, signal);
        if (signal.aborted) return;
        asked.add(guestKey(guest));
        publish(guest);
      });
      await readRam(queue, input);
      if (!input.signal.aborted) forgetGone(input.site.id, all);
      return surveyOf(guests, asked);
    },
    forget(guests) {
      if (guests === 'all') due.clear();
      else for (const key of guests) due.delete(key as GuestKey);
    },
  };
}

/** Works through the items, as many at a time as there are slots. Each lane has a signal of its own, for its own listeners. */
async function inLanes<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    const own = new AbortController();
    const stop = () => own.abort();
    signal.addEventListener('abort', stop, { once: true });
    for (let at = next++; at < items.length && !signal.aborted; at = next++) {
      await work(items[at] as T, own.signal);
    }
    signal.removeEventListener('abort', stop);
  };
  await Promise.all(Array.from({ length: Math.min(surveyWidth, items.length) }, lane));
}

function hasRows(known: ReadonlyMap<GuestKey, SurveyedGuest>, guest: Guest): boolean {
  return (known.get(guestKey(guest))?.rows.length ?? 0) > 0;
}

function readAtOf(known: ReadonlyMap<GuestKey, SurveyedGuest>, guest: Guest): number {
  return known.get(guestKey(guest))?.readAt ?? 0;
}

/** ms between two looks at what has come: the more rows, the rarer, so that a large site costs no more work. */
function publishEvery(guests: number): number {
  return 150 + guests / 8;
}
