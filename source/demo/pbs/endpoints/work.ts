import { PbsRefusal } from '../../world/pbs/host.ts';
import type { BackupGroup } from '../../world/pbs/model.ts';
import { keepOf, pruneGroupScript, pruneScript } from '../../world/pbs/prune.ts';
import { pruneInfo, survives } from '../../world/pbs/retention.ts';
import { type VerifyScope, verifyScript } from '../../world/pbs/verify.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import {
  depth,
  groupParameters,
  keepParameters,
  maybeFlag,
  maybeGroupParameters,
  maybeInteger,
  maybeStore,
  namespace,
  storeName,
  storeParameters,
  verifyParameters,
} from '../kinds.ts';
import { gcRow } from '../rows.ts';
import { jobTimes } from './jobs.ts';

const path = '/admin/datastore/{store}';

/** May the caller do this to a group: by his rights there, or because it is his? */
function mine(call: PbsCall, full: string, own: string): (group: BackupGroup) => boolean {
  const store = call.required('store');
  return (group) => {
    const place = call.place(store, group.ns);
    return call.mayAny(place, full) || (call.mayAny(place, own) && call.owns(group));
  };
}

function verifyScope(call: PbsCall): VerifyScope {
  const [type, id] = [call.text('backup-type'), call.text('backup-id')];
  const time = call.number('backup-time');
  const after = call.number('outdated-after');
  const whole = type === undefined && id === undefined && time === undefined;
  if (!whole && (type === undefined || id === undefined)) {
    throw new PbsRefusal('parameters do not specify a backup group or snapshot');
  }
  return {
    store: call.required('store'),
    ns: call.ns,
    depth: call.number('max-depth') ?? 7,
    ignoreVerified: call.flagOr('ignore-verified', true),
    ...(after === undefined ? {} : { outdatedAfter: after }),
    ...(type === undefined || id === undefined
      ? {}
      : { group: { type, id, ...(time === undefined ? {} : { time }) } }),
    mine: mine(call, 'Datastore.Verify', 'Datastore.Backup'),
  };
}

function verify(call: PbsCall): string {
  call.scope(['Datastore.Verify'], ['Datastore.Backup']);
  const scope = verifyScope(call);
  const store = call.store('read');
  const { group, ns } = scope;
  let [type, id] = ['verify', ns === '' ? store.name : `${store.name}:${ns}`];
  if (group) {
    const found = call.group('read', ['Datastore.Verify'], ['Datastore.Backup']).group;
    id = `${store.name}:${ns === '' ? '' : `${ns}/`}${group.type}/${group.id}`;
    type = 'verify_group';
    if (group.time !== undefined) {
      call.host.snapshot(found, group.time);
      id += `/${group.time.toString(16).toUpperCase().padStart(8, '0')}`;
      type = 'verify_snapshot';
    }
  }
  return call.host.tasks.start({ node: call.host.name, type, id, auth: call.who }, (task) =>
    verifyScript(call.host, scope, task),
  );
}

function pruneGroup(call: PbsCall): unknown {
  const { store, group } = call.group('write', ['Datastore.Modify'], ['Datastore.Prune']);
  const keep = keepOf(call.parameters);
  const dry = call.flag('dry-run');
  if (call.flag('use-task') && !dry) {
    const place = group.ns === '' ? '' : `${group.ns}/`;
    return call.host.tasks.start(
      {
        node: call.host.name,
        type: 'prune',
        id: `${store.name}:${place}${group.type}/${group.id}`,
        auth: call.who,
      },
      (task) => pruneGroupScript(call.host, store, group, keep, task),
    );
  }
  const info = pruneInfo(group.snapshots, keep);
  for (const { snapshot, mark } of dry ? [] : info) {
    if (!survives(mark)) call.host.forget(store, group, snapshot);
  }
  return info.map(({ snapshot, mark }) => ({
    'backup-type': group.type,
    'backup-id': group.id,
    'backup-time': snapshot.time,
    ...(group.ns === '' ? {} : { ns: group.ns }),
    keep: survives(mark),
    protected: mark === 'protected',
  }));
}

function pruneStore(call: PbsCall): string {
  call.scope(['Datastore.Modify'], ['Datastore.Prune']);
  const store = call.store('write');
  const id = call.ns === '' ? store.name : `${store.name}:${call.ns}`;
  return call.host.tasks.start(
    { node: call.host.name, type: 'prune', id, auth: call.who },
    (task) =>
      pruneScript(
        call.host,
        {
          store,
          ns: call.ns,
          depth: call.number('max-depth') ?? 7,
          keep: keepOf(call.parameters),
          dryRun: call.flag('dry-run'),
          mine: mine(call, 'Datastore.Modify', 'Datastore.Prune'),
        },
        task,
      ),
  );
}

function startGc(call: PbsCall): string {
  const store = call.store('write');
  const { host } = call;
  const job = host.job('gc', store.name) ?? {
    kind: 'gc' as const,
    id: store.name,
    config: { store: store.name },
  };
  if (host.isRunning(job)) {
    throw new PbsRefusal(`garbage collection already running`);
  }
  if (!host.jobs.includes(job)) host.jobs.push(job);
  return host.run(job, call.who);
}

function gcInfo(call: PbsCall, name: string): Record<string, unknown> {
  const store = call.host.store(name, 'look');
  const job = call.host.job('gc', name);
  const begun = Number.parseInt(job?.last?.upid.split(':')[5] ?? '', 16);
  return {
    store: name,
    ...gcRow(store),
    ...(job ? jobTimes(call, job, false) : {}),
    ...(job?.last ? { duration: job.last.endtime - begun } : {}),
    ...(job?.config.schedule === undefined ? {} : { schedule: job.config.schedule }),
  };
}

function gcList(call: PbsCall): unknown[] {
  const only = call.text('store');
  return [...call.host.stores.keys()]
    .filter((name) => (only ?? name) === name)
    .filter((name) => call.mayAny(call.place(name, ''), 'Datastore.Audit', 'Datastore.Modify'))
    .map((name) => gcInfo(call, name));
}

export const workEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'POST',
    path: `${path}/verify`,
    permission: 'all',
    parameters: {
      ...maybeGroupParameters,
      'backup-time': maybeInteger({ minimum: 1 }),
      ...verifyParameters,
    },
    handler: verify,
  },
  {
    method: 'POST',
    path: `${path}/prune`,
    permission: 'all',
    parameters: {
      ...groupParameters,
      ...keepParameters,
      'dry-run': maybeFlag,
      'use-task': maybeFlag,
    },
    handler: pruneGroup,
  },
  {
    method: 'POST',
    path: `${path}/prune-datastore`,
    permission: 'all',
    parameters: {
      store: storeName,
      ns: namespace,
      'max-depth': depth,
      ...keepParameters,
      'dry-run': maybeFlag,
    },
    handler: pruneStore,
  },
  {
    method: 'GET',
    path: `${path}/gc`,
    permission: [{ path: '/datastore/{store}', privileges: ['Datastore.Audit'] }],
    parameters: storeParameters,
    handler: (call) => gcInfo(call, call.required('store')),
  },
  {
    method: 'POST',
    path: `${path}/gc`,
    permission: [{ path: '/datastore/{store}', privileges: ['Datastore.Modify'] }],
    parameters: storeParameters,
    handler: startGc,
  },
  {
    method: 'GET',
    path: '/admin/gc',
    permission: 'all',
    parameters: { store: maybeStore },
    handler: gcList,
  },
];
