import { isCalendarEvent } from '../../world/pbs/calendar.ts';
import { PbsRefusal } from '../../world/pbs/host.ts';
import type { Datastore, Remote } from '../../world/pbs/model.ts';
import type { PbsCall, PbsEndpoint } from '../endpoint.ts';
import {
  comment,
  digest,
  jobId,
  keepParameters,
  maybeFlag,
  maybeList,
  maybeSomeone,
  maybeText,
  storeName,
  text,
} from '../kinds.ts';
import { maintenanceText } from '../rows.ts';

type Row = Record<string, unknown>;

const removable = [
  ...['comment', 'gc-schedule', 'gc-on-unmount', 'prune-schedule', ...Object.keys(keepParameters)],
  ...['verify-new', 'notify-user', 'notify', 'notification-mode', 'tuning', 'maintenance-mode'],
  ...['notification-thresholds', 'counter-reset-schedule'],
];

function configRow(call: PbsCall, store: Datastore): Row {
  const schedule = call.host.job('gc', store.name)?.config.schedule;
  const maintenance = maintenanceText(store);
  return {
    name: store.name,
    path: store.path,
    ...store.config,
    ...(schedule === undefined ? {} : { 'gc-schedule': schedule }),
    ...(maintenance === undefined ? {} : { 'maintenance-mode': maintenance }),
  };
}

/** `type=offline,message="why"` or only `read-only`. */
function maintenanceOf(value: string): NonNullable<Datastore['maintenance']> {
  const type = /(?:^|,)(?:type=)?(offline|read-only)(?:,|$)/.exec(value)?.[1];
  if (type !== 'offline' && type !== 'read-only') {
    throw new PbsRefusal(
      "parameter verification errors\n\nparameter 'maintenance-mode': value does not match schema",
    );
  }
  const match = /(?:^|,)message=(?:"([^"]*)"|([^,]*))/.exec(value);
  const message = match?.[1] ?? match?.[2];
  return { type, ...(message === undefined || message === '' ? {} : { message }) };
}

function reschedule(call: PbsCall, store: Datastore, schedule: string | undefined): void {
  const { host } = call;
  let job = host.job('gc', store.name);
  if (!job) {
    job = { kind: 'gc', id: store.name, config: { store: store.name } };
    host.jobs.push(job);
  }
  const { schedule: _old, ...rest } = job.config;
  job.config = schedule === undefined ? rest : { ...rest, schedule };
  host.schedule(job);
}

function update(call: PbsCall): null {
  const store = call.host.store(call.required('name'), 'look');
  const schedule = call.text('gc-schedule');
  if (schedule !== undefined && !isCalendarEvent(schedule)) {
    throw new PbsRefusal(
      "parameter verification errors\n\nparameter 'gc-schedule': unable to parse calendar event",
    );
  }
  const mode = call.text('maintenance-mode');
  const maintenance = mode === undefined ? undefined : maintenanceOf(mode);
  const gone = new Set(call.list('delete'));
  if (maintenance) store.maintenance = maintenance;
  else if (gone.has('maintenance-mode')) store.maintenance = undefined;
  if (schedule !== undefined || gone.has('gc-schedule')) reschedule(call, store, schedule);
  const special = ['name', 'digest', 'delete', 'gc-schedule', 'maintenance-mode'];
  const given = Object.entries(call.parameters).filter(([name]) => !special.includes(name));
  const kept = Object.entries(store.config).filter(([name]) => !gone.has(name));
  store.config = {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(given),
  } as Datastore['config'];
  call.world.revision += 1;
  return null;
}

function remoteRow({ name, host, authId, fingerprint, comment: why }: Remote): Row {
  return { name, host, 'auth-id': authId, fingerprint, comment: why };
}

export const configEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: '/config/datastore',
    permission: 'all',
    parameters: {},
    handler: (call) =>
      [...call.host.stores.values()]
        .filter(({ name }) => call.mayAny(call.place(name, ''), 'Datastore.Audit'))
        .map((store) => configRow(call, store)),
  },
  {
    method: 'GET',
    path: '/config/datastore/{name}',
    permission: [{ path: '/datastore/{name}', privileges: ['Datastore.Audit'] }],
    parameters: { name: storeName },
    handler: (call) => configRow(call, call.host.store(call.required('name'), 'look')),
  },
  {
    method: 'PUT',
    path: '/config/datastore/{name}',
    permission: [{ path: '/datastore/{name}', privileges: ['Datastore.Modify'] }],
    parameters: {
      name: storeName,
      comment,
      'counter-reset-schedule': maybeText(),
      delete: maybeList(text({ enum: removable })),
      digest,
      'gc-on-unmount': maybeFlag,
      'gc-schedule': maybeText(),
      ...keepParameters,
      'maintenance-mode': maybeText(),
      'notification-mode': maybeText({ enum: ['legacy-sendmail', 'notification-system'] }),
      'notification-thresholds': maybeText(),
      notify: maybeText(),
      'notify-user': maybeSomeone,
      'prune-schedule': maybeText(),
      tuning: maybeText(),
      'verify-new': maybeFlag,
    },
    handler: update,
  },
  {
    method: 'GET',
    path: '/config/remote',
    permission: 'all',
    parameters: {},
    handler: (call) =>
      call.host.remotes
        .filter(({ name }) => call.mayAny(`/remote/${name}`, 'Remote.Audit'))
        .map(remoteRow),
  },
  {
    method: 'GET',
    path: '/config/remote/{name}',
    permission: [{ path: '/remote/{name}', privileges: ['Remote.Audit'] }],
    parameters: { name: jobId },
    handler: (call) => {
      const remote = call.host.remotes.find(({ name }) => name === call.text('name'));
      if (!remote) throw new PbsRefusal(`no such remote '${call.text('name')}'`, 404);
      return remoteRow(remote);
    },
  },
];
