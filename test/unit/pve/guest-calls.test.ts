import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { GuestAt, PlannedCall } from '../../../source/services/types.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, type Handler, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();
const vm: GuestAt = {
  site: 'home' as never,
  type: 'qemu',
  vmid: 100,
  node: sanitise('pve1'),
  name: sanitise('web01'),
};
const ct: GuestAt = { ...vm, type: 'lxc', vmid: 200 };
const upid = 'UPID:pve1:0020C066:042DF204:69C26EB0:qmconfig:100:root@pam!tui:';
const digest = 'a'.repeat(40);

async function serve(t: TestContext, handler: Handler) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  const made = rig(t, { endpoints: [server.url], tls });
  const told = () =>
    server.seen.map(({ method, path, query, form }) => {
      const all = new URLSearchParams([...query, ...form]);
      return [`${method} ${path}`, ...[...all].map(([name, value]) => `${name}=${value}`)].join(
        ' ',
      );
    });
  return { server, told, ...made };
}

const answer =
  (data: unknown): Handler =>
  (_seen, response) =>
    json(response, { data });

test('a change of the configuration waits for its end, unless it allocates or erases volumes', async (t) => {
  const { told, site } = await serve(t, (seen, response) =>
    json(response, { data: seen.method === 'POST' ? upid : null }),
  );
  const { guests } = site;
  assert.deepEqual(await guests.setConfig(vm, { set: { cores: 4, onboot: true }, digest }), {
    ok: true,
    value: {},
  });
  assert.deepEqual(await guests.setConfig(vm, { set: { scsi1: 'local-lvm:32' }, digest }), {
    ok: true,
    value: { upid },
  });
  await guests.setConfig(vm, { set: { efidisk0: 'local-lvm:1,efitype=4m' } });
  await guests.setConfig(vm, { set: { ide2: 'none,media=cdrom' } });
  await guests.setConfig(vm, { delete: ['scsi1', 'net1'], digest });
  await guests.setConfig(vm, { delete: ['unused0'] });
  await guests.setConfig(vm, { delete: ['scsi1'], force: true });
  await guests.setConfig(vm, { set: { scsihw: 'virtio-scsi-single' }, delete: [], revert: [] });
  await guests.setConfig(vm, { revert: ['memory', 'cores'] });
  await guests.setConfig(ct, { set: { mp0: 'local-lvm:8,mp=/srv', swap: 0 }, digest });
  await guests.setConfig(ct, { delete: ['unused0'], force: true });
  assert.deepEqual(told(), [
    `PUT /nodes/pve1/qemu/100/config cores=4 onboot=1 digest=${digest}`,
    `POST /nodes/pve1/qemu/100/config scsi1=local-lvm:32 digest=${digest}`,
    'POST /nodes/pve1/qemu/100/config efidisk0=local-lvm:1,efitype=4m',
    'POST /nodes/pve1/qemu/100/config ide2=none,media=cdrom',
    `PUT /nodes/pve1/qemu/100/config delete=scsi1,net1 digest=${digest}`,
    'POST /nodes/pve1/qemu/100/config delete=unused0',
    'POST /nodes/pve1/qemu/100/config delete=scsi1 force=1',
    'PUT /nodes/pve1/qemu/100/config scsihw=virtio-scsi-single',
    'PUT /nodes/pve1/qemu/100/config revert=memory,cores',
    `PUT /nodes/pve1/lxc/200/config mp0=local-lvm:8,mp=/srv swap=0 digest=${digest}`,
    'PUT /nodes/pve1/lxc/200/config delete=unused0',
  ]);
});

test('SSH keys are encoded once more than everything else, and come back readable', async (t) => {
  const keys = 'ssh-ed25519 AAAA+/= me@laptop\nssh-rsa BBBB== (büro)';
  const { server, site } = await serve(t, (seen, response) =>
    json(response, {
      data: seen.method === 'GET' ? { sshkeys: encodeURIComponent(keys), digest } : null,
    }),
  );
  await site.guests.setConfig(vm, { set: { sshkeys: keys } });
  await site.guests.create('pve1', 'qemu', { vmid: 105, sshkeys: keys });
  await site.guests.create('pve1', 'lxc', {
    vmid: 106,
    ostemplate: 'l:vztmpl/x',
    'ssh-public-keys': keys,
  });
  const [set, made, container] = server.seen;
  for (const seen of [set, made]) {
    const sent = seen?.form.get('sshkeys') ?? '';
    assert.match(sent, /^[-%a-zA-Z0-9_.!~*'()]+$/, 'the alphabet PVE checks for');
    assert.equal(decodeURIComponent(sent), keys);
  }
  assert.equal(container?.form.get('ssh-public-keys'), keys);
  const config = await site.guests.config(vm);
  assert.ok(config.ok);
  assert.equal(config.value.raw?.sshkeys, keys);
  assert.match(config.value.entries.sshkeys ?? '', /^ssh-ed25519 AAAA.*⏎ssh-rsa/);
});

test('disks: resize, move, reassign, remove', async (t) => {
  const { told, site } = await serve(t, answer(upid));
  const { guests } = site;
  await guests.resize(vm, { disk: 'scsi0', size: '+10G', digest });
  await guests.resize(ct, { disk: 'rootfs', size: '20G' });
  const storage = { storage: 'nas', deleteOriginal: true, bwlimit: 1024, digest };
  await guests.moveDisk(vm, { disk: 'scsi0', format: 'qcow2', ...storage });
  await guests.moveDisk(ct, { disk: 'mp0', format: 'raw', ...storage });
  await guests.moveDisk(vm, { disk: 'scsi1', targetVmid: 101, targetDisk: 'scsi2' });
  await guests.moveDisk(ct, { disk: 'mp0', targetVmid: 201, targetDisk: 'mp1' });
  await guests.unlinkDisks(vm, ['unused0', 'unused1'], { force: true });
  await guests.unlinkDisks(ct, ['unused0'], { force: true });
  assert.deepEqual(told(), [
    `PUT /nodes/pve1/qemu/100/resize disk=scsi0 size=+10G digest=${digest}`,
    'PUT /nodes/pve1/lxc/200/resize disk=rootfs size=20G',
    `POST /nodes/pve1/qemu/100/move_disk storage=nas delete=1 bwlimit=1024 digest=${digest} disk=scsi0 format=qcow2`,
    `POST /nodes/pve1/lxc/200/move_volume storage=nas delete=1 bwlimit=1024 digest=${digest} volume=mp0`,
    'POST /nodes/pve1/qemu/100/move_disk target-vmid=101 disk=scsi1 target-disk=scsi2',
    'POST /nodes/pve1/lxc/200/move_volume target-vmid=201 volume=mp0 target-volume=mp1',
    'PUT /nodes/pve1/qemu/100/unlink idlist=unused0,unused1 force=1',
    'PUT /nodes/pve1/lxc/200/config delete=unused0',
  ]);
});

test('clone, template, migrate and destroy use the names of each kind', async (t) => {
  const { told, site } = await serve(t, (seen, response) =>
    json(response, { data: /lxc\/200\/template/.test(seen.path) ? null : upid }),
  );
  const { guests } = site;
  const copy = {
    newid: 120,
    name: 'copy',
    full: true,
    storage: 'nas',
    target: 'pve2',
    pool: 'lab',
  };
  await guests.clone(vm, { ...copy, format: 'raw', snapname: 'base', description: 'x' });
  await guests.clone(ct, { ...copy, format: 'raw', bwlimit: 5 });
  await guests.clone(vm, { newid: 121, full: false });
  assert.deepEqual(await guests.template(vm), { ok: true, value: { upid } });
  assert.deepEqual(await guests.template(ct), { ok: true, value: {} });
  const move = { target: 'pve2', online: true, restart: true, withLocalDisks: true, timeout: 60 };
  await guests.migrate(vm, { ...move, targetStorage: 'nas', bwlimit: 9 });
  await guests.migrate(ct, { ...move, targetStorage: 'nas', bwlimit: 9 });
  const ended = { purge: true, destroyUnreferencedDisks: true, force: true };
  await guests.destroy(vm, ended);
  await guests.destroy(ct, ended);
  await guests.destroy(vm);
  await guests.sendKey(vm, 'ctrl-alt-delete');
  await guests.regenerateCloudinit(vm);
  assert.deepEqual(told(), [
    'POST /nodes/pve1/qemu/100/clone newid=120 full=1 storage=nas target=pve2 pool=lab snapname=base description=x name=copy format=raw',
    'POST /nodes/pve1/lxc/200/clone newid=120 full=1 storage=nas target=pve2 pool=lab bwlimit=5 hostname=copy',
    'POST /nodes/pve1/qemu/100/clone newid=121 full=0',
    'POST /nodes/pve1/qemu/100/template',
    'POST /nodes/pve1/lxc/200/template',
    'POST /nodes/pve1/qemu/100/migrate target=pve2 online=1 with-local-disks=1 targetstorage=nas bwlimit=9',
    'POST /nodes/pve1/lxc/200/migrate target=pve2 restart=1 target-storage=nas bwlimit=9 timeout=60',
    'DELETE /nodes/pve1/qemu/100 purge=1 destroy-unreferenced-disks=1',
    'DELETE /nodes/pve1/lxc/200 purge=1 destroy-unreferenced-disks=1 force=1',
    'DELETE /nodes/pve1/qemu/100',
    'PUT /nodes/pve1/qemu/100/sendkey key=ctrl-alt-delete',
    'PUT /nodes/pve1/qemu/100/cloudinit',
  ]);
});

test('a container has no guest agent, no cloud-init and no keyboard', async (t) => {
  const { server, site } = await serve(t, answer(null));
  const { guests } = site;
  for (const refused of [
    await guests.agentInfo(ct),
    await guests.cloudinit(ct),
    await guests.cloudinitDump(ct, 'user'),
    await guests.regenerateCloudinit(ct),
    await guests.sendKey(ct, 'ret'),
  ]) {
    assert.equal(!refused.ok && refused.failure.kind, 'invalid');
  }
  assert.equal(server.seen.length, 0);
});

test('what stands in the way of a migration is read in both spellings', async (t) => {
  const { told, site } = await serve(t, (seen, response) =>
    json(response, {
      data: seen.path.includes('qemu')
        ? {
            running: 1,
            allowed_nodes: ['pve3'],
            not_allowed_nodes: {
              pve2: {
                unavailable_storages: ['local-lvm'],
                'blocking-ha-resources': [{ sid: 'vm:105', cause: 'resource-affinity' }],
                'later-reason': { why: 1 },
              },
              pve4: {},
            },
            local_disks: [
              { volid: 'local-lvm:vm-100-disk-0', size: 34359738368, cdrom: 0, is_unused: 0 },
              { volid: 'local:iso/x.iso', size: '1000', cdrom: 1 },
              { size: 1 },
            ],
            local_resources: ['hostpci0'],
            'mapped-resource-info': { hostpci1: { name: 'gpu' } },
          }
        : { running: false, 'allowed-nodes': ['pve2'], 'not-allowed-nodes': {} },
    }),
  );
  assert.deepEqual(await site.guests.migrateCheck(vm, 'pve2'), {
    ok: true,
    value: {
      running: true,
      allowedNodes: ['pve3'],
      notAllowedNodes: {
        pve2: [
          'storage local-lvm is not there',
          'HA resource vm:105 blocks it: resource-affinity',
          'later reason: {"why":1}',
        ],
        pve4: ['The server does not say why'],
      },
      localDisks: [
        { volid: 'local-lvm:vm-100-disk-0', size: 34359738368, cdrom: false, unused: false },
        { volid: 'local:iso/x.iso', size: 1000, cdrom: true },
      ],
      localResources: ['hostpci0'],
      mappedResources: ['hostpci1'],
    },
  });
  assert.deepEqual(await site.guests.migrateCheck(ct, undefined), {
    ok: true,
    value: {
      running: false,
      allowedNodes: ['pve2'],
      notAllowedNodes: {},
      localDisks: [],
      localResources: [],
      mappedResources: [],
    },
  });
  assert.deepEqual(told(), [
    'GET /nodes/pve1/qemu/100/migrate target=pve2',
    'GET /nodes/pve1/lxc/200/migrate',
  ]);
});

test('before PVE 9 a container cannot be asked about a migration, which is no failure', async (t) => {
  const { site } = await serve(t, (_seen, response) => json(response, { data: null }, 501));
  assert.deepEqual(await site.guests.migrateCheck(ct, 'pve2'), { ok: true, value: undefined });
  const asked = await site.guests.migrateCheck(vm, 'pve2');
  assert.equal(!asked.ok && asked.failure.kind, 'unsupported');
});

test('cloud-init: pending values, and generated data without the hash of the password', async (t) => {
  const dump =
    '#cloud-config\nhostname: web01\npassword: $5$salt$hash\nchpasswd:\n  expire: False\n';
  const { told, site } = await serve(t, (seen, response) =>
    json(response, {
      data: seen.path.endsWith('dump')
        ? dump
        : [
            { key: 'ciuser', value: 'admin', pending: 'ops' },
            { key: 'sshkeys', value: 'ssh-rsa%20AAAA' },
          ],
    }),
  );
  assert.deepEqual(await site.guests.cloudinit(vm), {
    ok: true,
    value: [
      { key: 'ciuser', value: 'admin', pending: 'ops' },
      { key: 'sshkeys', value: 'ssh-rsa AAAA' },
    ],
  });
  assert.deepEqual(await site.guests.cloudinitDump(vm, 'user'), {
    ok: true,
    value: [
      '#cloud-config',
      'hostname: web01',
      'password: ‹hidden›',
      'chpasswd:',
      '  expire: False',
    ],
  });
  assert.equal(told()[1], 'GET /nodes/pve1/qemu/100/cloudinit/dump type=user');
});

test('secrets go into the body and nowhere else, whatever the server answers', async (t) => {
  const password = 'hunter2 & co';
  const { server, site, records } = await serve(t, (seen, response) =>
    json(
      response,
      {
        data: null,
        message: `refused: ${seen.form.get('cipassword') ?? seen.form.get('password')} is weak`,
      },
      500,
    ),
  );
  const secret = new Secret(password);
  const results = [
    await site.guests.setConfig(vm, { set: { ciuser: 'admin', cipassword: secret } }),
    await site.guests.create('pve1', 'lxc', { vmid: 105, ostemplate: 'a:b', password: secret }),
  ];
  assert.equal(server.seen[0]?.form.get('cipassword'), password);
  assert.equal(server.seen[1]?.form.get('password'), password);
  for (const result of results) {
    assert.ok(!result.ok);
    assert.match(result.failure.detail ?? '', /refused: ‹hidden› is weak/);
  }
  const planned: PlannedCall[] = [];
  const dry = site.dryRun((call) => planned.push(call));
  await dry.guests.setConfig(vm, { set: { ciuser: 'admin', cipassword: secret } });
  await dry.guests.create('pve1', 'lxc', { vmid: 105, ostemplate: 'a:b', password: secret });
  assert.deepEqual(planned[0]?.parameters, ['ciuser=admin', 'cipassword=‹hidden›']);
  assert.deepEqual(planned[1]?.parameters, ['vmid=105', 'ostemplate=a:b', 'password=‹hidden›']);
  assert.equal(server.seen.length, 2);
  const written = JSON.stringify([results, records, planned]);
  for (const form of [password, encodeURIComponent(password), 'hunter2']) {
    assert.ok(!written.includes(form), form);
  }
  assert.match(written, /cipassword=‹hidden›/);
});

test('a new guest is named in the failure', async (t) => {
  const { site, told } = await serve(t, (_seen, response) =>
    json(response, { data: null, errors: { storage: 'storage nas does not exist' } }, 400),
  );
  const made = await site.guests.create('pve2', 'qemu', { vmid: 105, onboot: true, memory: 2048 });
  assert.ok(!made.ok);
  assert.equal(made.failure.where, 'home · new guest 105');
  assert.deepEqual(made.failure.fields, { storage: 'storage nas does not exist' });
  assert.deepEqual(told(), ['POST /nodes/pve2/qemu vmid=105 onboot=1 memory=2048']);
});

test('raw values are what can be written back', async (t) => {
  const { site } = await serve(
    t,
    answer({
      description: 'a\nb\u0007',
      cores: 4,
      onboot: 1,
      cipassword: '**********',
      lxc: [['lxc.apparmor.profile', 'unconfined']],
      digest,
    }),
  );
  const config = await site.guests.config(ct);
  assert.ok(config.ok);
  assert.deepEqual(config.value.raw, { description: 'a\nb\u0007', cores: '4', onboot: '1' });
  assert.equal(config.value.entries.cipassword, '**********');
  assert.equal(config.value.entries.description, 'a⏎b␇');
  assert.equal(config.value.digest, digest);
});
