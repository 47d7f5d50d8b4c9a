import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { clusterFacts } from '../../../source/actions/cluster-facts.ts';
import { execute } from '../../../source/actions/execute.ts';
import { fieldProblems, initialValues, shownFields } from '../../../source/actions/fields.ts';
import {
  containerParameters,
  nodeCreateContainer,
} from '../../../source/actions/node-create-container.ts';
import { nodeCreateVm, vmParameters } from '../../../source/actions/node-create-vm.ts';
import type { Action, Facts, FieldValues } from '../../../source/actions/types.ts';
import { holds, type Permissions } from '../../../source/domain/permission.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { Volume } from '../../../source/domain/storage.ts';
import {
  environment,
  facts,
  fakeSite,
  free,
  node,
  options,
  prepared,
  safe,
  upid,
} from './fakes.ts';
import { contextOf, storage, withResources } from './lifecycle-fakes.ts';

const GiB = 2 ** 30;
const key = `ssh-ed25519 ${'A'.repeat(68)} me@home`;
const iso: Volume = { volid: safe('local:iso/debian.iso'), content: safe('iso'), size: GiB };
const template: Volume = { volid: safe('local:vztmpl/debian-13.tar.zst'), content: safe('vztmpl') };

const known: Facts = facts({
  site: withResources({
    storages: [
      storage('local-lvm', 'pve1', { maxdisk: 100 * GiB, disk: 90 * GiB }),
      storage('local-zfs', 'pve1', { maxdisk: 100 * GiB, disk: 10 * GiB }),
      storage('backup', 'pve1', { content: [safe('backup'), safe('iso')] }),
      storage('other', 'pve2'),
      storage('dead', 'pve1', { status: safe('unknown') }),
    ],
  }),
  choices: {
    nextid: 120,
    bridges: { pve1: [{ iface: safe('vmbr0') }, { iface: safe('vmbr1'), vlanAware: true }] },
    images: { pve1: [iso, template] },
    pools: [safe('lab')],
  },
});
const pve1 = node({ maxcpu: 8 });

function choices(action: Action<'node'>, name: string, values: FieldValues = {}): string[] {
  const field = action.fields.find((each) => each.name === name);
  return (field?.choices?.(pve1, known, values) ?? []).map((choice) => choice.value);
}
const start = (action: Action<'node'>) => initialValues(action, pve1, known);
const problems = (action: Action<'node'>, values: FieldValues) =>
  fieldProblems(action, { ...start(action), ...values }, pve1, known);
const shown = (action: Action<'node'>, values: FieldValues) =>
  shownFields(action, pve1, known, { ...start(action), ...values }).map((field) => field.name);

test('the forms offer what the cluster has: storages that can hold it, images, bridges, pools, the next id', () => {
  assert.deepEqual(choices(nodeCreateVm, 'storage'), ['local-zfs', 'local-lvm']);
  assert.deepEqual(choices(nodeCreateVm, 'iso'), ['', 'local:iso/debian.iso']);
  assert.deepEqual(choices(nodeCreateVm, 'bridge'), ['vmbr0', 'vmbr1', '']);
  assert.deepEqual(choices(nodeCreateVm, 'pool'), ['', 'lab']);
  assert.deepEqual(choices(nodeCreateContainer, 'ostemplate'), ['local:vztmpl/debian-13.tar.zst']);
  const first = start(nodeCreateVm);
  assert.equal(first.vmid, 120);
  assert.equal(first.storage, 'local-zfs', 'the one with the most room');
  assert.equal(first.bridge, 'vmbr0');
  assert.equal(first.start, false);
  assert.deepEqual(problems(nodeCreateVm, {}), {}, 'what is proposed can be sent');
  assert.deepEqual(problems(nodeCreateContainer, {}), {});
  assert.equal(start(nodeCreateContainer).unprivileged, true);
});

test('what could not be read is typed freely', () => {
  const dark = facts({ site: withResources({}) });
  const values = { vmid: 500, storage: 'any', 'disk-size': 8, memory: 512, iso: 'local:iso/y.iso' };
  assert.deepEqual(fieldProblems(nodeCreateVm, values, pve1, dark), {});
});

test('fields follow each other', () => {
  assert.ok(!shown(nodeCreateVm, {}).includes('pre-enrolled-keys'));
  assert.ok(shown(nodeCreateVm, { bios: 'ovmf' }).includes('pre-enrolled-keys'));
  assert.ok(!shown(nodeCreateVm, {}).includes('cipassword'));
  assert.ok(shown(nodeCreateVm, { cloudinit: true }).includes('cipassword'));
  assert.ok(!shown(nodeCreateVm, { cloudinit: true, ip: 'dhcp' }).includes('gateway'));
  assert.ok(shown(nodeCreateVm, { cloudinit: true, ip: '10.0.0.5/24' }).includes('gateway'));
  assert.ok(!shown(nodeCreateVm, { bridge: '' }).includes('vlan'));
  assert.ok(!shown(nodeCreateVm, { bus: 'virtio' }).includes('ssd'));
  assert.ok(!shown(nodeCreateVm, { bus: 'sata' }).includes('iothread'));
  assert.ok(!shown(nodeCreateContainer, { ip: 'manual' }).includes('gateway'));
});

const refused: readonly [Action<'node'>, FieldValues, string, RegExp][] = [
  [nodeCreateVm, { vmid: 101 }, 'vmid', /101 is web-server on pve1; 120 is free/],
  [nodeCreateVm, { vmid: 7 }, 'vmid', /from 100/],
  [nodeCreateVm, { name: 'my vm' }, 'name', /no spaces/],
  [nodeCreateVm, { iso: 'debian.iso' }, 'iso', /not a volume/],
  [nodeCreateVm, { 'disk-size': 0 }, 'disk-size', /at least 1/],
  [nodeCreateVm, { memory: 8 }, 'memory', /at least 16/],
  [nodeCreateVm, { memory: 1024, balloon: 2048 }, 'balloon', /at most the memory/],
  [nodeCreateVm, { cores: 64 }, 'cores', /pve1 has 8 only/],
  [nodeCreateVm, { vlan: 4095 }, 'vlan', /at most 4094/],
  [nodeCreateVm, { tags: 'ok;-bad' }, 'tags', /-bad/],
  [nodeCreateVm, { storage: 'backup' }, 'storage', /backup is not one of: local-zfs, local-lvm/],
  [nodeCreateVm, { cloudinit: true, ip: '10.0.0.5' }, 'ip', /prefix is missing/],
  [nodeCreateVm, { cloudinit: true, sshkeys: 'hello' }, 'sshkeys', /line 1 is no public key/],
  [nodeCreateContainer, { hostname: 'a_b' }, 'hostname', /no _/],
  [nodeCreateContainer, { ostemplate: 'local:iso/x.iso' }, 'ostemplate', /not a template/],
  [nodeCreateContainer, { password: 'abc' }, 'password', /at least 5/],
  [nodeCreateContainer, { ip: 'somewhere' }, 'ip', /192\.168\.1\.10\/24/],
  [nodeCreateContainer, { ip: '10.0.0.5/24', gateway: 'gw' }, 'gateway', /not an IP/],
  [nodeCreateContainer, { nameserver: '1.1.1.1 nine' }, 'nameserver', /nine is not an IP/],
];
for (const [action, values, field, words] of refused) {
  test(`${action.id}: ${JSON.stringify(values)} is refused here`, () => {
    assert.match(problems(action, values)[field] ?? '', words);
  });
}

test("a VM in Proxmox's own notation", () => {
  const values = {
    ...start(nodeCreateVm),
    name: 'web',
    iso: 'local:iso/debian.iso',
    bios: 'ovmf',
    'pre-enrolled-keys': true,
    tpm: true,
    display: 'qxl',
    ssd: true,
    vlan: 20,
    balloon: 0,
    tags: 'prod, web prod',
    pool: 'lab',
    onboot: true,
    start: true,
  };
  assert.deepEqual(problems(nodeCreateVm, values), {});
  assert.deepEqual(vmParameters(values), {
    vmid: 120,
    name: 'web',
    ostype: 'l26',
    bios: 'ovmf',
    machine: 'q35',
    scsihw: 'virtio-scsi-single',
    efidisk0: 'local-zfs:1,efitype=4m,pre-enrolled-keys=1',
    tpmstate0: 'local-zfs:1,version=v2.0',
    scsi0: 'local-zfs:32,discard=on,iothread=1,ssd=1',
    ide2: 'local:iso/debian.iso,media=cdrom',
    cores: 2,
    sockets: 1,
    cpu: 'x86-64-v2-AES',
    memory: 2048,
    balloon: 0,
    net0: 'virtio,bridge=vmbr0,tag=20,firewall=1',
    agent: '1',
    vga: 'qxl',
    tags: 'prod;web',
    pool: 'lab',
    onboot: true,
    start: true,
  });
});

test('a VM without extras, and with cloud-init', () => {
  const plain = vmParameters({
    ...start(nodeCreateVm),
    bridge: '',
    machine: 'pc',
    agent: false,
    discard: false,
    iothread: false,
    bus: 'sata',
  });
  assert.equal(plain.sata0, 'local-zfs:32');
  assert.equal(plain.ide2, 'none,media=cdrom');
  for (const absent of ['net0', 'machine', 'agent', 'vga', 'efidisk0', 'start', 'onboot', 'ide0']) {
    assert.ok(!(absent in plain), absent);
  }
  const cloud = vmParameters({
    ...start(nodeCreateVm),
    cloudinit: true,
    ciuser: 'ops',
    cipassword: 'hunter2222',
    sshkeys: `${key}\n`,
    ip: '10.0.0.5/24',
    gateway: '10.0.0.1',
  });
  assert.equal(cloud.ide0, 'local-zfs:cloudinit');
  assert.equal(cloud.ipconfig0, 'ip=10.0.0.5/24,gw=10.0.0.1');
  assert.equal(cloud.sshkeys, encodeURIComponent(key));
  assert.ok(cloud.cipassword instanceof Secret);
  assert.doesNotMatch(JSON.stringify(cloud), /hunter2222/);
  const onIde = vmParameters({ ...start(nodeCreateVm), cloudinit: true, bus: 'ide' });
  assert.match(String(onIde.ide0), /^local-zfs:32/);
  assert.equal(onIde.sata0, 'local-zfs:cloudinit');
});

test("a container in Proxmox's own notation", () => {
  const made = containerParameters({
    ...start(nodeCreateContainer),
    hostname: 'dns',
    password: 'hunter2222',
    'ssh-public-keys': `${key}\n`,
    ip: '10.0.0.5/24',
    gateway: '10.0.0.1',
    nameserver: '1.1.1.1 9.9.9.9',
    tags: 'infra',
  });
  const { password, ...rest } = made;
  assert.ok(password instanceof Secret);
  assert.deepEqual(rest, {
    vmid: 120,
    hostname: 'dns',
    ostemplate: 'local:vztmpl/debian-13.tar.zst',
    'ssh-public-keys': key,
    unprivileged: true,
    features: 'nesting=1',
    rootfs: 'local-zfs:8',
    cores: 1,
    memory: 512,
    swap: 512,
    net0: 'name=eth0,bridge=vmbr0,ip=10.0.0.5/24,gw=10.0.0.1,firewall=1',
    nameserver: '1.1.1.1 9.9.9.9',
    tags: 'infra',
  });
  const bare = containerParameters({
    ...start(nodeCreateContainer),
    unprivileged: false,
    bridge: '',
  });
  assert.equal(bare.unprivileged, false, 'never left to the server');
  assert.ok(!('net0' in bare));
});

test('the dialogs say what is made and what may be missing', () => {
  const vm = (values: FieldValues) =>
    nodeCreateVm.confirm(pve1, { ...start(nodeCreateVm), ...values }, known);
  assert.equal(vm({ name: 'web' }).question, 'Create VM 120 web on pve1?');
  const lines = vm({ name: 'web-server', ostype: 'win11' }).lines.join('\n');
  assert.match(lines, /Disk scsi0: 32 GiB on local-zfs, 90\.0 GiB free/);
  assert.match(lines, /nothing to boot from but the network/);
  assert.match(lines, /Windows 11 does not install without OVMF and a TPM/);
  assert.match(lines, /The name is in use already: 101/);
  const lxc = nodeCreateContainer.confirm(
    pve1,
    { ...start(nodeCreateContainer), unprivileged: false },
    known,
  );
  assert.match(lxc.lines.join('\n'), /root inside is root on the node/);
  assert.match(lxc.lines.join('\n'), /No password and no key/);
});

test('the task is followed and told in words; a refused id comes back at its field', async () => {
  const calls: unknown[] = [];
  const site = fakeSite({
    guests: {
      create: async (on, type, parameters) => {
        calls.push([on, type, parameters.vmid]);
        return parameters.vmid === 121
          ? fail({
              kind: 'rejected',
              what: safe('no'),
              fields: { vmid: safe('VM 121 already exists'), scsi0: safe('no space') },
            })
          : ok({ upid: upid('qmcreate', '120') });
      },
    },
  });
  const values = { ...start(nodeCreateVm), name: 'web' };
  const context = contextOf(site, known);
  const made = await nodeCreateVm.run(pve1, values, context);
  assert.equal(
    made.ok && made.value.kind === 'done' && made.value.message,
    'VM 120 web is created on pve1',
  );
  assert.deepEqual(context.said, [upid('qmcreate', '120')]);
  const no = await nodeCreateVm.run(pve1, { ...values, vmid: 121 }, contextOf(site, known));
  assert.deepEqual(!no.ok && no.failure.fields, {
    vmid: 'VM 121 already exists',
    'disk-size': 'no space',
  });
  assert.deepEqual(calls, [
    ['pve1', 'qemu', 120],
    ['pve1', 'qemu', 121],
  ]);
  assert.equal(nodeCreateVm.taskId?.(pve1, values), '120', 'a lost answer is found by the new id');
});

test('an unlucky storage holds nothing up: the rest is still offered', async () => {
  const site = fakeSite({
    cluster: {
      nextid: async () => ok(120),
      pools: async () => fail({ kind: 'denied', what: safe('No') }),
      bridges: async () => ok([]),
      mappings: async () => ok([]),
      options: async () => ok({ tagColours: {}, registeredTags: [] }),
    },
    storage: {
      content: async (_node, name, options) => {
        assert.ok((options?.wait ?? 0) > 0, 'it does not wait for ever');
        return name === 'backup'
          ? fail({ kind: 'timeout', what: safe('slow') })
          : ok([iso, { volid: safe('local:1/vm-1-disk-0'), content: safe('images') }]);
      },
    },
  });
  const there = withResources({
    storages: [
      storage('backup', 'pve1', { content: [safe('iso')] }),
      storage('local', 'pve1', { content: [safe('iso'), safe('images')] }),
      storage('zfs', 'pve1'),
    ],
  });
  const read = await clusterFacts(site, 'pve1', there, new AbortController().signal);
  assert.equal(read.nextid, 120);
  assert.equal(read.pools, undefined);
  assert.deepEqual(read.images?.pve1, [iso]);
});

test('creating in a pool needs the privilege on that pool only', () => {
  const rights = (path: string): Permissions => new Map([[path, new Map([['VM.Allocate', true]])]]);
  const [need] = nodeCreateVm.privileges(pve1);
  assert.ok(need);
  assert.equal(holds(rights('/'), need), true);
  assert.equal(holds(rights('/pool/lab'), need), true);
  assert.equal(holds(rights('/nodes'), need), false);
  assert.equal(holds(undefined, need), undefined);
  const off = availabilityOf(nodeCreateVm, node({ status: safe('offline') }), known, free);
  assert.equal(off.state, 'disabled');
});

test('a create without an answer is looked up by the new id, not by the node', async () => {
  const asked: unknown[] = [];
  const site = fakeSite({
    guests: { create: async () => fail({ kind: 'unanswered', what: safe('No answer') }) },
  });
  const world = environment(site, {
    findLostTask: async (query) => {
      asked.push([query.node, query.taskTypes, query.id]);
      return ok(undefined);
    },
  });
  const values = { ...start(nodeCreateVm), name: 'web' };
  const ran = await execute(
    prepared(nodeCreateVm, pve1, known),
    values,
    { yes: true },
    world.environment,
    options().options,
  );
  assert.deepEqual(asked, [['pve1', ['qmcreate'], '120']]);
  assert.match(!ran.ok ? (ran.failure.next ?? '') : '', /most likely did not start/);
});
