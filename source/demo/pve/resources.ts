import type { GuestState, PublishedGuest } from '../world/model.ts';
import { guestName, isTemplate } from '../world/model.ts';
import type { Call } from './endpoint.ts';

type Row = Record<string, unknown>;

interface Published {
  readonly guest: GuestState;
  readonly state: PublishedGuest;
}

/** The second that the figures of this period were taken at. */
export function figuresTime(call: Call): number {
  const { world } = call;
  return Math.floor(world.period * world.settings.statusPeriod);
}

function guestRow(call: Call, { guest, state }: Published, at: number): Row {
  const { world } = call;
  const row: Row = {
    id: `${guest.type}/${guest.vmid}`,
    type: guest.type,
    vmid: guest.vmid,
    node: guest.node,
  };
  if (guest.pool !== undefined) row.pool = guest.pool;
  if (guest.lock !== undefined) row.lock = guest.lock;
  if (guest.config.tags !== undefined) row.tags = guest.config.tags;
  if (guest.ha) row.hastate = guest.ha.state;
  if (!world.isOnline(guest.node)) {
    row.status = 'unknown';
    return row;
  }
  row.name = guestName({ type: guest.type, config: state.config });
  row.status = guest.type === 'qemu' ? state.qmpstatus : state.status;
  row.template = isTemplate(state) ? 1 : 0;
  return Object.assign(row, world.meter.guest(guest, state, at));
}

function nodeRow(call: Call, name: string, guests: readonly Published[], at: number): Row {
  const { world } = call;
  const node = world.node(name);
  const row: Row = { id: `node/${name}`, type: 'node', node: name };
  const audited = call.may(`/nodes/${name}`, 'Sys.Audit');
  const size = { maxcpu: node.cpus, maxmem: node.memory, maxdisk: node.rootTotal };
  if (node.downSince !== undefined) {
    row.status = 'offline';
    const recently = world.clock.seconds - node.downSince < 300;
    return audited && recently ? { ...row, level: '', ...size } : row;
  }
  row.status = 'online';
  if (!audited) return row;
  const figures = world.meter.node(node, guests, at);
  const managed = guests.some(({ guest }) => guest.ha !== undefined);
  return {
    ...row,
    level: '',
    uptime: Math.max(0, at - node.bootedAt),
    cpu: figures.cpu,
    ...size,
    mem: figures.mem,
    disk: node.rootUsed,
    'cgroup-mode': 2,
    'host-arch': 'x86_64',
    ...(managed ? { hastate: 'online' } : {}),
  };
}

function storageRows(call: Call, byNode: ReadonlyMap<string, readonly Published[]>): Row[] {
  const { world } = call;
  const all = [...world.guests.values()];
  const rows: Row[] = [];
  for (const storage of world.storages.values()) {
    const path = `/storage/${storage.storage}`;
    if (!call.mayAny(path, 'Datastore.Audit', 'Datastore.AllocateSpace')) continue;
    for (const node of storage.nodes) {
      const here = storage.shared ? all : (byNode.get(node) ?? []).map(({ guest }) => guest);
      const usage = world.isOnline(node) ? world.meter.storage(storage, node, here) : undefined;
      rows.push({
        id: `storage/${node}/${storage.storage}`,
        type: 'storage',
        storage: storage.storage,
        node,
        status: usage ? 'available' : 'unknown',
        plugintype: storage.type,
        content: storage.content,
        shared: storage.shared ? 1 : 0,
        ...(usage ? { disk: usage.used, maxdisk: usage.total } : {}),
      });
    }
  }
  return rows;
}

/** A pool sums up its running members, whoever may see them. */
function poolRows(call: Call, published: readonly Published[], at: number): Row[] {
  const { world } = call;
  const rows: Row[] = [];
  for (const pool of world.pools.keys()) {
    if (!call.may(`/pool/${pool}`, 'Pool.Audit')) continue;
    const row: Row = { id: `/pool/${pool}`, type: 'pool', pool };
    const running = published.filter(
      ({ guest, state }) =>
        guest.pool === pool && state.status === 'running' && world.isOnline(guest.node),
    );
    const sum = { uptime: 0, cpu: 0, maxcpu: 0, mem: 0, maxmem: 0 };
    for (const one of running) {
      const figures = world.meter.guest(one.guest, one.state, at);
      sum.uptime = Math.max(sum.uptime, figures.uptime);
      sum.cpu =
        (sum.cpu * sum.maxcpu + figures.cpu * figures.maxcpu) / (sum.maxcpu + figures.maxcpu);
      sum.maxcpu += figures.maxcpu;
      sum.mem += figures.mem;
      sum.maxmem += figures.maxmem;
    }
    rows.push(running.length > 0 ? { ...row, ...sum } : row);
  }
  return rows;
}

/** The rows of GET /cluster/resources that the caller may see, of one type or all. */
export function resourceRows(call: Call, type: string | undefined): Row[] {
  const { world } = call;
  const at = figuresTime(call);
  const byNode = new Map<string, Published[]>([...world.nodes.keys()].map((name) => [name, []]));
  const published: Published[] = [];
  for (const guest of world.guests.values()) {
    const one = { guest, state: world.published(guest) };
    published.push(one);
    byNode.get(guest.node)?.push(one);
  }
  const rows: Row[] = [];
  if (type === undefined) rows.push(...poolRows(call, published, at));
  if (type === undefined || type === 'vm') {
    for (const one of published) {
      if (call.may(`/vms/${one.guest.vmid}`, 'VM.Audit')) rows.push(guestRow(call, one, at));
    }
  }
  if (type === undefined || type === 'node') {
    for (const name of world.nodes.keys())
      rows.push(nodeRow(call, name, byNode.get(name) ?? [], at));
  }
  if (type === undefined || type === 'storage') rows.push(...storageRows(call, byNode));
  if (type === undefined && call.may('/sdn/zones/localnetwork', 'SDN.Audit')) {
    for (const name of world.nodes.keys()) {
      rows.push({
        id: `network/${name}/zone/localnetwork`,
        type: 'network',
        'network-type': 'zone',
        network: 'localnetwork',
        node: name,
        status: world.isOnline(name) ? 'ok' : 'unknown',
      });
    }
  }
  return rows;
}
