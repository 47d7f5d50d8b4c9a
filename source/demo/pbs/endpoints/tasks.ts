import { statusClass, taskFacts } from '../../pve/task-rows.ts';
import { PbsRefusal } from '../../world/pbs/host.ts';
import { isPbsUpid } from '../../world/pbs/upid.ts';
import type { TaskRecord } from '../../world/tasks.ts';
import { authIdText } from '../../world/upid.ts';
import { type PbsCall, type PbsEndpoint, PbsFile, PbsPage } from '../endpoint.ts';
import {
  maybeFlag,
  maybeInteger,
  maybeList,
  maybeStore,
  maybeText,
  nodeParameters,
  text,
} from '../kinds.ts';

function ownerOf(task: TaskRecord): string {
  const { user, tokenid } = task;
  return authIdText(tokenid === undefined ? { user } : { user, token: tokenid });
}

/** A user owns the tasks of his tokens; a token only its own. */
function owns(call: PbsCall, task: TaskRecord): boolean {
  const { who } = call;
  return ownerOf(task) === authIdText(who) || (who.token === undefined && task.user === who.user);
}

/** As the filters of the task list mean it. */
function classOf(status: string): string {
  return status === 'unknown' ? 'unknown' : statusClass(status);
}

function matches(call: PbsCall, task: TaskRecord): boolean {
  const { status } = task;
  if (call.flag('running') && status !== undefined) return false;
  if (call.flag('errors') && (status === undefined || classOf(status) === 'ok')) return false;
  const classes = call.list('statusfilter');
  if (classes.length > 0 && (status === undefined || !classes.includes(classOf(status)))) {
    return false;
  }
  const store = call.text('store');
  if (store !== undefined && !task.id.split(':').includes(store)) return false;
  if (!task.type.includes(call.text('typefilter') ?? '')) return false;
  if (!ownerOf(task).includes(call.text('userfilter') ?? '')) return false;
  const { starttime, endtime = starttime } = task;
  const since = call.number('since') ?? 0;
  return (
    (status === undefined || endtime >= since) &&
    starttime <= (call.number('until') ?? Number.POSITIVE_INFINITY)
  );
}

function row(task: TaskRecord): Record<string, unknown> {
  const { upid, pid, pstart, starttime, type, id, endtime, status } = task;
  return {
    upid,
    node: 'localhost',
    pid,
    pstart,
    starttime,
    worker_type: type,
    ...(id === '' ? {} : { worker_id: id }),
    user: ownerOf(task),
    ...(status === undefined ? {} : { endtime, status }),
  };
}

function list(call: PbsCall): PbsPage {
  const all = call.mayAny('/system/tasks', 'Sys.Audit');
  const found = call.host.tasks
    .ofNode(call.host.name)
    .filter((task) => (all || owns(call, task)) && matches(call, task))
    .reverse();
  found.sort((a, b) => Number(a.status !== undefined) - Number(b.status !== undefined));
  const start = call.number('start') ?? 0;
  const limit = call.number('limit') ?? 50;
  const end = limit === 0 ? found.length : start + limit;
  return new PbsPage(found.slice(start, end).map(row), { total: found.length });
}

function find(call: PbsCall, privilege: 'Sys.Audit' | 'Sys.Modify'): TaskRecord {
  const upid = call.required('upid');
  if (!isPbsUpid(upid)) {
    throw new PbsRefusal(
      "parameter verification errors\n\nparameter 'upid': value does not match the regex pattern",
    );
  }
  const task = call.host.tasks.get(upid);
  if (!task) throw new PbsRefusal('no such task');
  if (!owns(call, task)) call.needAny('/system/tasks', privilege);
  return task;
}

function status(call: PbsCall): unknown {
  const task = find(call, 'Sys.Audit');
  return {
    ...taskFacts(task),
    ...(task.status === undefined
      ? { status: 'running' }
      : { status: 'stopped', exitstatus: task.status, endtime: task.endtime }),
  };
}

/** Lines are counted from 1, and `start` is the first one wanted. */
function log(call: PbsCall): PbsPage | PbsFile {
  const task = find(call, 'Sys.Audit');
  if (call.flag('download')) return new PbsFile('text/plain', `${task.log.join('\n')}\n`);
  const first = Math.max(1, call.number('start') ?? 0);
  const limit = call.number('limit') ?? 50;
  const end = limit === 0 ? task.log.length : first - 1 + limit;
  const lines = task.log.slice(first - 1, end).map((t, index) => ({ n: first + index, t }));
  return new PbsPage(lines, {
    total: task.log.length,
    ...(call.flag('test-status') ? { active: task.status === undefined } : {}),
  });
}

const one = { ...nodeParameters, upid: text({ minLength: 36 }) };

export const taskEndpoints: readonly PbsEndpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/tasks',
    permission: 'all',
    parameters: {
      ...nodeParameters,
      errors: maybeFlag,
      limit: maybeInteger(),
      running: maybeFlag,
      since: maybeInteger(),
      start: maybeInteger(),
      statusfilter: maybeList(text({ enum: ['ok', 'warning', 'error', 'unknown'] })),
      store: maybeStore,
      typefilter: maybeText(),
      until: maybeInteger(),
      userfilter: maybeText(),
    },
    handler: list,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/status',
    permission: 'all',
    parameters: one,
    handler: status,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/log',
    permission: 'all',
    parameters: {
      ...one,
      download: maybeFlag,
      limit: maybeInteger({ minimum: 0 }),
      start: maybeInteger({ minimum: 0 }),
      'test-status': maybeFlag,
    },
    handler: log,
  },
  {
    method: 'DELETE',
    path: '/nodes/{node}/tasks/{upid}',
    permission: 'all',
    parameters: one,
    handler: (call) => {
      call.host.tasks.kill(find(call, 'Sys.Modify').upid, 'interrupt');
      return null;
    },
  },
];
