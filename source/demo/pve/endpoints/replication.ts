import { createHash } from 'node:crypto';
import {
  checkReplicatable,
  nextSync,
  type ReplicationJob,
  scheduleNow,
  settleReplication,
} from '../../world/replication.ts';
import { isSchedule } from '../../world/schedule.ts';
import { type Call, type Endpoint, Page } from '../endpoint.ts';
import { died, notPermitted, parameterErrors } from '../errors.ts';
import { refuseChanged } from '../firewall-access.ts';
import {
  nodeParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  optionalVmid,
  text,
} from '../parameter-kinds.ts';

function configRow(job: ReplicationJob): Record<string, unknown> {
  return {
    id: job.id,
    type: 'local',
    guest: job.guest,
    jobnum: Number(job.id.split('-')[1]),
    source: job.source,
    target: job.target,
    ...(job.schedule === undefined ? {} : { schedule: job.schedule }),
    ...(job.rate === undefined ? {} : { rate: job.rate }),
    ...(job.comment === undefined ? {} : { comment: job.comment }),
    ...(job.disable ? { disable: 1 } : {}),
    ...(job.removing ? { remove_job: job.removing.how } : {}),
  };
}

function statusRow(call: Call, job: ReplicationJob): Record<string, unknown> {
  const type = call.world.guests.get(job.guest)?.type;
  return {
    ...configRow(job),
    ...(type === undefined ? {} : { vmtype: type }),
    last_sync: job.lastSync ?? 0,
    last_try: job.lastTry ?? 0,
    fail_count: job.failCount,
    ...(job.error === undefined ? {} : { error: job.error }),
    ...(job.duration === undefined ? {} : { duration: job.duration }),
    next_sync: job.disable ? 0 : (nextSync(call.world, job) ?? 0),
  };
}

function jobs(call: Call): ReplicationJob[] {
  settleReplication(call.world);
  return [...call.world.replication.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Of replication.cfg as a whole: a change of any job changes it. */
function fileDigest(call: Call): string {
  const file = jobs(call).map((job) => JSON.stringify(configRow(job)));
  return createHash('sha1').update(file.join('\n')).digest('hex');
}

const sees = (call: Call) => (job: ReplicationJob) => call.may(`/vms/${job.guest}`, 'VM.Audit');
/** The jobs of the guests that are on the node. */
const isHere = (call: Call) => (job: ReplicationJob) =>
  call.world.guests.get(job.guest)?.node === call.node;

function find(
  call: Call,
  message = `no such replication job '${call.required('id')}'`,
): ReplicationJob {
  const job = jobs(call).find(({ id }) => id === call.required('id'));
  if (!job) throw died(message);
  return job;
}

function idParts(id: string): number {
  const guest = Number(id.split('-')[0]);
  if (!/^\d+-\d+$/.test(id) || guest < 100) {
    throw parameterErrors({ id: `invalid format - invalid replication job id '${id}'` });
  }
  return guest;
}

function checkSchedule(call: Call): void {
  const schedule = call.text('schedule');
  if (schedule === undefined || isSchedule(schedule)) return;
  throw parameterErrors({
    schedule: `invalid format - invalid calendar event '${schedule}' - unable to parse calendar event '${schedule}'`,
  });
}

function create(call: Call): null {
  const { world } = call;
  const id = call.required('id');
  const vmid = idParts(id);
  checkSchedule(call);
  call.need(`/vms/${vmid}`, 'VM.Replicate');
  const guest = world.guests.get(vmid);
  const target = call.required('target');
  const source = call.text('source');
  if (!guest) throw died(`Guest '${vmid}' does not exist.`);
  if (!world.nodes.has(target)) throw died(`Target '${target}' does not exist.`);
  if (source !== undefined && source !== guest.node) {
    throw died(`Source '${source}' does not match current node of guest '${vmid}' (${guest.node})`);
  }
  if (target === guest.node) throw died('Source and target must not be identical');
  checkReplicatable(world, guest);
  if (world.replication.has(id)) throw died(`replication job '${id}' already exists`);
  if ([...world.replication.values()].some((job) => job.guest === vmid && job.target === target)) {
    throw died(`replication job for guest '${vmid}' to target 'local/${target}' already exists`);
  }
  world.replication.set(id, {
    id,
    guest: vmid,
    target,
    source: guest.node,
    schedule: call.text('schedule'),
    rate: call.number('rate'),
    comment: call.text('comment'),
    disable: call.flag('disable'),
    since: world.clock.seconds,
    failCount: 0,
    log: [],
  });
  return null;
}

const optional = ['schedule', 'rate', 'comment', 'disable'] as const;

function update(call: Call): null {
  idParts(call.required('id'));
  checkSchedule(call);
  call.need(`/vms/${idParts(call.required('id'))}`, 'VM.Replicate');
  refuseChanged(call, fileDigest(call));
  const job = find(call, `no such job '${call.required('id')}'`);
  if (call.parameters.schedule !== undefined) job.schedule = call.text('schedule');
  if (call.parameters.rate !== undefined) job.rate = call.number('rate');
  if (call.parameters.comment !== undefined) job.comment = call.text('comment');
  if (call.parameters.disable !== undefined) {
    // What was missed meanwhile is not made up for.
    if (job.disable && !call.flag('disable')) job.since = call.world.clock.seconds;
    job.disable = call.flag('disable');
  }
  for (const key of (call.text('delete') ?? '').split(/[,;\s]+/).filter(Boolean)) {
    const known = optional.find((each) => each === key);
    if (known === undefined) throw died(`no such option '${key}'`);
    if (known === 'disable') job.disable = false;
    else job[known] = undefined;
  }
  return null;
}

function remove(call: Call): null {
  const id = call.required('id');
  call.need(`/vms/${idParts(id)}`, 'VM.Replicate');
  if (call.flag('force')) {
    if (call.flag('keep')) throw parameterErrors({ keep: "conflicts with parameter 'force'" });
    call.world.replication.delete(id);
    return null;
  }
  const job = find(call, `no such job '${id}'`);
  job.removing = {
    how: call.flag('keep') ? 'local' : 'full',
    since: call.world.clock.seconds,
  };
  return null;
}

function log(call: Call): Page {
  const job = find(call);
  if (!sees(call)(job) && !call.may(`/nodes/${call.node}`, 'Sys.Audit')) {
    throw notPermitted(`/vms/${job.guest}, VM.Audit`);
  }
  if (job.log.length === 0) return new Page([{ n: 1, t: 'no content' }], 1);
  const start = call.number('start') ?? 0;
  const lines = job.log.slice(start, start + (call.number('limit') ?? 50));
  return new Page(
    lines.map((t, index) => ({ n: start + index + 1, t })),
    job.log.length,
  );
}

const id = text({ pattern: /^[1-9][0-9]{2,8}-\d{1,9}$/ });
const settings = {
  comment: optionalText({ maxLength: 4096 }),
  disable: optionalFlag(),
  rate: { type: 'number', optional: true, minimum: 1 } as const,
  remove_job: optionalText({ enum: ['local', 'full'] }),
  schedule: optionalText({ maxLength: 128 }),
  source: optionalText({ format: 'pve-node' }),
};
const common = { permission: 'all' } as const;
const onNode = { ...common, proxyto: 'node' } as const;

export const replicationEndpoints: readonly Endpoint[] = [
  {
    ...common,
    method: 'GET',
    path: '/cluster/replication',
    parameters: {},
    handler: (call) => jobs(call).filter(sees(call)).map(configRow),
  },
  {
    ...common,
    method: 'POST',
    path: '/cluster/replication',
    needsQuorum: true,
    parameters: {
      id,
      ...settings,
      target: text({ format: 'pve-node' }),
      type: text({ enum: ['local'] }),
    },
    handler: create,
  },
  {
    ...common,
    method: 'GET',
    path: '/cluster/replication/{id}',
    parameters: { id },
    handler: (call) => {
      call.need(`/vms/${idParts(call.required('id'))}`, 'VM.Audit');
      return { ...configRow(find(call)), digest: fileDigest(call) };
    },
  },
  {
    ...common,
    method: 'PUT',
    path: '/cluster/replication/{id}',
    needsQuorum: true,
    parameters: {
      id,
      ...settings,
      delete: optionalText({ maxLength: 4096, format: 'pve-configid-list' }),
      digest: optionalText({ maxLength: 64 }),
    },
    handler: update,
  },
  {
    ...common,
    method: 'DELETE',
    path: '/cluster/replication/{id}',
    needsQuorum: true,
    parameters: { id, force: optionalFlag(), keep: optionalFlag() },
    handler: remove,
  },
  {
    ...onNode,
    method: 'GET',
    path: '/nodes/{node}/replication',
    parameters: { ...nodeParameter, guest: optionalVmid },
    handler: (call) =>
      jobs(call)
        .filter(isHere(call))
        .filter(sees(call))
        .filter((job) => (call.number('guest') ?? job.guest) === job.guest)
        .map((job) => statusRow(call, job)),
  },
  {
    ...onNode,
    method: 'GET',
    path: '/nodes/{node}/replication/{id}/status',
    parameters: { ...nodeParameter, id },
    handler: (call) => {
      const job = find(call);
      if (!isHere(call)(job)) throw died(`no such replication job '${job.id}'`);
      call.need(`/vms/${job.guest}`, 'VM.Audit');
      return statusRow(call, job);
    },
  },
  {
    ...onNode,
    method: 'GET',
    path: '/nodes/{node}/replication/{id}/log',
    parameters: {
      ...nodeParameter,
      id,
      limit: optionalInteger({ minimum: 0 }),
      start: optionalInteger({ minimum: 0 }),
    },
    handler: log,
  },
  {
    ...onNode,
    method: 'POST',
    path: '/nodes/{node}/replication/{id}/schedule_now',
    parameters: { ...nodeParameter, id },
    handler: (call) => {
      const vmid = idParts(call.required('id'));
      call.need(`/vms/${vmid}`, 'VM.Replicate');
      scheduleNow(call.world, find(call));
      return '';
    },
  },
];
