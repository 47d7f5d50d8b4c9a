import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import tls from 'node:tls';
import {
  createCertificates,
  issueCertificate,
  type ServerCertificate,
} from '../../../source/demo/certificates.ts';

const request = { commonName: 'pve1.homelab', hosts: ['127.0.0.1', 'localhost', '::1'] };

async function serve(t: TestContext, certificate: ServerCertificate): Promise<number> {
  const server = https.createServer(certificate, (_request, response) => response.end('here'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function get(port: number, options: https.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', port, path: '/', agent: false, ...options }, (response) => {
        response.setEncoding('utf8');
        let body = '';
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve(body));
      })
      .on('error', reject);
  });
}

test('a client that knows the CA accepts the server by address and by name', async (t) => {
  const made = await createCertificates({ ...request, now: Date.now() });
  const port = await serve(t, made);
  assert.equal(await get(port, { ca: made.ca }), 'here');
  assert.equal(await get(port, { ca: made.ca, servername: 'localhost' }), 'here');
});

test('a client that does not know the CA refuses', async (t) => {
  const made = await createCertificates({ ...request, now: Date.now() });
  const other = await createCertificates({ ...request, now: Date.now() });
  const port = await serve(t, made);
  await assert.rejects(get(port, { ca: other.ca }), /certificate|signature/i);
  await assert.rejects(get(port, {}), /certificate/i);
});

test('the fingerprint is the one a client sees on the wire', async (t) => {
  const made = await createCertificates({ ...request, now: Date.now() });
  const port = await serve(t, made);
  const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  assert.equal(socket.getPeerCertificate().fingerprint256, made.fingerprint);
  assert.match(made.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  socket.destroy();
});

test('subjects are the ones PVE writes, in the order SPICE compares', async () => {
  const made = await createCertificates({ ...request, now: Date.now() });
  const leaf = new X509Certificate(made.cert);
  assert.equal(leaf.subject, 'OU=PVE Cluster Node\nO=Proxmox Virtual Environment\nCN=pve1.homelab');
  assert.match(
    leaf.issuer,
    /^CN=Proxmox Virtual Environment\nOU=[0-9a-f-]{36}\nO=PVE Cluster Manager CA$/,
  );
  const ca = new X509Certificate(made.ca);
  assert.equal(ca.ca, true);
  assert.equal(leaf.verify(ca.publicKey), true);
  assert.equal(leaf.checkIssued(ca), true);
});

test('a second certificate of the same CA has its own key, name and fingerprint', async (t) => {
  const first = await createCertificates({ ...request, now: Date.now() });
  const second = await issueCertificate(first, {
    commonName: 'pve2.homelab',
    hosts: ['127.0.0.1'],
    now: Date.now(),
  });
  assert.notEqual(second.fingerprint, first.fingerprint);
  assert.notEqual(second.key, first.key);
  const port = await serve(t, second);
  assert.equal(await get(port, { ca: first.ca }), 'here');
});

test('validity starts a day ago and lasts the days asked for; negative days have run out', async () => {
  const now = Date.UTC(2026, 10, 21, 12);
  const made = await createCertificates({ ...request, now, days: 10 });
  const leaf = new X509Certificate(made.cert);
  assert.equal(Date.parse(leaf.validFrom), now - 86_400_000);
  assert.equal(Date.parse(leaf.validTo), now + 10 * 86_400_000);
  const old = await issueCertificate(made, { ...request, now, days: -3 });
  assert.ok(Date.parse(new X509Certificate(old.cert).validTo) < now);
});
