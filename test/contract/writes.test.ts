import assert from 'node:assert/strict';
import test from 'node:test';
import { demoEndpoints } from '../../source/demo/pve/endpoints.ts';
import { ask, demoFor } from '../unit/demo/client.ts';
import {
  type AnswerRules,
  answerProblems,
  declared,
  loadSchema,
  requestProblems,
  schemaMissing,
} from './schema.ts';

interface Write {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** As in the schema. */
  readonly template: string;
  readonly at: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

const on = (node: string, vmid: number) => ({ node, vmid: String(vmid) });
const qemu = '/nodes/{node}/qemu/{vmid}';
const lxc = '/nodes/{node}/lxc/{vmid}';

/** Every write of a guest's firewall. */
function firewall(root: string, at: Write['at']): readonly Write[] {
  const rules = `${root}/firewall/rules`;
  const alias = `${root}/firewall/aliases`;
  const set = `${root}/firewall/ipset`;
  const network = { ...at, name: 'admins', cidr: '10.0.0.0/8' };
  const post = (template: string, where: Write['at'], form: NonNullable<Write['form']>): Write => ({
    method: 'POST',
    template,
    at: where,
    form,
  });
  const put = (template: string, where: Write['at'], form: NonNullable<Write['form']>): Write => ({
    ...post(template, where, form),
    method: 'PUT',
  });
  const remove = (template: string, where: Write['at']): Write => ({
    method: 'DELETE',
    template,
    at: where,
  });
  return [
    post(rules, at, { type: 'in', action: 'ACCEPT', macro: 'ssh', enable: '1' }),
    put(`${rules}/{pos}`, { ...at, pos: '0' }, { source: '10.0.0.0/8', delete: 'enable' }),
    remove(`${rules}/{pos}`, { ...at, pos: '0' }),
    put(`${root}/firewall/options`, at, { enable: '1', policy_in: 'REJECT', delete: 'dhcp' }),
    post(alias, at, { name: 'one', cidr: '10.0.0.1', comment: 'first' }),
    put(`${alias}/{name}`, { ...at, name: 'one' }, { cidr: '10.0.0.2', rename: 'two' }),
    remove(`${alias}/{name}`, { ...at, name: 'two' }),
    post(set, at, { name: 'admins' }),
    post(`${set}/{name}`, { ...at, name: 'admins' }, { cidr: '10.0.0.7/8', nomatch: '1' }),
    put(`${set}/{name}/{cidr}`, network, { comment: 'net' }),
    remove(`${set}/{name}/{cidr}`, network),
    remove(`${set}/{name}`, { ...at, name: 'admins' }),
  ];
}

/** One of each kind, in an order in which all of them succeed. */
const writes: readonly Write[] = [
  {
    method: 'POST',
    template: '/nodes/{node}/qemu',
    at: { node: 'pve1' },
    form: { vmid: '140', scsi0: 'local-lvm:8', net0: 'virtio,bridge=vmbr0', agent: '1' },
  },
  {
    method: 'POST',
    template: '/nodes/{node}/lxc',
    at: { node: 'pve2' },
    form: {
      vmid: '240',
      ostemplate: 'local:vztmpl/debian-13-standard_13.1-1_amd64.tar.zst',
      rootfs: 'local-zfs:4',
      net0: 'name=eth0,bridge=vmbr0,ip=dhcp',
      password: 'secret-word',
    },
  },
  { method: 'PUT', template: `${qemu}/config`, at: on('pve1', 140), form: { cores: '2' } },
  {
    method: 'POST',
    template: `${qemu}/config`,
    at: on('pve1', 140),
    form: { scsi1: 'local-lvm:2' },
  },
  { method: 'PUT', template: `${lxc}/config`, at: on('pve2', 240), form: { memory: '256' } },
  {
    method: 'PUT',
    template: `${qemu}/resize`,
    at: on('pve1', 140),
    form: { disk: 'scsi0', size: '+1G' },
  },
  {
    method: 'PUT',
    template: `${lxc}/resize`,
    at: on('pve2', 240),
    form: { disk: 'rootfs', size: '+1G' },
  },
  {
    method: 'POST',
    template: `${qemu}/move_disk`,
    at: on('pve1', 140),
    form: { disk: 'scsi1', storage: 'local', delete: '1' },
  },
  {
    method: 'POST',
    template: `${lxc}/move_volume`,
    at: on('pve2', 240),
    form: { volume: 'rootfs', storage: 'local', delete: '1' },
  },
  { method: 'PUT', template: `${qemu}/unlink`, at: on('pve1', 140), form: { idlist: 'scsi1' } },
  { method: 'POST', template: `${qemu}/clone`, at: on('pve1', 140), form: { newid: '141' } },
  { method: 'POST', template: `${lxc}/clone`, at: on('pve2', 240), form: { newid: '241' } },
  { method: 'POST', template: `${qemu}/template`, at: on('pve1', 141) },
  { method: 'POST', template: `${lxc}/template`, at: on('pve2', 241) },
  {
    method: 'POST',
    template: `${qemu}/migrate`,
    at: on('pve1', 140),
    form: { target: 'pve2', targetstorage: 'local-zfs' },
  },
  { method: 'POST', template: `${lxc}/migrate`, at: on('pve2', 240), form: { target: 'pve3' } },
  { method: 'PUT', template: `${qemu}/cloudinit`, at: on('pve1', 100) },
  {
    method: 'PUT',
    template: `${qemu}/sendkey`,
    at: on('pve1', 101),
    form: { key: 'ctrl-alt-delete' },
  },
  {
    method: 'POST',
    template: `${qemu}/monitor`,
    at: on('pve1', 101),
    form: { command: 'info status' },
  },
  ...firewall(qemu, on('pve1', 140)),
  ...firewall(lxc, on('pve2', 240)),
  {
    method: 'POST',
    template: '/nodes/{node}/vzdump',
    at: { node: 'pve2' },
    form: { vmid: '104', storage: 'backup-nas', mode: 'snapshot', remove: '0', compress: 'zstd' },
  },
  {
    method: 'POST',
    template: '/cluster/replication',
    at: {},
    form: { id: '104-3', type: 'local', target: 'pve3', schedule: '*/20', rate: '5' },
  },
  {
    method: 'PUT',
    template: '/cluster/replication/{id}',
    at: { id: '104-3' },
    form: { delete: 'rate', disable: '1' },
  },
  {
    method: 'POST',
    template: '/nodes/{node}/replication/{id}/schedule_now',
    at: { node: 'pve2', id: '104-3' },
  },
  {
    method: 'DELETE',
    template: '/cluster/replication/{id}',
    at: { id: '104-3' },
  },
  {
    method: 'PUT',
    template: '/access/acl',
    at: {},
    form: { path: '/vms/104', roles: 'PVEAuditor', groups: 'family' },
  },
  { method: 'DELETE', template: qemu, at: on('pve1', 141) },
  { method: 'DELETE', template: lxc, at: on('pve3', 240) },
];

/** Where PVE answers null although its schema says string. */
const deviations: Readonly<Record<string, AnswerRules>> = {
  [`POST ${qemu}/config`]: { nullable: [''] },
};

test('every write to a guest takes what the schema takes and answers what it says', {
  skip: schemaMissing ?? false,
}, async (t) => {
  const schema = loadSchema('9.2');
  const demo = await demoFor(t);
  const problems: string[] = [];
  for (const { method, template, at, form = {} } of writes) {
    const what = `${method} ${template}`;
    const official = declared(schema, method, template);
    assert.ok(official, what);
    problems.push(...requestProblems(official, { ...at, ...form }).map((one) => `${what}: ${one}`));
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => at[name] ?? '');
    const answer = await ask(demo, method, path, method === 'DELETE' ? {} : { form });
    assert.equal(answer.status, 200, `${what}: ${answer.statusText} ${answer.text}`);
    const { data } = answer.body;
    const found = answerProblems(official.returns, data, deviations[what] ?? {});
    problems.push(...found.map((one) => `${what}: ${one}`));
    if (typeof data !== 'string' || data === '' || template.endsWith('/monitor')) continue;
    demo.world.faults.advance(120);
    const task = demo.world.tasks.get(data);
    assert.equal(task?.status, 'OK', `${what}: ${task?.log.join('\n')}`);
  }
  assert.deepEqual(problems, []);
});

test('no write to a guest is left out here', () => {
  const covered = new Set(writes.map(({ method, template }) => `${method} ${template}`));
  const elsewhere = /\/(?:status|snapshot|spiceproxy|termproxy|vncproxy)(?:\/|$)/;
  const missed = demoEndpoints
    .filter(({ method, path }) => method !== 'GET' && /^\/nodes\/\{node\}\/(?:qemu|lxc)/.test(path))
    .map(({ method, path }) => `${method} ${path}`)
    .filter((what) => !elsewhere.test(what) && !covered.has(what));
  assert.deepEqual(missed, []);
});
