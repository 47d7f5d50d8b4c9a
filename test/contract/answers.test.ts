import assert from 'node:assert/strict';
import test from 'node:test';
import { demoEndpoints } from '../../source/demo/pve/endpoints.ts';
import { pciOf } from '../../source/demo/world/node-devices.ts';
import { startTestDemo, type TestDemo } from '../support/demo.ts';
import { until } from '../support/until.ts';
import { type AnswerRules, answerProblems, declared, loadSchema, schemaMissing } from './schema.ts';
import { ask } from './wire.ts';

const liveContainer = ['type', 'pid', 'swap', 'pressure*'];
const liveMachine = ['disk', 'balloon', 'blockstat', 'nics', 'proxmox-support'];
const rows = (names: readonly string[]) => names.map((name) => `[].${name}`);

/** Where PVE itself does not keep to its schema: what its servers were seen or read to send. */
const deviations: Readonly<Record<string, AnswerRules>> = {
  '/access/domains': { undeclared: ['[].default'] },
  '/cluster/nextid': { asText: [''] },
  // The schema has `upid` alone.
  '/cluster/tasks': {
    undeclared: rows([
      ...['node', 'pid', 'starttime', 'type', 'id', 'user', 'tokenid'],
      ...['saved', 'endtime', 'status'],
    ]),
  },
  '/nodes/{node}/tasks': { undeclared: ['[].tokenid'] },
  '/nodes/{node}/tasks/{upid}/status': { undeclared: ['tokenid'] },
  // Told only when the request names a node to check.
  '/cluster/mapping/usb': { optional: ['[].error'] },
  // The schema shows the inside of one node's entry as if it were the whole.
  '/nodes/{node}/qemu/{vmid}/migrate': { undeclared: ['not_allowed_nodes.*'] },
  // Seen on real servers.
  '/nodes/{node}/network': { undeclared: rows(['bridge_fd', 'bridge_stp']) },
  '/nodes/{node}/lxc': { asText: ['[].pressure*'], undeclared: rows(liveContainer) },
  '/nodes/{node}/lxc/{vmid}/status/current': { asText: ['pressure*'], undeclared: liveContainer },
  // A container that does not run has none.
  '/nodes/{node}/lxc/{vmid}/interfaces': { nullable: [''] },
  // The schema leaves a container's own snapshot parent out, though it is one of its configuration's keys.
  '/nodes/{node}/lxc/{vmid}/config': { undeclared: ['parent'] },
  '/nodes/{node}/qemu': { undeclared: rows(liveMachine) },
  '/nodes/{node}/qemu/{vmid}/status/current': { undeclared: liveMachine },
  '/nodes/{node}/lxc/{vmid}/snapshot': { undeclared: rows(['digest', 'running', 'snapstate']) },
  '/nodes/{node}/qemu/{vmid}/snapshot': { undeclared: rows(['digest', 'running', 'snapstate']) },
  // Every row has the digest of its list, and the options theirs; a rule that is skipped says why.
  ...Object.fromEntries(
    ['qemu', 'lxc'].flatMap((type) => {
      const firewall = `/nodes/{node}/${type}/{vmid}/firewall`;
      return [
        [`${firewall}/rules`, { undeclared: rows(['digest', 'errors']) }],
        [`${firewall}/rules/{pos}`, { undeclared: ['digest', 'errors'] }],
        [`${firewall}/options`, { undeclared: ['digest'] }],
      ];
    }),
  ),
  '/cluster/firewall/options': { undeclared: ['digest'] },
  '/nodes': {
    undeclared: rows(['cgroup-mode', 'disk', 'hastate', 'host-arch', 'id', 'maxdisk', 'type']),
  },
  '/nodes/{node}/status': {
    undeclared: ['flags', 'hvm', 'mhz', 'user_hz'].map((name) => `cpuinfo.${name}`),
  },
  '/nodes/{node}/disks/list': { undeclared: rows(['by_id_link', 'rpm', 'type', 'wearout']) },
  '/nodes/{node}/disks/zfs/{name}': { undeclared: ['children[].children', 'children[].leaf'] },
  '/nodes/{node}/disks/smart': { undeclared: ['wearout'] },
  '/nodes/{node}/storage/{storage}/content': { undeclared: rows(['content', 'subtype']) },
  // The schema has `id` alone; the rest is the job and its state (Replication.pm).
  '/nodes/{node}/replication': {
    undeclared: rows([
      ...['type', 'guest', 'jobnum', 'source', 'target', 'schedule', 'rate', 'comment', 'vmtype'],
      ...['last_sync', 'last_try', 'next_sync', 'fail_count', 'duration', 'error', 'disable'],
    ]),
  },
  // The schema has `storage` alone; these are keys of storage.cfg.
  '/storage': {
    undeclared: rows([
      ...['type', 'content', 'shared', 'nodes', 'digest', 'path', 'pool', 'sparse'],
      ...['thinpool', 'vgname', 'server', 'export', 'prune-backups'],
      ...['datastore', 'username'],
    ]),
  },
};

/** Values for parameters that must be there, or that change the answer's shape. */
type Samples = Readonly<Record<string, readonly string[]>>;

interface Place {
  readonly path: string;
  readonly samples: Samples;
}

/** Every object of the demo's world that an endpoint can be asked about. */
async function places(demo: TestDemo, template: string): Promise<Place[]> {
  const { world } = demo;
  const fill = (path: string, name: string, value: string) =>
    path.replace(`{${name}}`, encodeURIComponent(value));
  let open: { path: string; node?: string; vmid?: number; storage?: string }[] = [
    { path: template },
  ];
  const spread = (
    name: string,
    values: (at: (typeof open)[number]) => Partial<(typeof open)[number]>[],
  ) => {
    if (!template.includes(`{${name}}`)) return;
    open = open.flatMap((at) =>
      values(at).map((more) => {
        const value = String((more as Record<string, unknown>)[name] ?? more.path);
        return { ...at, ...more, path: fill(at.path, name, value) };
      }),
    );
  };
  spread('node', () => [...world.nodes.keys()].map((node) => ({ node })));
  spread('vmid', ({ node, path }) =>
    [...world.guests.values()]
      .filter(
        (guest) => (node === undefined || guest.node === node) && path.includes(`/${guest.type}/`),
      )
      .map(({ vmid }) => ({ vmid })),
  );
  spread('snapname', ({ vmid }) =>
    (world.guests.get(vmid ?? 0)?.snapshots ?? []).map(({ name }) => ({ path: name })),
  );
  spread('storage', ({ node }) =>
    [...world.storages.values()]
      .filter(({ nodes }) => node === undefined || nodes.includes(node))
      .map(({ storage }) => ({ storage })),
  );
  spread('service', ({ node }) =>
    [...(world.nodes.get(node ?? '')?.services ?? [])].map(({ service }) => ({ path: service })),
  );
  spread('pci-id-or-mapping', ({ node }) => [
    ...pciOf(node ?? '').map(({ id }) => ({ path: id })),
    ...world.mappings
      .filter(
        ({ kind, map }) => kind === 'pci' && map.some((line) => line.includes(`node=${node},`)),
      )
      .map(({ id }) => ({ path: id })),
  ]);
  spread('volume', ({ node, storage }) =>
    world.files
      .filter((file) => file.storage === storage && (file.node ?? node) === node)
      .map(({ volid }) => ({ path: volid })),
  );
  if (template.includes('/replication/{id}')) {
    spread('id', ({ node }) =>
      [...world.replication.values()]
        .filter((job) => node === undefined || world.guests.get(job.guest)?.node === node)
        .map(({ id }) => ({ path: id })),
    );
  }
  spread('poolid', () => [...world.pools.keys()].map((path) => ({ path })));
  if (template.includes('/zfs/{name}')) {
    const pools = new Map<string, { path: string }[]>();
    for (const node of world.nodes.keys()) {
      const { data } = await ask(demo, `/nodes/${node}/disks/zfs`);
      pools.set(
        node,
        (data as { name: string }[]).map(({ name }) => ({ path: name })),
      );
    }
    spread('name', ({ node }) => pools.get(node ?? '') ?? []);
  }
  if (template.includes('/firewall/')) {
    const of = (vmid: number | undefined) => world.firewalls.of(vmid ?? 0);
    spread('pos', ({ vmid }) => of(vmid).rules.map((_, pos) => ({ path: String(pos) })));
    const names = template.includes('/aliases/') ? 'aliases' : 'sets';
    spread('name', ({ vmid }) => Object.keys(of(vmid)[names]).map((path) => ({ path })));
    spread('cidr', ({ vmid, path }) => {
      const [, name = ''] = /ipset\/([^/]+)\//.exec(path) ?? [];
      return (of(vmid).sets[name]?.entries ?? []).map(({ cidr }) => ({ path: cidr }));
    });
  }
  const upids =
    ((await ask(demo, '/cluster/tasks')).data as { upid: string; node: string }[]) ?? [];
  spread('upid', ({ node }) =>
    upids.filter((task) => task.node === node).map(({ upid }) => ({ path: upid })),
  );
  const disks = (node?: string) =>
    [...(world.nodes.get(node ?? '')?.disks ?? [])].map(({ devpath }) => devpath);
  const [backup] = world.files.filter(({ content }) => content === 'backup');
  const volume = backup ? [backup.volid] : [];
  return open.map(({ path, node }) => ({
    path,
    samples: { ...fixed, volume, disk: disks(node) },
  }));
}

const fixed: Samples = {
  timeframe: ['hour', 'day', 'week', 'month', 'year'],
  feature: ['snapshot', 'clone', 'copy'],
  type: ['user', 'network', 'meta'],
};

/** All ways to ask: without optional parameters, once with each value of the required ones. */
function queries(required: readonly string[], samples: Samples): string[] {
  let open: string[] = [''];
  for (const name of required) {
    const values = samples[name];
    if (values === undefined) throw new Error(`The test has no value for the parameter ${name}`);
    open = open.flatMap((query) =>
      values.map(
        (value) => `${query}${query === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`,
      ),
    );
  }
  return open;
}

/** Lets a container reboot, so that there is a task to ask about. */
async function lively(demo: TestDemo): Promise<void> {
  const guests = [...demo.world.guests.values()];
  const container = guests.find(({ type, status }) => type === 'lxc' && status === 'running');
  assert.ok(container);
  const path = `/nodes/${container.node}/lxc/${container.vmid}/status`;
  const started = await ask(demo, `${path}/reboot`, 'POST');
  assert.equal(started.status, 200, started.reason);
  await until('the task', async () => {
    demo.world.faults.advance(60);
    const { data } = await ask(
      demo,
      `/nodes/${container.node}/tasks/${encodeURIComponent(String(started.data))}/status`,
    );
    return (data as { status: string }).status === 'stopped';
  });
}

test('every answer of the demo to a GET has the declared shape', {
  skip: schemaMissing ?? false,
}, async (t) => {
  const schema = loadSchema('9.2');
  const demo = await startTestDemo(t, { now: () => Date.UTC(2026, 10, 21, 12) });
  await lively(demo);
  const problems = new Map<string, string>();
  const note = (where: string, text: string) => {
    // One example for each place is enough.
    const [place = ''] = text.split(': ');
    if (!problems.has(`${where}: ${place}`))
      problems.set(`${where}: ${place}`, `${where}: ${text}`);
  };
  let asked = 0;
  for (const { method, path: template } of demoEndpoints) {
    // A websocket, no answer; and the inside of backups, which is looked at with the backup servers.
    if (template.endsWith('/vncwebsocket') || template.includes('/file-restore/')) continue;
    const official = method === 'GET' ? declared(schema, method, template) : undefined;
    if (official === undefined) continue;
    const rules = deviations[template] ?? {};
    const required = Object.entries(official.parameters)
      .filter(([name, shape]) => !shape.optional && !template.includes(`{${name}}`))
      .map(([name]) => name);
    for (const { path, samples } of await places(demo, template)) {
      for (const query of queries(required, samples)) {
        const { status, reason, data } = await ask(demo, `${path}${query}`);
        asked += 1;
        // Guest agents are off, absent or silent; everything else must answer.
        if (status === 500 && path.includes('/agent/')) continue;
        // A locked guest tells nothing about its migration.
        if (template.endsWith('/migrate') && /is locked/.test(reason)) continue;
        if (status !== 200) note(template, `${status} ${reason}: ${path}${query}`);
        for (const each of status === 200 ? answerProblems(official.returns, data, rules) : []) {
          note(template, each);
        }
      }
    }
  }
  assert.equal([...problems.values()].sort().join('\n'), '');
  assert.ok(asked > 200, `${asked} answers were looked at`);
});
