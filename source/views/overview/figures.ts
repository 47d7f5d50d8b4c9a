import { recentlyFailed } from '../../domain/health.ts';
import type { SiteInventory } from '../../domain/inventory.ts';
import { fullness } from '../../domain/limits.ts';
import { guestTrouble, guestUnknown, nodeOnline } from '../../domain/resource-health.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import { guestActive } from '../guests/state.ts';
import { storageFraction, storageRows } from '../storage/rows.ts';
import { readAt } from './rows.ts';

/** Sums over one or several sites. A sum covers the nodes that told their figures; the others are named. */
export interface Figures {
  readonly nodes: { readonly online: number; readonly total: number };
  /** Load of all cores together: sum(cpu × cores) / sum(cores). undefined = no node told it. */
  readonly cpu: number | undefined;
  readonly cores: number;
  readonly mem: { readonly used: number; readonly total: number } | undefined;
  /** Nodes whose figures are unknown or old and so are not in the sums. */
  readonly silent: readonly SafeText[];
  readonly guests: {
    readonly running: number;
    readonly stopped: number;
    readonly unknown: number;
    readonly sick: number;
    readonly total: number;
  };
  readonly storages: { readonly total: number; readonly full: number; readonly unknown: number };
  /** undefined = the task list was never read. */
  readonly tasks: { readonly running: number; readonly failed: number } | undefined;
}

function nodeSums(sites: readonly SiteInventory[]) {
  const silent: SafeText[] = [];
  let [online, total, load, cores, used, memory] = [0, 0, 0, 0, 0, 0];
  let [cpuKnown, memKnown] = [false, false];
  for (const node of sites.flatMap((site) => site.resources.data?.nodes ?? [])) {
    total += 1;
    const live = nodeOnline(node);
    if (live) online += 1;
    const { cpu, maxcpu, mem, maxmem } = node;
    const hasCpu = live && cpu !== undefined && maxcpu !== undefined;
    const hasMem = live && mem !== undefined && maxmem !== undefined;
    if (hasCpu) {
      cpuKnown = true;
      load += cpu * maxcpu;
      cores += maxcpu;
    }
    if (hasMem) {
      memKnown = true;
      used += mem;
      memory += maxmem;
    }
    if (!hasCpu || !hasMem) silent.push(node.node);
  }
  return {
    nodes: { online, total },
    cpu: cpuKnown && cores > 0 ? load / cores : undefined,
    cores,
    mem: memKnown ? { used, total: memory } : undefined,
    silent,
  };
}

function guestSums(sites: readonly SiteInventory[]): Figures['guests'] {
  const sums = { running: 0, stopped: 0, unknown: 0, sick: 0, total: 0 };
  for (const guest of sites.flatMap((site) => site.resources.data?.guests ?? [])) {
    if (guest.template) continue;
    sums.total += 1;
    if (guestUnknown(guest)) {
      sums.unknown += 1;
      continue;
    }
    if (guestActive(guest)) sums.running += 1;
    else sums.stopped += 1;
    if (guestTrouble(guest) !== undefined) sums.sick += 1;
  }
  return sums;
}

function storageSums(sites: readonly SiteInventory[]): Figures['storages'] {
  const rows = storageRows(sites);
  const fractions = rows.map(storageFraction);
  return {
    total: rows.length,
    full: fractions.filter((value) => value !== undefined && value >= fullness.warn).length,
    unknown: fractions.filter((value) => value === undefined).length,
  };
}

function taskSums(sites: readonly SiteInventory[]): Figures['tasks'] {
  const known = sites.filter((site) => site.tasks.data !== undefined);
  if (known.length === 0) return undefined;
  const running = known.reduce(
    (sum, site) =>
      sum + (site.tasks.data ?? []).filter(({ outcome }) => outcome === 'running').length,
    0,
  );
  return {
    running,
    failed: known.reduce((sum, site) => sum + recentlyFailed(site, readAt(site)).length, 0),
  };
}

/** Figures already added up: the header shows them in every frame, and with thousands of guests adding takes a while. */
const added = new WeakMap<readonly SiteInventory[], Figures>();

/** The figures of the overview and the header. */
export function figuresOf(sites: readonly SiteInventory[]): Figures {
  const known = added.get(sites);
  if (known) return known;
  const figures = addUp(sites);
  added.set(sites, figures);
  return figures;
}

function addUp(sites: readonly SiteInventory[]): Figures {
  return {
    ...nodeSums(sites),
    guests: guestSums(sites),
    storages: storageSums(sites),
    tasks: taskSums(sites),
  };
}
