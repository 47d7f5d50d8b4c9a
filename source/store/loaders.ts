import { aclComplete, type GuestAccess, guestEntries, guestPath } from '../domain/acl.ts';
import { backupStorages } from '../domain/backup.ts';
import type { DetailData, DetailKind, DetailRequest } from '../domain/detail.ts';
import type { FirewallLog } from '../domain/firewall.ts';
import { type Guest, guestKey } from '../domain/guest.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { JournalPage } from '../domain/node.ts';
import { fail, mapResult, ok, type Result } from '../domain/result.ts';
import type { Timeframe } from '../domain/rrd.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { SnapshotSurvey } from '../domain/snapshot.ts';
import type { TaskLogPage } from '../domain/task.ts';
import type { CallOptions, FirewallPlace, PveSite } from '../services/types.ts';
import type { SnapshotSurveys } from './snapshot-survey.ts';

/** Lines of a log or journal that are kept; older ones are let go, whatever its length. */
export const logRing = 5_000;
const logPage = 1_000;

export interface LoadContext {
  readonly site: PveSite;
  readonly inventory: SiteInventory;
  /** The subject without its site: `qemu/101`, `node/pve1`, `storage/pve1/local`, a UPID. */
  readonly subject: string;
  readonly argument: string | undefined;
  readonly previous: unknown;
  readonly options: CallOptions;
  /** Snapshots of all guests, and how what came of them so far reaches the screen. */
  readonly surveys: SnapshotSurveys;
  readonly publish: (data: unknown) => void;
}
type Loader<T> = (context: LoadContext) => Promise<Result<T>>;

function gone(): Result<never> {
  return fail({
    kind: 'not-found',
    what: say`It does not exist any more`,
    next: say`esc goes back`,
  });
}

function notReadYet(): Result<never> {
  return fail({ kind: 'unreachable', what: say`The guests have not been read yet` });
}

function withGuest<T>(
  call: (site: PveSite, guest: Guest, context: LoadContext) => Promise<Result<T>>,
): Loader<T> {
  return async (context) => {
    const key = `${context.site.id}/${context.subject}`;
    const guest = context.inventory.resources.data?.guests.find((each) => guestKey(each) === key);
    if (guest) return call(context.site, guest, context);
    return context.inventory.resources.data ? gone() : notReadYet();
  };
}

function withNode<T>(
  call: (site: PveSite, node: string, context: LoadContext) => Promise<Result<T>>,
): Loader<T> {
  return (context) => call(context.site, context.subject.replace(/^node\//, ''), context);
}

/** Adds new lines to the kept ones and lets the oldest go. */
export function appendRing(
  before: readonly SafeText[],
  added: readonly SafeText[],
): readonly SafeText[] {
  if (added.length === 0) return before;
  const all = [...before, ...added];
  return all.length > logRing ? all.slice(all.length - logRing) : all;
}

type PageReader = (page: { start: number; limit: number }) => Promise<Result<TaskLogPage>>;

/** Goes on where the last load ended, and keeps the end. */
async function loadLog(context: LoadContext, read: PageReader): Promise<Result<TaskLogPage>> {
  let page = (context.previous as TaskLogPage | undefined) ?? { lines: [], next: 0 };
  // Several pages at once catch up with a long log; a endless one goes on with the next poll.
  for (let round = 0; round < 6; round += 1) {
    const more = await read({ start: page.next, limit: logPage });
    if (!more.ok) return more;
    const added = more.value.lines;
    const total = more.value.total ?? page.total;
    if (total !== undefined && total < page.next) {
      // The file was begun anew (log rotation): what is read now is all there is.
      page = { lines: [], next: 0, total };
      if (total === 0) break;
      continue;
    }
    if (total !== undefined && total - more.value.next > logRing) {
      // Hundreds of megabytes: what nobody will keep is not read either.
      page = { lines: [], next: total - logRing, total };
      continue;
    }
    page = {
      lines: appendRing(page.lines, added),
      next: more.value.next,
      ...(total === undefined ? {} : { total }),
    };
    if (added.length < logPage) break;
  }
  return ok(page);
}

const loadTaskLog: Loader<TaskLogPage> = (context) =>
  loadLog(context, (page) => context.site.tasks.log(context.subject, page, context.options));

function withPlace<T>(
  call: (site: PveSite, place: FirewallPlace, context: LoadContext) => Promise<Result<T>>,
): Loader<T> {
  return withGuest((site, guest, context) => call(site, { kind: 'guest', guest }, context));
}

const loadFirewallLog: Loader<FirewallLog> = withPlace((site, place, context) =>
  loadLog(context, (page) => site.firewall.log(place, page, context.options)),
);

async function loadJournal(
  site: PveSite,
  node: string,
  context: LoadContext,
): Promise<Result<JournalPage>> {
  const before = context.previous as JournalPage | undefined;
  const from = before?.cursor ? { cursor: before.cursor } : { lastentries: 500 };
  const page = await site.nodes.journal(node, from, context.options);
  return mapResult(page, (value) => {
    const cursor = value.cursor ?? before?.cursor;
    return {
      lines: appendRing(before?.lines ?? [], value.lines),
      ...(cursor ? { cursor } : {}),
    };
  });
}

async function loadSurvey(context: LoadContext): Promise<Result<SnapshotSurvey>> {
  const { site, inventory, options, surveys, publish } = context;
  if (!inventory.resources.data) return notReadYet();
  const signal = options.signal ?? new AbortController().signal;
  return ok(await surveys.read({ site, inventory, signal, publish }));
}

async function loadAccess(
  site: PveSite,
  guest: Guest,
  { options, inventory }: LoadContext,
): Promise<Result<GuestAccess>> {
  const [acl, own] = await Promise.all([
    site.access.acl(options),
    site.access.own(guestPath(guest.vmid), options),
  ]);
  return mapResult(acl, (entries) => ({
    entries: guestEntries(entries, guest),
    complete: aclComplete(inventory.permissions.data, guest),
    own: own.ok ? own.value : undefined,
  }));
}

const timeframeOf = (argument: string | undefined) => (argument ?? 'hour') as Timeframe;

/** How each kind of detail is loaded. */
export const loaders: { readonly [K in DetailKind]: Loader<DetailData[K]> } = {
  'guest.status': withGuest((site, guest, { options }) => site.guests.status(guest, options)),
  'guest.config': withGuest((site, guest, { options }) => site.guests.config(guest, options)),
  'guest.cloudinit': withGuest((site, guest, { options }) => site.guests.cloudinit(guest, options)),
  'guest.agent': withGuest((site, guest, { options }) => site.guests.agentInfo(guest, options)),
  'guest.pending': withGuest((site, guest, { options }) => site.guests.pending(guest, options)),
  'guest.snapshots': withGuest((site, guest, { options }) => site.guests.snapshots(guest, options)),
  'guest.rrd': withGuest((site, guest, { options, argument }) =>
    site.guests.rrd(guest, timeframeOf(argument), options),
  ),
  'guest.interfaces': withGuest((site, guest, { options }) =>
    site.guests.interfaces(guest, options),
  ),
  'guest.tasks': withGuest((site, guest, { options }) =>
    site.tasks.node(guest.node, { vmid: guest.vmid, limit: 100 }, options),
  ),
  'guest.backups': withGuest((site, guest, { options, inventory }) =>
    site.backups.list(
      guest,
      {
        storages: backupStorages(inventory.resources.data, guest.node),
        permissions: inventory.permissions.data,
      },
      options,
    ),
  ),
  'guest.replication': withGuest((site, guest, { options }) => site.replication.of(guest, options)),
  'guest.access': withGuest(loadAccess),
  'node.status': withNode((site, node, { options }) => site.nodes.status(node, options)),
  'node.rrd': withNode((site, node, { options, argument }) =>
    site.nodes.rrd(node, timeframeOf(argument), options),
  ),
  'node.services': withNode((site, node, { options }) => site.nodes.services(node, options)),
  'node.disks': withNode((site, node, { options }) => site.nodes.disks(node, options)),
  'node.smart': withNode((site, node, { options, argument }) =>
    site.nodes.smart(node, argument ?? '', options),
  ),
  'node.updates': withNode((site, node, { options }) => site.nodes.updates(node, options)),
  'node.certificates': withNode((site, node, { options }) =>
    site.nodes.certificates(node, options),
  ),
  'node.journal': withNode(loadJournal),
  'node.tasks': withNode((site, node, { options }) =>
    site.tasks.node(node, { limit: 200 }, options),
  ),
  'storage.content': async ({ site, subject, options }) => {
    const [, node = '', storage = ''] = subject.split('/');
    return site.storage.content(node, storage, options);
  },
  'storage.types': ({ site, options }) => site.storage.types(options),
  'cluster.options': ({ site, options }) => site.cluster.options(options),
  'firewall.rules': withPlace((site, place, { options }) => site.firewall.rules(place, options)),
  'firewall.options': withPlace((site, place, { options }) =>
    site.firewall.options(place, options),
  ),
  'firewall.names': withPlace((site, place, { options }) => site.firewall.names(place, options)),
  'firewall.log': loadFirewallLog,
  'firewall.cluster': ({ site, options }) => site.firewall.cluster(options),
  'site.snapshots': loadSurvey,
  'task.status': ({ site, subject, options }) => site.tasks.status(subject, options),
  'task.log': loadTaskLog,
};

/** ms between two loads of a kind while it is on screen. */
export const detailCadence: Readonly<Record<DetailKind, number>> = {
  'guest.status': 5_000,
  'guest.config': 15_000,
  'guest.cloudinit': 15_000,
  // A dead agent blocks one of the server's few workers for seconds.
  'guest.agent': 30_000,
  'guest.pending': 15_000,
  'guest.snapshots': 10_000,
  'guest.rrd': 60_000,
  'guest.interfaces': 30_000,
  'guest.tasks': 10_000,
  'guest.backups': 60_000,
  'guest.replication': 10_000,
  'guest.access': 60_000,
  'node.status': 5_000,
  'node.rrd': 60_000,
  'node.services': 10_000,
  'node.disks': 300_000,
  'node.smart': 300_000,
  'node.updates': 300_000,
  'node.certificates': 300_000,
  'node.journal': 3_000,
  'node.tasks': 10_000,
  'storage.content': 30_000,
  'storage.types': 300_000,
  'cluster.options': 300_000,
  'firewall.rules': 10_000,
  'firewall.options': 10_000,
  'firewall.names': 15_000,
  'firewall.log': 5_000,
  'firewall.cluster': 30_000,
  // Only what has become old is asked for again.
  'site.snapshots': 30_000,
  'task.status': 1_000,
  'task.log': 1_000,
};

/** Splits `site/rest` of a detail's subject. */
export function splitSubject(request: DetailRequest): { site: string; subject: string } {
  const cut = request.subject.indexOf('/');
  if (cut < 0) return { site: request.subject, subject: '' };
  return { site: request.subject.slice(0, cut), subject: request.subject.slice(cut + 1) };
}
