import { PbsRefusal } from '../../world/pbs/host.ts';
import { type BackupGroup, groupKey, isFinished, namespaceWithin } from '../../world/pbs/model.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import {
  depth,
  groupParameters,
  maybeFlag,
  maybeGroupParameters,
  namespace,
  requiredNamespace,
  snapshotParameters,
  someone,
  storeName,
  storeParameters,
  text,
} from '../kinds.ts';
import { groupRow, snapshotRow } from '../rows.ts';
import { visibleNamespaces } from './datastores.ts';

const audit = ['Datastore.Audit'];
const backup = ['Datastore.Backup'];
const modify = ['Datastore.Modify'];
const prune = ['Datastore.Prune'];
const path = '/admin/datastore/{store}';

/** The groups of exactly one namespace that the caller may see. */
function groupsOf(call: PbsCall): BackupGroup[] {
  const scope = call.scope(audit, backup);
  const { ns } = call;
  const store = call.store('read');
  if (ns !== '' && !store.namespaces.has(ns)) {
    throw new PbsRefusal(`namespace '${ns}' does not exist`, 404);
  }
  return [...store.groups.values()].filter(
    (group) => group.ns === ns && (scope === 'all' || call.owns(group)),
  );
}

function snapshots(call: PbsCall): unknown[] {
  const type = call.text('backup-type');
  const id = call.text('backup-id');
  return groupsOf(call)
    .filter((group) => (type ?? group.type) === group.type && (id ?? group.id) === group.id)
    .flatMap((group) => group.snapshots.map((one) => snapshotRow(group, one)));
}

function forgetSnapshot(call: PbsCall): null {
  const { store, group, snapshot } = call.snapshot('write', modify, prune);
  if (snapshot.protected) throw new PbsRefusal('cannot remove protected snapshot');
  call.host.forget(store, group, snapshot);
  return null;
}

function forgetGroup(call: PbsCall): unknown {
  const { store, group } = call.group('write', modify, prune);
  const kept = group.snapshots.filter((one) => one.protected).length;
  const removed = group.snapshots.length - kept;
  for (const one of group.snapshots.filter((each) => !each.protected)) {
    call.host.forget(store, group, one);
  }
  if (kept > 0 && call.flagOr('error-on-protected', true)) {
    throw new PbsRefusal('group only partially deleted due to protected snapshots');
  }
  return {
    'removed-groups': kept === 0 ? 1 : 0,
    'protected-snapshots': kept,
    'removed-snapshots': removed,
  };
}

function changeOwner(call: PbsCall): null {
  const { group } = call.group('write', modify, backup);
  const owner = call.required('new-owner');
  const { users, tokens } = call.host.place.accounts;
  if (!users.has(owner) && !tokens.has(owner)) {
    throw new PbsRefusal(`user account '${owner}' does not exist`);
  }
  const own = owner.split('!')[0] === call.who.user;
  if (!call.mayAny(call.place(), ...modify) && !own) {
    throw new PbsRefusal('unable to change owner', 403);
  }
  group.owner = owner;
  call.world.revision += 1;
  return null;
}

function createNamespace(call: PbsCall): string {
  const parent = call.text('parent') ?? '';
  call.needAny(call.place(call.required('store'), parent), ...modify);
  const store = call.store('write');
  if (parent !== '' && !store.namespaces.has(parent)) {
    throw new PbsRefusal(`cannot create new namespace, parent ${parent} doesn't already exists`);
  }
  const ns = parent === '' ? call.required('name') : `${parent}/${call.required('name')}`;
  if (ns.split('/').length > 7) throw new PbsRefusal('namespace to deep, 7 >= max 7');
  if (store.namespaces.has(ns)) throw new PbsRefusal(`namespace '${ns}' already exists`);
  store.namespaces.add(ns);
  call.world.revision += 1;
  return ns;
}

function removeNamespace(call: PbsCall): null {
  const ns = call.required('ns');
  if (ns === '') throw new PbsRefusal('cannot delete root namespace!');
  const parent = ns.split('/').slice(0, -1).join('/');
  call.needAny(call.place(call.required('store'), parent), ...modify);
  const store = call.store('write');
  if (!store.namespaces.has(ns)) throw new PbsRefusal(`namespace '${ns}' does not exist`, 404);
  const inside = [...store.groups.values()].filter((group) => namespaceWithin(group.ns, ns));
  if (inside.length > 0 && !call.flag('delete-groups')) {
    throw new PbsRefusal('cannot remove namespace, because it is not empty');
  }
  let kept = false;
  for (const group of inside) {
    for (const one of group.snapshots.filter((each) => !each.protected)) {
      call.host.forget(store, group, one);
    }
    kept ||= store.groups.has(groupKey(group.ns, group.type, group.id));
  }
  if (kept) {
    if (!call.flagOr('error-on-protected', true)) return null;
    throw new PbsRefusal('only partially removed namespace due to protected snapshots');
  }
  for (const each of [...store.namespaces]) {
    if (namespaceWithin(each, ns)) store.namespaces.delete(each);
  }
  call.world.revision += 1;
  return null;
}

function changed(call: PbsCall, change: () => void): null {
  change();
  call.world.revision += 1;
  return null;
}

export const groupEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: `${path}/namespace`,
    permission: 'all',
    parameters: { ...storeParameters, 'max-depth': depth, parent: namespace },
    handler: (call) => {
      const parent = call.text('parent') ?? '';
      const store = call.store('read');
      const found = visibleNamespaces(call, store, parent, call.number('max-depth') ?? 7);
      if (found.length === 0)
        call.needAny(call.place(store.name, parent), ...audit, ...modify, ...backup);
      return found.map((ns) => ({ ns }));
    },
  },
  {
    method: 'POST',
    path: `${path}/namespace`,
    permission: 'all',
    parameters: {
      ...storeParameters,
      name: text({ pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]*$/, minLength: 1, maxLength: 32 }),
      parent: namespace,
    },
    handler: createNamespace,
  },
  {
    method: 'DELETE',
    path: `${path}/namespace`,
    permission: 'all',
    parameters: {
      store: storeName,
      ns: requiredNamespace,
      'delete-groups': maybeFlag,
      'error-on-protected': maybeFlag,
    },
    handler: removeNamespace,
  },
  {
    method: 'GET',
    path: `${path}/groups`,
    permission: 'all',
    parameters: { ...storeParameters, ns: namespace },
    handler: (call) => groupsOf(call).map(groupRow),
  },
  {
    method: 'DELETE',
    path: `${path}/groups`,
    permission: 'all',
    parameters: { ...groupParameters, 'error-on-protected': maybeFlag },
    handler: forgetGroup,
  },
  {
    method: 'GET',
    path: `${path}/snapshots`,
    permission: 'all',
    parameters: maybeGroupParameters,
    handler: snapshots,
  },
  {
    method: 'DELETE',
    path: `${path}/snapshots`,
    permission: 'all',
    parameters: snapshotParameters,
    handler: forgetSnapshot,
  },
  {
    method: 'GET',
    path: `${path}/files`,
    permission: 'all',
    parameters: snapshotParameters,
    handler: (call) => {
      const { snapshot } = call.snapshot('read', [...audit, 'Datastore.Read'], backup);
      if (!isFinished(snapshot)) {
        throw new PbsRefusal(
          'unable to load blob \'"index.json.blob"\' - No such file or directory (os error 2)',
        );
      }
      return snapshot.files;
    },
  },
  {
    method: 'GET',
    path: `${path}/notes`,
    permission: 'all',
    parameters: snapshotParameters,
    handler: (call) => call.snapshot('read', audit, backup).snapshot.comment ?? '',
  },
  {
    method: 'PUT',
    path: `${path}/notes`,
    permission: 'all',
    parameters: { ...snapshotParameters, notes: text() },
    handler: (call) => {
      const { snapshot } = call.snapshot('write', modify, backup);
      return changed(call, () => {
        snapshot.comment = call.required('notes');
      });
    },
  },
  {
    method: 'GET',
    path: `${path}/protected`,
    permission: 'all',
    parameters: snapshotParameters,
    handler: (call) => call.snapshot('read', audit, backup).snapshot.protected,
  },
  {
    method: 'PUT',
    path: `${path}/protected`,
    permission: 'all',
    parameters: { ...snapshotParameters, protected: { type: 'boolean' } },
    handler: (call) => {
      const { snapshot } = call.snapshot('write', modify, backup);
      return changed(call, () => {
        snapshot.protected = call.flag('protected');
      });
    },
  },
  {
    method: 'GET',
    path: `${path}/group-notes`,
    permission: 'all',
    parameters: groupParameters,
    handler: (call) => call.group('read', audit, backup).group.notes ?? '',
  },
  {
    method: 'PUT',
    path: `${path}/group-notes`,
    permission: 'all',
    parameters: { ...groupParameters, notes: text() },
    handler: (call) => {
      const { group } = call.group('write', modify, backup);
      return changed(call, () => {
        group.notes = call.required('notes');
      });
    },
  },
  {
    method: 'POST',
    path: `${path}/change-owner`,
    permission: 'all',
    parameters: { ...groupParameters, 'new-owner': someone },
    handler: changeOwner,
  },
];
