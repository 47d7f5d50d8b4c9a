import { authIdText } from '../../world/upid.ts';
import { registeredTags } from '../config-privileges.ts';
import { type Call, type Endpoint, Prepared } from '../endpoint.ts';
import { parameterErrors } from '../errors.ts';
import { optionalInteger, optionalText, optionalVmid } from '../parameter-kinds.ts';
import { resourceRows } from '../resources.ts';
import { taskRow } from '../task-rows.ts';

interface Kept {
  readonly stamp: string;
  /** The ACL it was made for; replaced, never edited. */
  readonly acl: unknown;
  readonly answer: Prepared;
}

/** Sends the last answer for this caller and type again while nothing changed in this period. */
function resources(call: Call): Prepared {
  const { world } = call;
  const type = call.text('type');
  const key = `resources ${authIdText(call.who)} ${type ?? ''}`;
  const stamp = `${world.period} ${world.settings.statusPeriod} ${world.revision}`;
  const { acl } = world.accounts;
  const old = world.keptAnswers.get(key) as Kept | undefined;
  if (old?.stamp === stamp && old.acl === acl) return old.answer;
  const kept: Kept = { stamp, acl, answer: new Prepared(resourceRows(call, type)) };
  world.keptAnswers.set(key, kept);
  return kept.answer;
}

function clusterStatus(call: Call): unknown[] {
  const { world } = call;
  const rows: unknown[] = [...world.nodes.values()].map((node) => ({
    type: 'node',
    id: `node/${node.node}`,
    name: node.node,
    nodeid: world.clusterName === undefined ? 0 : node.nodeid,
    ip: node.ip,
    local: node.node === call.connectedNode ? 1 : 0,
    online: node.downSince === undefined ? 1 : 0,
    level: '',
  }));
  if (world.clusterName !== undefined) {
    rows.unshift({
      type: 'cluster',
      id: 'cluster',
      name: world.clusterName,
      nodes: world.nodes.size,
      quorate: world.quorate ? 1 : 0,
      version: world.nodes.size,
    });
  }
  return rows;
}

function nextId(call: Call): string {
  const { guests } = call.world;
  const wanted = call.number('vmid');
  if (wanted !== undefined) {
    if (guests.has(wanted)) throw parameterErrors({ vmid: `VM ${wanted} already exists` });
    return String(wanted);
  }
  let free = 100;
  while (guests.has(free)) free += 1;
  return String(free);
}

/** GET /cluster/tasks: everything that runs and the newest 25 finished tasks of each node. */
function clusterTasks(call: Call): unknown[] {
  const { world } = call;
  const all = call.may('/', 'Sys.Audit');
  const who = authIdText(call.who);
  const rows: unknown[] = [];
  for (const name of world.nodes.keys()) {
    if (!world.isOnline(name)) continue;
    const tasks = world.tasks.ofNode(name).filter((task) => all || task.user === who);
    const running = tasks.filter((task) => task.status === undefined);
    const finished = tasks.filter((task) => task.status !== undefined).slice(-25);
    rows.push(...[...finished, ...running].reverse().map((task) => taskRow(task, 'cluster')));
  }
  return rows;
}

function haStatus(call: Call): unknown[] {
  const { world } = call;
  const managed = [...world.guests.values()].filter((guest) => guest.ha !== undefined);
  const first = [...world.nodes.values()].find((node) => node.downSince === undefined);
  const local = call.connectedNode;
  const stamp = new Date(world.clock.now).toUTCString();
  const rows: unknown[] = [
    {
      id: 'quorum',
      type: 'quorum',
      node: local,
      status: world.quorate ? 'OK' : 'No quorum on node!',
      quorate: world.quorate ? 1 : 0,
    },
  ];
  if (managed.length === 0) return rows;
  if (first) {
    rows.push({
      id: 'master',
      type: 'master',
      node: first.node,
      status: `${first.node} (active, ${stamp})`,
      timestamp: world.clock.seconds,
    });
  }
  for (const node of world.nodes.values()) {
    const dead = node.downSince !== undefined;
    const busy = managed.some((guest) => guest.node === node.node);
    const state = dead ? 'old timestamp - dead?' : busy ? 'active' : 'idle';
    rows.push({
      id: `lrm:${node.node}`,
      type: 'lrm',
      node: node.node,
      status: `${node.node} (${state}, ${stamp})`,
      timestamp: node.downSince ?? world.clock.seconds,
    });
  }
  for (const guest of managed) {
    const sid = `${guest.type === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`;
    rows.push({
      id: `service:${sid}`,
      type: 'service',
      sid,
      node: guest.node,
      state: guest.ha?.state,
      crm_state: guest.ha?.state,
      request_state: guest.ha?.request,
      max_restart: 1,
      max_relocate: 1,
      failback: 1,
      status: `${sid} (${guest.node}, ${guest.ha?.state})`,
    });
  }
  return rows;
}

const options = {
  keyboard: 'en-us',
  mac_prefix: 'BC:24:11',
  'registered-tags': registeredTags,
  'tag-style': {
    'color-map': 'critical:c0392b:ffffff;desktop:8e44ad;lab:f1c40f:000000;prod:2980b9',
    shape: 'full',
  },
  'user-tag-access': { 'user-allow': 'free' },
};

export const clusterEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/cluster/resources',
    permission: 'all',
    parameters: { type: optionalText({ enum: ['vm', 'storage', 'node', 'sdn'] }) },
    handler: resources,
  },
  {
    method: 'GET',
    path: '/cluster/status',
    permission: { path: '/', privileges: ['Sys.Audit'] },
    parameters: {},
    handler: clusterStatus,
  },
  {
    method: 'GET',
    path: '/cluster/nextid',
    permission: 'all',
    parameters: { vmid: optionalVmid },
    handler: nextId,
  },
  {
    method: 'GET',
    path: '/cluster/options',
    permission: 'all',
    parameters: {},
    handler: (call) => {
      if (call.may('/', 'Sys.Audit')) return options;
      const { keyboard: _layout, mac_prefix: _prefix, ...everybody } = options;
      return everybody;
    },
  },
  {
    method: 'GET',
    path: '/cluster/log',
    permission: 'all',
    parameters: { max: optionalInteger({ minimum: 1 }) },
    handler: (call) => {
      const all = call.may('/', 'Sys.Syslog');
      return call.world.clusterLog
        .newest(call.number('max') ?? 50)
        .filter((entry) => all || entry.user === authIdText(call.who));
    },
  },
  {
    method: 'GET',
    path: '/cluster/tasks',
    permission: 'all',
    parameters: {},
    handler: clusterTasks,
  },
  {
    method: 'GET',
    path: '/cluster/ha/status/current',
    permission: { path: '/', privileges: ['Sys.Audit'] },
    parameters: {},
    handler: haStatus,
  },
  {
    method: 'GET',
    path: '/version',
    permission: 'all',
    parameters: {},
    handler: () => ({ version: '9.2.3', release: '9.2', repoid: '3f0d8bca5d1ae6c1' }),
  },
];
