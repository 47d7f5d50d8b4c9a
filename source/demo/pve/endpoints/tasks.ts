import type { TaskRecord } from '../../world/tasks.ts';
import { authIdText, upidNode } from '../../world/upid.ts';
import { type Call, type Endpoint, Page, PlainText } from '../endpoint.ts';
import { ApiError, notPermitted } from '../errors.ts';
import {
  nodeParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  optionalVmid,
  text,
} from '../parameter-kinds.ts';
import { statusClass, taskFacts, taskRow } from '../task-rows.ts';

function owner(task: TaskRecord): string {
  return task.tokenid === undefined ? task.user : `${task.user}!${task.tokenid}`;
}

/** A user owns the tasks of his tokens; a token only its own. */
function owns(call: Call, task: TaskRecord): boolean {
  return (
    owner(task) === authIdText(call.who) ||
    (call.who.token === undefined && task.user === call.who.user)
  );
}

function list(call: Call): Page {
  const { world, node } = call;
  const all = call.may(`/nodes/${node}`, 'Sys.Audit');
  const source = call.text('source') ?? 'archive';
  const classes = call.text('statusfilter')?.split(/[,;\s]+/);
  const vmid = call.number('vmid');
  const matching = world.tasks
    .ofNode(node)
    .filter((task) => {
      const { status } = task;
      if (!all && !owns(call, task)) return false;
      if (source === 'archive' && status === undefined) return false;
      if (source === 'active' && status !== undefined) return false;
      if (call.flag('errors') && (status === undefined || statusClass(status) === 'ok'))
        return false;
      if (classes && (status === undefined || !classes.includes(statusClass(status)))) return false;
      if (vmid !== undefined && task.id !== String(vmid)) return false;
      const type = call.text('typefilter');
      if (type !== undefined && !task.type.includes(type)) return false;
      const user = call.text('userfilter');
      if (user !== undefined && !owner(task).includes(user)) return false;
      if (task.starttime < (call.number('since') ?? 0)) return false;
      return task.starttime <= (call.number('until') ?? Number.POSITIVE_INFINITY);
    })
    .reverse();
  // Tasks that run come before the archive.
  matching.sort((a, b) => Number(a.status !== undefined) - Number(b.status !== undefined));
  const start = call.number('start') ?? 0;
  const rows = matching.slice(start, start + (call.number('limit') ?? 50));
  return new Page(
    rows.map((task) => taskRow(task, 'node')),
    matching.length,
  );
}

function find(call: Call, privilege: 'Sys.Audit' | 'Sys.Modify'): TaskRecord {
  const upid = call.required('upid');
  if (upidNode(upid) === undefined) {
    throw new ApiError(400, 'Parameter verification failed.', {
      upid: `unable to parse worker upid '${upid}'`,
    });
  }
  const task = call.world.tasks.get(upid);
  if (!task || task.node !== call.node) throw new ApiError(400, 'no such task');
  if (!owns(call, task) && !call.may(`/nodes/${call.node}`, privilege)) {
    throw notPermitted(`/nodes/${call.node}, ${privilege}`);
  }
  return task;
}

function status(call: Call): unknown {
  const task = find(call, 'Sys.Audit');
  return {
    ...taskFacts(task),
    ...(task.status === undefined
      ? { status: 'running' }
      : { status: 'stopped', exitstatus: task.status }),
  };
}

function log(call: Call): Page | PlainText {
  const task = find(call, 'Sys.Audit');
  if (call.flag('download')) return new PlainText(`${task.log.join('\n')}\n`);
  const start = call.number('start') ?? 0;
  const limit = call.number('limit') ?? 50;
  if (task.log.length === 0) return new Page([{ n: 1, t: 'no content' }], 1);
  const end = limit === 0 ? task.log.length : start + limit;
  const lines = task.log.slice(start, end).map((t, index) => ({ n: start + index + 1, t }));
  return new Page(lines, task.log.length);
}

function stop(call: Call): null {
  const task = find(call, 'Sys.Modify');
  call.world.tasks.kill(task.upid, 'interrupt');
  return null;
}

const one = { ...nodeParameter, upid: text() };

export const taskEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/tasks',
    permission: 'all',
    proxyto: 'node',
    parameters: {
      ...nodeParameter,
      errors: optionalFlag(),
      limit: optionalInteger({ minimum: 0 }),
      since: optionalInteger(),
      source: optionalText({ enum: ['archive', 'active', 'all'] }),
      start: optionalInteger({ minimum: 0 }),
      statusfilter: optionalText({ format: 'pve-task-status-type-list' }),
      typefilter: optionalText(),
      until: optionalInteger(),
      userfilter: optionalText(),
      vmid: optionalVmid,
    },
    handler: list,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/status',
    permission: 'all',
    proxyto: 'node',
    parameters: one,
    handler: status,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/log',
    permission: 'all',
    proxyto: 'node',
    parameters: {
      ...one,
      download: optionalFlag(),
      limit: optionalInteger({ minimum: 0 }),
      start: optionalInteger({ minimum: 0 }),
    },
    handler: log,
  },
  {
    method: 'DELETE',
    path: '/nodes/{node}/tasks/{upid}',
    permission: 'all',
    proxyto: 'node',
    parameters: one,
    handler: stop,
  },
];
