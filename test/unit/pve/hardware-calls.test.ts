import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import {
  decodeDirectories,
  decodeMdev,
  decodePci,
  decodeUsb,
} from '../../../source/services/pve/decode-hardware.ts';
import { rig } from '../http/fake-environment.ts';
import { certificate, type Handler, json, startServer } from '../http/fake-server.ts';

const shown = await certificate();

async function serve(t: TestContext, handler: Handler) {
  const server = await startServer(shown, handler);
  t.after(() => server.close());
  const tls = { kind: 'fingerprint', fingerprint: shown.fingerprint } as const;
  return { server, ...rig(t, { endpoints: [server.url], tls }) };
}

test('PCI devices: names where they are told, ids where not, and foreign text is cleaned', () => {
  const [named, bare] = decodePci([
    {
      id: '0000:01:00.0',
      vendor_name: 'NV\u001b[31mIDIA',
      device_name: 'X',
      iommugroup: '15',
      mdev: 1,
    },
    { id: '0000:02:00.0', vendor: '0x8086', device: '0x1533', iommugroup: -1 },
    { vendor: 'no id' },
    'nonsense',
  ]);
  assert.equal(named?.iommugroup, 15);
  assert.equal(named?.mdev, true);
  assert.doesNotMatch(named?.vendor ?? '', /\u001b/);
  assert.deepEqual(bare, {
    id: '0000:02:00.0',
    vendor: '0x8086',
    device: '0x1533',
    iommugroup: -1,
  });
});

test('USB devices: hubs are left out, a port needs its bus', () => {
  const devices = decodeUsb([
    { busnum: 1, usbpath: '4.2', class: 0, vendid: '10c4', prodid: 'ea60', product: 'Stick' },
    { busnum: 1, class: 9, vendid: '1d6b', prodid: '0002' },
    { class: 0, vendid: '0x0463', prodid: '0xffff' },
    { class: 0, vendid: '0463' },
  ]);
  assert.deepEqual(devices, [
    { id: '10c4:ea60', port: '1-4.2', product: 'Stick' },
    { id: '0463:ffff' },
  ]);
});

test('mediated devices and directories', () => {
  assert.deepEqual(decodeMdev([{ type: 'i915-8', available: 2, description: 'x' }, {}]), [
    { type: 'i915-8', available: 2 },
  ]);
  const map = ['node=pve1,path=/mnt/media', 'node=pve2,path=/mnt/media', 'node=pve1,path=/other'];
  assert.deepEqual(decodeDirectories([{ id: 'media', description: '', map }, { map }]), [
    { id: 'media', nodes: ['pve1', 'pve2'] },
  ]);
});

test('a version without directory mappings has none, which is no failure', async (t) => {
  const { site } = await serve(t, (_seen, response) => {
    response.writeHead(501, "Method 'GET /cluster/mapping/dir' not implemented");
    response.end();
  });
  assert.deepEqual(await site.cluster.directories(), { ok: true, value: [] });
});

test('a mediated device is asked for by address or mapping', async (t) => {
  const { server, site } = await serve(t, (_seen, response) => json(response, { data: [] }));
  await site.nodes.mdev('pve1', '0000:00:02.0');
  await site.nodes.mdev('pve1', 'gpu');
  assert.deepEqual(
    server.seen.map(({ path }) => decodeURIComponent(path)),
    ['/nodes/pve1/hardware/pci/0000:00:02.0/mdev', '/nodes/pve1/hardware/pci/gpu/mdev'],
  );
});
