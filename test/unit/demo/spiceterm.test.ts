import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, data, demoFor } from './client.ts';

const path = (vmid: number, node = 'pve3') => `/nodes/${node}/lxc/${vmid}/spiceproxy`;
const form = { proxy: 'localhost' };

test('a container has a text console over SPICE, a token may open it', async (t) => {
  const titles: string[] = [];
  const demo = await demoFor(t, {
    spice: async () => ({
      proxyUrl: 'http://127.0.0.1:40000',
      ca: '-----BEGIN-----\nMII\n-----END-----\n',
      hostSubject: 'OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=pve1',
      open: async ({ vmid, title }) => {
        titles.push(title);
        return { tlsPort: 61_000, password: 'secret', host: `pvespiceproxy:${vmid}` };
      },
      close: async () => undefined,
    }),
  });
  const told = await data<Record<string, unknown>>(demo, 'POST', path(204), { form });
  assert.equal(told.type, 'spice');
  assert.equal(told.proxy, 'http://localhost:40000');
  assert.equal(told['tls-port'], 61_000);
  assert.deepEqual(titles, ['CT 204 - dns']);
});

test('one that does not run is refused, and a VM is not found there', async (t) => {
  const demo = await demoFor(t);
  assert.equal((await ask(demo, 'POST', path(205), { form })).statusText, 'CT 205 not running');
  assert.notEqual((await ask(demo, 'POST', path(110, 'pve1'), { form })).status, 200);
});
