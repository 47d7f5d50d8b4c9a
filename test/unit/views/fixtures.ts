import type { Line } from '../../../source/components/line.ts';
import { paintLine } from '../../../source/components/paint.ts';
import type { CellContext, Column } from '../../../source/components/table/columns.ts';
import { layoutColumns } from '../../../source/components/table/layout.ts';
import { rowLine } from '../../../source/components/table/row.ts';
import { createTheme } from '../../../source/components/theme.ts';
import { displayWidth } from '../../../source/components/width.ts';
import {
  type DetailData,
  type DetailKind,
  type DetailMap,
  detailKey,
} from '../../../source/domain/detail.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { Resources, SiteInventory } from '../../../source/domain/inventory.ts';
import type { Node } from '../../../source/domain/node.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { Sourced } from '../../../source/domain/sourced.ts';
import type { Storage } from '../../../source/domain/storage.ts';
import { type Task, taskOutcome } from '../../../source/domain/task.ts';
import type { ViewContext } from '../../../source/views/types.ts';

export const now = Date.UTC(2026, 10, 21, 12, 0, 0);
export const home = 'home' as SiteId;
export const GiB = 1024 ** 3;

export function guest(vmid: number, more: Partial<Guest> = {}): Guest {
  return {
    site: home,
    type: 'qemu',
    vmid,
    node: say`pve1`,
    status: say`running`,
    name: say`guest-${vmid}`,
    cpu: 0.25,
    maxcpu: 4,
    mem: 1.5 * GiB,
    maxmem: 4 * GiB,
    maxdisk: 32 * GiB,
    uptime: 7200,
    ...more,
  };
}

export function node(name: string, more: Partial<Node> = {}): Node {
  return {
    site: home,
    node: sanitise(name),
    status: say`online`,
    cpu: 0.2,
    maxcpu: 8,
    mem: 8 * GiB,
    maxmem: 32 * GiB,
    disk: 20 * GiB,
    maxdisk: 100 * GiB,
    uptime: 86_400 * 5,
    ...more,
  };
}

export function storage(name: string, more: Partial<Storage> = {}): Storage {
  return {
    site: home,
    node: say`pve1`,
    storage: sanitise(name),
    status: say`available`,
    plugintype: say`zfspool`,
    content: [say`images`, say`rootdir`],
    disk: 40 * GiB,
    maxdisk: 100 * GiB,
    ...more,
  };
}

export function task(
  type: string,
  id: string,
  status: string | undefined,
  more: Partial<Task> = {},
): Task {
  const start = now / 1000 - 3600;
  const at = Math.floor(more.starttime ?? start);
  return {
    site: home,
    upid: `UPID:pve1:0000ABCD:00112233:${at.toString(16).toUpperCase()}:${type}:${id}:root@pam:`,
    node: say`pve1`,
    type: sanitise(type),
    id: sanitise(id),
    user: say`root@pam`,
    starttime: at,
    ...(status === undefined ? {} : { endtime: at + 65, status: sanitise(status) }),
    outcome: taskOutcome(status),
    ...more,
  };
}

export function resources(more: Partial<Resources> = {}): Resources {
  return { nodes: [], guests: [], storages: [], pools: [], ...more };
}

/** A site that was read 3 s ago; give `undefined` for a source that never answered. */
export function site(more: Partial<SiteInventory> = {}): SiteInventory {
  const read = <T>(data: T): Sourced<T> => ({ data, fetchedAt: now - 3000, fetching: false });
  return {
    site: home,
    resources: read(resources()),
    cluster: read({ name: say`lab`, quorate: true, members: [] }),
    tasks: read([]),
    permissions: read(new Map()),
    version: read({ version: say`9.2.3` }),
    connection: { trust: 'pinned', requestsLastMinute: 8, latency: 4, identity: say`root@pam!tui` },
    ...more,
  };
}

export function withResources(
  more: Partial<Resources>,
  other: Partial<SiteInventory> = {},
): SiteInventory {
  return site({
    resources: { data: resources(more), fetchedAt: now - 3000, fetching: false },
    ...other,
  });
}

export const unreachable: Failure = {
  kind: 'unreachable',
  what: say`The server does not answer`,
  where: say`https://192.0.2.1:8006`,
  next: say`Check that it is on.`,
  detail: say`connect EHOSTUNREACH`,
};

export function detail<K extends DetailKind>(
  kind: K,
  subject: string,
  source: Partial<Sourced<DetailData[K]>>,
  argument?: string,
): DetailMap {
  const key = detailKey({ kind, subject, ...(argument ? { argument } : {}) });
  return {
    [key]: {
      fetching: false,
      fetchedAt: source.data === undefined ? undefined : now - 4000,
      ...source,
    },
  };
}

export function contextOf(
  sites: readonly SiteInventory[],
  details: DetailMap = {},
  size: { readonly width: number; readonly height: number } = { width: 78, height: 18 },
): ViewContext {
  return { now, ascii: false, sites, details, timeframe: 'hour', ...size };
}

export const textOf = (line: Line): string => line.map(({ text }) => text).join('');
export const allOf = (lines: readonly Line[]): string => lines.map(textOf).join('\n');

const theme = createTheme('none', { level: 0 });

/** Rows as they stand on a screen of `width` cells; throws when one has another width. */
export function drawn<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  more: Partial<CellContext> = {},
): string[] {
  const context: CellContext = { now, ascii: false, manySites: false, ...more };
  const layout = layoutColumns(columns, width, context);
  return rows.map((row) => {
    const flags = { cursor: false, marked: false, stale: false };
    const text = paintLine(rowLine(row, layout, context, flags), width, theme);
    if (displayWidth(text) !== width) throw new Error(`${displayWidth(text)} cells: ${text}`);
    return text;
  });
}

/** One cell as text. */
export function cell<Row>(columns: readonly Column<Row>[], id: string, row: Row): string {
  const column = columns.find((one) => one.id === id);
  if (!column) throw new Error(`no column ${id}`);
  const made = column.cell(row, { now, ascii: false, manySites: false });
  return 'text' in made ? made.text : textOf(made);
}
