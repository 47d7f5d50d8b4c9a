import { describeFailure } from '../domain/failure.ts';
import { matchesFilter, parseFilter } from '../domain/filter.ts';
import type { SiteInventory } from '../domain/inventory.ts';
import { holds } from '../domain/permission.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { fetchAll, type Part, startDeadline } from './inventory.ts';
import { type ListKind, type ListName, listKinds } from './list-rows.ts';
import { plainTable } from './output.ts';
import { withSession } from './session.ts';

const DEFAULT_TIMEOUT = 10_000;

/** What one list prints, and what has to be said beside it. */
export interface Listing {
  readonly rows: readonly unknown[];
  readonly text: string;
  /** For standard error. */
  readonly notes: readonly string[];
  /** Rows are missing, or their absence proves nothing. */
  readonly incomplete: boolean;
}

/** Makes the list from the answers. Pure. */
export function listing<Row>(
  kind: ListKind<Row>,
  part: Part,
  filterText: string,
  sites: readonly SiteInventory[],
  now: number,
): Listing {
  const filter = parseFilter(filterText);
  const notes: string[] = [];
  let incomplete = false;
  const rows: Row[] = [];
  for (const inventory of sites) {
    const { resources, tasks, permissions } = inventory;
    const source = part === 'tasks' ? tasks : resources;
    if (source.failure || source.data === undefined) {
      incomplete = true;
      const why = source.failure ? describeFailure(source.failure) : 'no answer';
      notes.push(`site ${inventory.site} is missing here: ${why}`);
      continue;
    }
    const found = kind.rows({
      ...(resources.data ? { resources: resources.data } : {}),
      ...(tasks.data ? { tasks: tasks.data } : {}),
    });
    const seesAll = holds(permissions.data, kind.need);
    if (seesAll !== true) {
      const need = `${kind.need.anyOf[0]} on ${kind.need.path}`;
      // An empty list without the privilege says nothing about what is there.
      if (found.length === 0) incomplete = true;
      if (seesAll === false) {
        notes.push(`site ${inventory.site}: some may be hidden, ${need} is missing`);
      } else if (found.length === 0) {
        notes.push(`site ${inventory.site}: whether ${need} is held is not known`);
      }
    }
    rows.push(...found.filter((row) => matchesFilter(filter, kind.filter(row), now)));
  }
  const columns = kind.columns.filter((column) => column.title !== 'SITE' || sites.length > 1);
  const text = plainTable(
    columns.map((column) => column.title),
    rows.map((row) => columns.map((column) => column.cell(row))),
  );
  return { rows: rows.map(kind.json), text, notes, incomplete };
}

/** `nodes|guests|storage|tasks list`. A site that does not answer is told; the others are printed. */
export function runList(name: ListName, context: CommandContext): Promise<number> {
  const { global, values, host, output } = context;
  const filter = typeof values.filter === 'string' ? values.filter : '';
  const { problem } = parseFilter(filter);
  if (problem !== undefined) {
    output.usage({ what: problem, where: '--filter', next: 'put a text with a colon in quotes' });
    return Promise.resolve(exitCodes.usage);
  }
  return withSession(context, true, async ({ services }) => {
    const part: Part = name === 'tasks' ? 'tasks' : 'resources';
    const deadline = startDeadline(global.timeout ?? DEFAULT_TIMEOUT, host.interrupted());
    const sites = await fetchAll(services.sites, [part, 'permissions'], deadline, host.now);
    deadline.end();
    const made = listing(listKinds[name] as ListKind<unknown>, part, filter, sites, host.now());
    for (const note of made.notes) output.err(`homelab-tui: ${note}`);
    if (global.json) output.json(made.rows);
    else if (made.rows.length > 0) output.out(made.text);
    else output.err(filter === '' ? 'none' : 'none matches the filter');
    return made.incomplete ? exitCodes.unknown : exitCodes.ok;
  });
}
