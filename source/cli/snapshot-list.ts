import { describeFailure } from '../domain/failure.ts';
import { matchesFilter, parseFilter } from '../domain/filter.ts';
import { age, bytes, NOT_APPLICABLE, UNKNOWN } from '../domain/format.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import type { SnapshotRow, SnapshotSurvey } from '../domain/snapshot.ts';
import { snapshotFields } from '../domain/snapshot-rows.ts';
import type { PveSite } from '../services/types.ts';
import { createSnapshotSurveys } from '../store/snapshot-survey.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { fetchAll, startDeadline } from './inventory.ts';
import { plainTable } from './output.ts';
import { withSession } from './session.ts';

/** Every guest is asked on its own, so this takes longer than the other lists. */
const DEFAULT_TIMEOUT = 120_000;

/** Keys are a stable interface; a value that was not told is null. `snaptime` in seconds, `ramsize` in bytes. */
function jsonOf({ site, node, guest, snapshot, depth, ramSize }: SnapshotRow) {
  return {
    site,
    vmid: guest.vmid,
    type: guest.type,
    name: guest.name ?? null,
    node,
    snapname: snapshot.name,
    parent: snapshot.parent ?? null,
    depth,
    snaptime: snapshot.snaptime || null,
    vmstate: snapshot.vmstate ?? false,
    ramsize: ramSize ?? null,
    snapstate: snapshot.snapstate ?? null,
    description: snapshot.description ?? null,
  };
}

function textOf(rows: readonly SnapshotRow[], now: number, manySites: boolean): string {
  const heads = ['VMID', 'GUEST', 'SNAPSHOT', 'AGE', 'RAM', 'PARENT', 'DESCRIPTION'];
  const cells = rows.map((row) => {
    const { guest, snapshot, takenAt, ramSize } = row;
    const ram = snapshot.vmstate ? bytes(ramSize) : guest.type === 'lxc' ? NOT_APPLICABLE : 'no';
    const mine = [
      String(guest.vmid),
      guest.name ?? UNKNOWN,
      snapshot.snapstate ? `${snapshot.name} (${snapshot.snapstate})` : snapshot.name,
      takenAt === undefined ? UNKNOWN : age(now - takenAt),
      ram,
      snapshot.parent ?? NOT_APPLICABLE,
      snapshot.description ?? '',
    ];
    return manySites ? [row.site, ...mine] : mine;
  });
  return plainTable(manySites ? ['SITE', ...heads] : heads, cells);
}

/** What is missing from the list, in words; nothing when all guests were read. */
function missing(inventory: SiteInventory, survey: SnapshotSurvey | undefined): string[] {
  const { site, resources } = inventory;
  if (!survey) {
    const why = resources.failure ? describeFailure(resources.failure) : 'no answer';
    return [`site ${site} is missing here: ${why}`];
  }
  const failed = survey.guests.flatMap(({ guest, failure }) =>
    failure ? [`site ${site}: guest ${guest.vmid} was not read: ${describeFailure(failure)}`] : [],
  );
  const left = survey.of - survey.read;
  return left > 0 ? [...failed, `site ${site}: ${left} guests were not read in time`] : failed;
}

/** `snapshots list`: oldest first. Guests that could not be read are told; the others are printed. */
export function runSnapshotList(context: CommandContext): Promise<number> {
  const { global, values, host, output } = context;
  const filterText = typeof values.filter === 'string' ? values.filter : '';
  const filter = parseFilter(filterText);
  if (filter.problem !== undefined) {
    output.usage({
      what: filter.problem,
      where: '--filter',
      next: 'put a text with a colon in quotes',
    });
    return Promise.resolve(exitCodes.usage);
  }
  return withSession(context, true, async ({ services }) => {
    const deadline = startDeadline(global.timeout ?? DEFAULT_TIMEOUT, host.interrupted());
    const sites = await fetchAll(services.sites, ['resources'], deadline, host.now);
    const surveys = createSnapshotSurveys(host.now);
    const read = (site: PveSite, inventory: SiteInventory) =>
      inventory.resources.data
        ? surveys.read({ site, inventory, signal: deadline.signal, publish: () => undefined })
        : undefined;
    const found = await Promise.all(
      services.sites.map((site, index) => read(site, sites[index] as SiteInventory)),
    );
    deadline.end();
    const now = host.now();
    const rows = found
      .flatMap((survey) => survey?.guests.flatMap((each) => each.rows) ?? [])
      .filter((row) => matchesFilter(filter, snapshotFields(row), now))
      .sort((a, b) => (a.takenAt ?? Number.MAX_VALUE) - (b.takenAt ?? Number.MAX_VALUE));
    const notes = sites.flatMap((inventory, index) => missing(inventory, found[index]));
    for (const note of notes) output.err(`homelab-tui: ${note}`);
    if (global.json) output.json(rows.map(jsonOf));
    else if (rows.length > 0) output.out(textOf(rows, now, sites.length > 1));
    else output.err(filterText === '' ? 'none' : 'none matches the filter');
    return notes.length > 0 ? exitCodes.unknown : exitCodes.ok;
  });
}
