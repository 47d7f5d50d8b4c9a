import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Demo } from '../../source/demo/index.ts';
import { startDemo } from '../../source/demo/index.ts';
import { pbsEndpoints } from '../../source/demo/pbs/endpoints.ts';
import { data } from '../unit/demo/client.ts';
import { askPbs, pbsData } from '../unit/demo/pbs-client.ts';
import { loadPbsSchema, pbsSchemaMissing } from './pbs-schema.ts';
import { type AnswerRules, answerProblems, declared, loadSchema, type Shape } from './schema.ts';

const fileRestore = '/nodes/{node}/storage/{storage}/file-restore/list';
const skip = pbsSchemaMissing ?? false;

const text: Shape = { type: 'string' };
const integer: Shape = { type: 'integer' };
const object = (properties: Record<string, Shape>): Shape => ({ type: 'object', properties });
const listOf = (items: Shape): Shape => ({ type: 'array', items });
const maybe = (shape: Shape): Shape => ({ ...shape, optional: true });
const number: Shape = { type: 'number' };

const datastorePoint = object({
  time: integer,
  ...Object.fromEntries(
    [
      'total',
      'used',
      'available',
      'read_bytes',
      'write_bytes',
      'read_ios',
      'write_ios',
      'io_ticks',
    ].map((name) => [name, maybe(number)] as const),
  ),
});
const hostPoint = object({
  time: integer,
  ...Object.fromEntries(
    [
      ...['cpu', 'iowait', 'loadavg', 'memtotal', 'memused', 'swaptotal', 'swapused', 'netin'],
      ...[
        'netout',
        'total',
        'used',
        'read_bytes',
        'write_bytes',
        'read_ios',
        'write_ios',
        'io_ticks',
      ],
    ].map((name) => [name, maybe(number)] as const),
  ),
});

/** What the schema calls `null` and the server answers all the same. */
const undeclared: Readonly<Record<string, Shape>> = {
  '/admin/datastore/{store}/rrd': listOf(datastorePoint),
  '/nodes/{node}/rrd': listOf(hostPoint),
  '/admin/datastore/{store}/active-operations': object({ read: integer, write: integer }),
  '/admin/datastore/{store}/notes': text,
  '/admin/datastore/{store}/group-notes': text,
  '/admin/datastore/{store}/protected': { type: 'boolean' },
  '/admin/datastore/{store}/catalog': listOf(
    object({
      filepath: text,
      text,
      type: text,
      leaf: { type: 'boolean' },
      size: maybe(integer),
      mtime: maybe(integer),
    }),
  ),
  '/nodes/{node}/tasks/{upid}/log': listOf(object({ n: integer, t: text })),
};

/** The schema has only the names of a snapshot's files. */
const snapshotFile = object({
  filename: text,
  size: maybe(integer),
  'crypt-mode': maybe({ type: 'string', enum: ['none', 'encrypt', 'sign-only'] }),
});

/** Where PBS does not keep to its own schema. */
const deviations: Readonly<Record<string, AnswerRules>> = {
  // Days of which nothing is known.
  '/status/datastore-usage': { nullable: ['[].history[]'] },
  // No group of the kind, or none that the caller may see.
  '/admin/datastore/{store}/status': {
    nullable: ['counts.ct', 'counts.vm', 'counts.host', 'counts.other'],
  },
};

async function started(t: TestContext): Promise<Demo> {
  const demo = await startDemo({ now: () => Date.UTC(2026, 10, 21, 12) });
  demo.world.settings.unauthorizedDelay = 0;
  t.after(async () => {
    await demo.close();
    assert.deepEqual(demo.world.failures, []);
  });
  return demo;
}

type Values = Readonly<Record<string, string>>;

interface Asked {
  readonly server: string;
  readonly values: Values;
}

/** Every object that an endpoint's path and required parameters can name, as often as it is worth. */
async function places(demo: Demo, server: string): Promise<Asked[]> {
  const realm = await demo.world.pbs.load();
  const host = realm.host(server);
  const stores = [...host.stores.values()].filter(
    (store) => host.unavailable(store, 'read') === undefined,
  );
  const upids = host.tasks
    .ofNode(server)
    .slice(-12)
    .map(({ upid }) => upid);
  const common = { node: 'localhost', name: 'home', id: '', cf: 'AVERAGE', filepath: '/' };
  return stores.flatMap((store) =>
    [...store.groups.values()].flatMap((group, at) => {
      const snapshot = group.snapshots.findLast(({ size }) => size !== undefined);
      if (!snapshot) return [];
      return [
        {
          server,
          values: {
            ...common,
            store: store.name,
            name: server === 'pbs2' && at % 2 === 1 ? 'home' : store.name,
            ns: group.ns,
            'backup-type': group.type,
            'backup-id': group.id,
            'backup-time': String(snapshot.time),
            upid: upids[at % Math.max(1, upids.length)] ?? '',
            timeframe: ['hour', 'day', 'week', 'month', 'year', 'decade'][at % 6] ?? 'hour',
          },
        },
      ];
    }),
  );
}

function withJobs(demo: Demo, template: string, asked: Asked): Values | undefined {
  const kind = /^\/config\/(prune|sync|verify)\/\{id\}$/.exec(template)?.[1];
  if (kind === undefined) {
    const remote = template.startsWith('/config/remote/{name}');
    if (remote && asked.server === 'pbs1') return undefined;
    if (remote) return { ...asked.values, name: 'home' };
    return { ...asked.values, name: asked.values.store ?? '' };
  }
  const job = demo.world.pbs.realm?.host(asked.server).jobs.find((one) => one.kind === kind);
  return job && { ...asked.values, id: job.id };
}

function pathOf(template: string, values: Values, names: readonly string[]): string {
  const path = template.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const query = names
    .filter((name) => values[name] !== undefined)
    .map((name) => `${name}=${encodeURIComponent(values[name] ?? '')}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

test('every answer of a backup server to a GET has the declared shape', { skip }, async (t) => {
  const schema = loadPbsSchema();
  const demo = await started(t);
  const problems = new Map<string, string>();
  let count = 0;
  const all = [...(await places(demo, 'pbs1')), ...(await places(demo, 'pbs2'))];
  for (const { method, path: template } of pbsEndpoints) {
    const official = method === 'GET' ? declared(schema, method, template) : undefined;
    if (!official) continue;
    const shape = undeclared[template] ?? official.returns;
    const inQuery = Object.entries(official.parameters)
      .filter(([name, one]) => !template.includes(`{${name}}`) && (!one.optional || name === 'ns'))
      .map(([name]) => name);
    const seen = new Set<string>();
    for (const asked of all) {
      const values = withJobs(demo, template, asked);
      const path = values && pathOf(template, values, inQuery);
      if (path === undefined || seen.has(`${asked.server}${path}`)) continue;
      seen.add(`${asked.server}${path}`);
      if (template.endsWith('/catalog') && asked.values['backup-type'] === 'vm') continue;
      if (template.endsWith('/catalog') && asked.values['backup-id'] === '201') continue;
      const { status, text: body, body: answer } = await askPbs(demo, 'GET', path, asked);
      count += 1;
      const found =
        status === 200
          ? answerProblems(shape, answer.data, deviations[template] ?? {}).filter(
              (problem) => !problem.startsWith('[].files[] is no string'),
            )
          : [`${status} ${body}`];
      for (const problem of found) {
        const key = `${template}: ${problem.split(': ')[0]}`;
        if (!problems.has(key)) problems.set(key, `${asked.server} ${path}: ${problem}`);
      }
    }
    assert.ok(seen.size > 0, `${template} was not asked`);
  }
  assert.deepEqual([...problems.values()], []);
  assert.ok(count > 150, `${count} answers were looked at`);
});

test('the files of snapshots are objects, though the schema says names', async (t) => {
  const demo = await started(t);
  const rows = await pbsData<{ files: unknown; size?: number; protected: unknown }[]>(
    demo,
    'GET',
    '/admin/datastore/main/snapshots',
  );
  assert.ok(rows.length > 80);
  for (const row of rows) {
    assert.deepEqual(answerProblems(listOf(snapshotFile), row.files, {}), []);
    assert.equal(typeof row.protected, 'boolean');
  }
  assert.equal(rows.filter(({ size }) => size === undefined).length, 1);
});

test('the answers to writes have the declared shape, or the one that the servers have', {
  skip,
}, async (t) => {
  const demo = await started(t);
  const upid =
    /^UPID:pbs1:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8,16}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/;
  const group = { 'backup-type': 'vm', 'backup-id': '102' };
  const tasks: [string, Record<string, string>][] = [
    ['/admin/datastore/main/gc', {}],
    ['/admin/datastore/main/verify', group],
    ['/admin/datastore/main/verify', {}],
    ['/admin/datastore/main/prune-datastore', { 'keep-last': '3', 'dry-run': '1' }],
    ['/admin/datastore/main/prune', { ...group, 'keep-last': '3', 'use-task': '1' }],
    ['/admin/datastore/usb/mount', {}],
    ['/admin/prune/main-nightly/run', {}],
    ['/admin/verify/main-daily/run', {}],
    ['/nodes/localhost/services/chrony/restart', {}],
  ];
  for (const [path, form] of tasks) {
    assert.match(String(await pbsData(demo, 'POST', path, { form })), upid, path);
  }
  const rows = await pbsData<unknown[]>(demo, 'POST', '/admin/datastore/main/prune', {
    form: { ...group, 'keep-last': '2', 'dry-run': '1' },
  });
  const official = declared(loadPbsSchema(), 'POST', '/admin/datastore/{store}/prune');
  // `protected` is told though the schema has it not.
  const rules = { undeclared: ['[].protected', '[].ns'] };
  assert.deepEqual(answerProblems(official?.returns, rows, rules), []);
  assert.ok(rows.length > 0);
});

test('the cluster lists the inside of a backup as its schema says', { skip }, async (t) => {
  const demo = await started(t);
  const official = declared(loadSchema('9.2'), 'GET', fileRestore);
  const volume = async (vmid: number) => {
    const rows = await data<{ volid: string }[]>(
      demo,
      'GET',
      `/nodes/pve1/storage/pbs/content?vmid=${vmid}`,
    );
    return rows.at(-1)?.volid ?? '';
  };
  for (const volid of [await volume(101), await volume(203)]) {
    const list = (filepath: string) =>
      data<{ filepath: string; leaf: number }[]>(
        demo,
        'GET',
        `/nodes/pve1/storage/pbs/file-restore/list?volume=${encodeURIComponent(volid)}&filepath=${encodeURIComponent(filepath)}`,
      );
    let open = ['/'];
    let count = 0;
    for (let level = 0; level < 6; level += 1) {
      const deeper: string[] = [];
      for (const path of open) {
        const rows = await list(path);
        count += rows.length;
        assert.deepEqual(answerProblems(official?.returns, rows, {}), []);
        deeper.push(...rows.filter(({ leaf }) => leaf === 0).map(({ filepath }) => filepath));
      }
      open = deeper;
    }
    assert.ok(count > 15, `${count} entries`);
  }
});
