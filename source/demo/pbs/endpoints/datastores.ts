import { PbsRefusal } from '../../world/pbs/host.ts';
import {
  type BackupGroup,
  type Datastore,
  namespaceWithin,
  usedBytes,
} from '../../world/pbs/model.ts';
import type { TaskScript } from '../../world/tasks.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import { maybeFlag, rrdParameters, storeName, storeParameters } from '../kinds.ts';
import { gcRow, maintenanceText, usageRow } from '../rows.ts';
import { datastoreRrd } from '../rrd.ts';

type Row = Record<string, unknown>;

const look = ['Datastore.Audit', 'Datastore.Backup'];

/** May the caller see anything below this datastore, were it only one namespace? */
function seesPart(call: PbsCall, store: Datastore): boolean {
  const may = (ns: string) =>
    call.mayAny(call.place(store.name, ns), ...look, 'Datastore.Modify', 'Datastore.Read');
  return may('') || [...store.namespaces].some(may);
}

function list(call: PbsCall): Row[] {
  return [...call.host.stores.values()]
    .filter((store) => seesPart(call, store))
    .map((store) => {
      const maintenance = maintenanceText(store);
      return {
        store: store.name,
        ...(store.config.comment === undefined ? {} : { comment: store.config.comment }),
        'mount-status': store.mount,
        'backend-type': 'filesystem',
        ...(maintenance === undefined ? {} : { maintenance }),
      };
    });
}

function usage(call: PbsCall): Row[] {
  return [...call.host.stores.values()].flatMap((store) => {
    if (call.mayAny(call.place(store.name, ''), ...look)) return [usageRow(call.host, store)];
    // Without rights on the whole there are no figures, only the name.
    return seesPart(call, store)
      ? [{ store: store.name, 'mount-status': store.mount, 'backend-type': 'filesystem' }]
      : [];
  });
}

type Counts = Record<'ct' | 'host' | 'vm', { groups: number; snapshots: number } | null>;

function counts(call: PbsCall, store: Datastore): Counts & { other: null } {
  const found: Counts = { ct: null, host: null, vm: null };
  const visible = (group: BackupGroup) => {
    const path = call.place(store.name, group.ns);
    if (call.mayAny(path, 'Datastore.Audit')) return true;
    return call.mayAny(path, 'Datastore.Backup') && call.owns(group);
  };
  for (const group of [...store.groups.values()].filter(visible)) {
    const count = found[group.type] ?? { groups: 0, snapshots: 0 };
    count.groups += 1;
    count.snapshots += group.snapshots.length;
    found[group.type] = count;
  }
  return { ...found, other: null };
}

/** Somebody who may see but a namespace gets zeros for the whole. */
function status(call: PbsCall): Row {
  const found = call.host.stores.get(call.required('store'));
  const whole = call.mayAny(call.place(call.required('store'), ''), ...look);
  if (!whole && !(found && seesPart(call, found))) {
    throw new PbsRefusal('permission check failed', 403);
  }
  const store = call.store('read');
  const used = usedBytes(store);
  return {
    total: whole ? store.total : 0,
    used: whole ? used : 0,
    avail: whole ? store.total - used : 0,
    'backend-type': 'filesystem',
    ...(call.flag('verbose') ? { counts: counts(call, store) } : {}),
    ...(call.flag('verbose') && whole ? { 'gc-status': gcRow(store) } : {}),
  };
}

function* settleMount(store: Datastore, mount: Datastore['mount'], log: () => void): TaskScript {
  yield 3;
  store.mount = mount;
  log();
}

function mounting(call: PbsCall, to: 'mounted' | 'notmounted'): string {
  const store = call.store('look');
  if (store.mount === 'nonremovable') {
    throw new PbsRefusal(`datastore '${store.name}' is not removable`);
  }
  if (to === 'mounted' && store.mount === 'mounted') {
    throw new PbsRefusal(`datastore '${store.name}' is already mounted`);
  }
  if (to === 'notmounted' && store.mount === 'notmounted') {
    throw new PbsRefusal(`datastore '${store.name}' is not mounted`);
  }
  const type = to === 'mounted' ? 'mount-device' : 'unmount-device';
  return call.host.tasks.start(
    { node: call.host.name, type, id: store.name, auth: call.who },
    (task) => {
      task.log(`${to === 'mounted' ? 'mounting' : 'unmounting'} datastore '${store.name}'`);
      return settleMount(store, to, () => {
        call.world.revision += 1;
      });
    },
  );
}

const mountChecks = [
  { path: '/datastore/{store}', privileges: ['Datastore.Modify'] },
  { path: '/system/disks', privileges: ['Sys.Modify'] },
];

export const datastoreEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: '/status/datastore-usage',
    permission: 'all',
    parameters: {},
    handler: usage,
  },
  { method: 'GET', path: '/admin/datastore', permission: 'all', parameters: {}, handler: list },
  {
    method: 'GET',
    path: '/admin/datastore/{store}/status',
    permission: 'all',
    parameters: { store: storeName, verbose: maybeFlag },
    handler: status,
  },
  {
    method: 'GET',
    path: '/admin/datastore/{store}/active-operations',
    permission: [{ path: '/datastore/{store}', privileges: ['Datastore.Audit'] }],
    parameters: storeParameters,
    handler: (call) => {
      const store = call.store('look');
      const running = call.host.tasks
        .running()
        .filter(({ id }) => id.split(':')[0] === store.name)
        .map(({ type }) => type);
      const write = running.filter((type) => /backup|prune|garbage|sync/.test(type)).length;
      return { read: running.length - write, write };
    },
  },
  {
    method: 'GET',
    path: '/admin/datastore/{store}/rrd',
    permission: [{ path: '/datastore/{store}', privileges: look, any: true }],
    parameters: { store: storeName, ...rrdParameters },
    handler: (call) => datastoreRrd(call.host, call.store('look'), call.required('timeframe')),
  },
  {
    method: 'POST',
    path: '/admin/datastore/{store}/mount',
    permission: mountChecks,
    parameters: storeParameters,
    handler: (call) => mounting(call, 'mounted'),
  },
  {
    method: 'POST',
    path: '/admin/datastore/{store}/unmount',
    permission: mountChecks,
    parameters: storeParameters,
    handler: (call) => mounting(call, 'notmounted'),
  },
];

/** Namespaces at or below `top` that the caller may see into. */
export function visibleNamespaces(
  call: PbsCall,
  store: Datastore,
  top: string,
  depth: number,
): string[] {
  return ['', ...[...store.namespaces].sort()].filter(
    (ns) =>
      namespaceWithin(ns, top, depth) &&
      call.mayAny(call.place(store.name, ns), ...look, 'Datastore.Modify'),
  );
}
