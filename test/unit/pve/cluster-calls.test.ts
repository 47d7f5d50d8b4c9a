import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { decodeClusterOptions } from '../../../source/services/pve/decode-cluster-options.ts';
import { decodeGuestStatus, decodeRrd } from '../../../source/services/pve/decode-guest.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, type Handler, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();

async function serve(t: TestContext, handler: Handler) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  return { server, ...rig(t, { endpoints: [server.url], tls }) };
}

test('the next free id is a text on the wire', async (t) => {
  const { server, site } = await serve(t, (seen, response) =>
    json(response, { data: seen.query.get('vmid') ?? '105' }),
  );
  assert.deepEqual(await site.cluster.nextid(), { ok: true, value: 105 });
  assert.deepEqual(await site.cluster.nextid(120), { ok: true, value: 120 });
  assert.deepEqual(
    server.seen.map(({ query }) => String(query)),
    ['', 'vmid=120'],
  );
});

test('a taken id is called taken, an impossible one is not asked about', async (t) => {
  const { server, site } = await serve(t, (_seen, response) =>
    json(
      response,
      {
        data: null,
        errors: { vmid: 'VM 100 already exists' },
        message: 'Parameter verification failed.\n',
      },
      400,
    ),
  );
  const taken = await site.cluster.nextid(100);
  assert.ok(!taken.ok);
  assert.equal(taken.failure.what, 'The id 100 is taken');
  assert.deepEqual(taken.failure.fields, { vmid: 'VM 100 already exists' });
  for (const wrong of [99, 1.5, 1_000_000_000]) {
    const refused = await site.cluster.nextid(wrong);
    assert.equal(!refused.ok && refused.failure.kind, 'invalid');
  }
  assert.equal(server.seen.length, 1);
});

test('an answer that names no id is a failure, never 0', async (t) => {
  const { site } = await serve(t, (_seen, response) => json(response, { data: null }));
  const none = await site.cluster.nextid();
  assert.equal(!none.ok && none.failure.kind, 'bad-answer');
});

test('tag colours and registered tags, as an object and as the file has them', () => {
  const expected = {
    tagColours: {
      prod: { background: '#2980b9' },
      'a.b': { background: '#c0392b', text: '#FFFFFF' },
    },
    registeredTags: ['critical', 'prod'],
  };
  const map = 'prod:2980b9;a.b:c0392b:FFFFFF;broken:12;:ffffff';
  assert.deepEqual(
    decodeClusterOptions({
      'tag-style': { 'color-map': map, shape: 'full' },
      'registered-tags': ['critical', 'prod'],
    }),
    expected,
  );
  assert.deepEqual(
    decodeClusterOptions({
      'tag-style': `color-map=${map},shape=full`,
      'registered-tags': 'critical;prod',
    }),
    expected,
  );
  assert.deepEqual(decodeClusterOptions({}), { tagColours: {}, registeredTags: [] });
});

test('bridges, pools and mappings that forms choose from', async (t) => {
  const { server, site } = await serve(t, (seen, response) => {
    const data: Record<string, unknown> = {
      '/nodes/pve1/network': [
        { iface: 'vmbr0', type: 'bridge', comments: 'LAN\n', bridge_vlan_aware: 1 },
        { iface: 'vnet1', type: 'vnet', alias: 'guests' },
        { type: 'bridge' },
      ],
      '/pools': [{ poolid: 'lab', comment: 'x' }, { poolid: 'prod' }, {}],
      '/cluster/mapping/pci': [
        {
          id: 'gpu',
          description: 'The graphics card',
          map: ['node=pve1,path=0000:01:00.0', 'path=0000:02:00.0,node=pve2', 'node=pve1,id=x'],
        },
      ],
      '/cluster/mapping/usb': [{ id: 'stick', map: ['id=0951:1666,node=pve1'] }],
    };
    json(response, { data: data[seen.path] });
  });
  assert.deepEqual(await site.cluster.bridges('pve1'), {
    ok: true,
    value: [
      { iface: 'vmbr0', comment: 'LAN', vlanAware: true },
      { iface: 'vnet1', comment: 'guests' },
    ],
  });
  assert.equal(String(server.seen[0]?.query), 'type=any_bridge');
  assert.deepEqual(await site.cluster.pools(), { ok: true, value: ['lab', 'prod'] });
  assert.deepEqual(await site.cluster.mappings(), {
    ok: true,
    value: [
      { kind: 'pci', id: 'gpu', description: 'The graphics card', nodes: ['pve1', 'pve2'] },
      { kind: 'usb', id: 'stick', nodes: ['pve1'] },
    ],
  });
});

test('no mappings before PVE 8; any other failure is told', async (t) => {
  let status = 501;
  const { site } = await serve(t, (_seen, response) => json(response, { data: null }, status));
  assert.deepEqual(await site.cluster.mappings(), { ok: true, value: [] });
  status = 403;
  const denied = await site.cluster.mappings();
  assert.equal(!denied.ok && denied.failure.kind, 'denied');
});

test('what PVE 9 adds to a status: pressure, memory on the node, traffic by device, serial port', () => {
  const vm = decodeGuestStatus('qemu', {
    status: 'running',
    serial: 1,
    memhost: 1_800_000_000,
    nics: { tap101i0: { netin: 5, netout: '7' }, tap101i1: null },
    pressurecpusome: 0,
    pressureiosome: 0.02,
    pressurememoryfull: 12.5,
  });
  assert.equal(vm.serial, true);
  assert.equal(vm.memhost, 1_800_000_000);
  assert.deepEqual(vm.nics, [{ device: 'tap101i0', netin: 5, netout: 7 }, { device: 'tap101i1' }]);
  assert.deepEqual(vm.pressure, { cpuSome: 0, ioSome: 0.02, memoryFull: 12.5 });
  const ct = decodeGuestStatus('lxc', {
    status: 'running',
    pressurecpusome: '0.00',
    pressureiofull: '1.25',
  });
  assert.deepEqual(ct.pressure, { cpuSome: 0, ioFull: 1.25 });
  assert.equal('serial' in ct, false);
  const older = decodeGuestStatus('qemu', { status: 'running' });
  assert.equal('pressure' in older, false);
  assert.equal('memhost' in older, false);
  assert.equal('nics' in older, false);
  assert.equal(older.serial, false);
});

test('samples keep the new figures', () => {
  const [point] = decodeRrd([
    { time: 1_784_412_000, memhost: 5, pressurecpusome: '0.50', x: 'n/a' },
  ]);
  assert.deepEqual(point, { time: 1_784_412_000, memhost: 5, pressurecpusome: 0.5 });
});
