import type { RunContext } from '../../../source/actions/types.ts';
import type { GuestConfig } from '../../../source/domain/guest-detail.ts';
import type { Resources } from '../../../source/domain/inventory.ts';
import { ok } from '../../../source/domain/result.ts';
import type { Storage } from '../../../source/domain/storage.ts';
import type { PveSite } from '../../../source/services/types.ts';
import { facts, guest, home, inventory, node, noon, platform, safe } from './fakes.ts';

/** What an action runs with; `said` keeps its steps and the UPIDs of its tasks. */
export function contextOf(
  site: PveSite,
  known = facts(),
): RunContext & { readonly said: string[] } {
  const said: string[] = [];
  return {
    site,
    signal: new AbortController().signal,
    now: () => noon,
    facts: known,
    progress: (progress) => {
      said.push(progress.kind === 'task' ? progress.upid : progress.text);
    },
    platform: platform(),
    followTask: async () => ok('ok'),
    said,
  };
}

export function storage(name: string, on: string, change: Partial<Storage> = {}): Storage {
  return {
    site: home,
    node: safe(on),
    storage: safe(name),
    status: safe('available'),
    plugintype: safe('zfspool'),
    content: [safe('images'), safe('rootdir')],
    disk: 0,
    maxdisk: 2 ** 40,
    ...change,
  };
}

export const nodes = [node({ node: safe('pve1') }), node({ node: safe('pve2') })];
export function withResources(change: Partial<Resources>) {
  const data = { nodes, guests: [guest()], storages: [], pools: [], ...change };
  return inventory({ resources: { data, fetching: false } });
}

export const config = (entries: Record<string, string>): GuestConfig => ({
  entries: Object.fromEntries(Object.entries(entries).map(([key, text]) => [key, safe(text)])),
});
