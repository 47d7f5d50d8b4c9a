import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { createServer, type Server } from 'node:tls';
import type { Host } from '../../../source/cli/host.ts';
import { runCli } from '../../../source/cli/run.ts';

const directory = await mkdtemp(join(tmpdir(), 'homelab-trust-'));
test.after(() => rm(directory, { recursive: true, force: true }));

async function certificate(
  name: string,
): Promise<{ key: string; cert: string; fingerprint: string }> {
  const [key, cert] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  const print = execFileSync(
    'openssl',
    ['x509', '-in', cert, '-noout', '-fingerprint', '-sha256'],
    { encoding: 'utf8' },
  );
  return {
    key: await readFile(key, 'utf8'),
    cert: await readFile(cert, 'utf8'),
    fingerprint: (print.split('=')[1] ?? '').trim(),
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function run(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let [out, err] = ['', ''];
  stdout.on('data', (chunk) => {
    out += chunk;
  });
  stderr.on('data', (chunk) => {
    err += chunk;
  });
  const host: Host = {
    env: {},
    home: directory,
    cwd: directory,
    user: 'ann',
    hostname: 'laptop',
    pid: 1,
    stdin: new PassThrough(),
    stdout,
    stderr,
    now: () => Date.UTC(2026, 10, 21),
    random: () => 0.5,
    interrupted: () => new AbortController().signal,
    version: () => '0',
  };
  const code = await runCli([...argv, '--config', directory], host);
  return { code, out, err };
}

test('trust replace shows both fingerprints and changes nothing without the host typed', async () => {
  const [old, fresh] = await Promise.all([certificate('old'), certificate('fresh')]);
  let received = '';
  const server = createServer({ key: old.key, cert: old.cert }, (socket) => {
    socket.on('data', (data) => {
      received += data;
    });
    socket.on('error', () => undefined);
  });
  const port = await listen(server);
  try {
    const endpoint = `127.0.0.1:${port}`;
    const first = await run('trust', 'replace', endpoint);
    assert.equal(first.code, 64);
    assert.ok(first.err.includes(`remembered  none`));
    assert.ok(first.err.includes(`presented   ${old.fingerprint}`));
    assert.match(first.err, /repeat with --confirm 127\.0\.0\.1/);
    assert.equal((await run('trust', 'replace', endpoint, '--confirm', 'localhost')).code, 64);
    assert.equal(
      (await run('trust', 'replace', `https://${endpoint}`, '--confirm', '127.0.0.1')).code,
      0,
    );
    server.setSecureContext({ key: fresh.key, cert: fresh.cert });
    const changed = await run('trust', 'replace', endpoint);
    assert.equal(changed.code, 64);
    assert.ok(changed.err.includes(`remembered  ${old.fingerprint}`));
    assert.ok(changed.err.includes(`presented   ${fresh.fingerprint}`));
    const json = await run('trust', 'replace', endpoint, '--confirm', '127.0.0.1', '--json');
    assert.deepEqual(JSON.parse(json.out), {
      endpoint,
      before: old.fingerprint,
      after: fresh.fingerprint,
    });
    const again = await run('trust', 'replace', endpoint);
    assert.equal(again.code, 0);
    assert.match(again.err, /nothing to replace/);
    const list = await run('trust', 'list', '--json');
    assert.deepEqual(JSON.parse(list.out), [
      { endpoint, fingerprint: fresh.fingerprint, at: '2026-11-21T00:00:00.000Z' },
    ]);
    assert.equal(received, '', 'nothing is sent over the connection');
  } finally {
    server.close();
  }
});

test('trust replace: nobody there is unknown, a pinned fingerprint is never overruled', async () => {
  const server = createServer(() => undefined);
  const port = await listen(server);
  server.close();
  const gone = await run('trust', 'replace', `127.0.0.1:${port}`);
  assert.equal(gone.code, 3);
  assert.match(gone.err, /the certificate could not be read: ECONNREFUSED/);
  await writeFile(
    join(directory, 'homelab.yaml'),
    `version: 1
sites:
  - id: home
    pve:
      endpoints: [https://127.0.0.1:${port}]
      auth: {token: root@pam!tui, secret: env:A}
      tls: {fingerprint: "${'AB'.repeat(32)}"}
`,
  );
  const pinned = await run('trust', 'replace', `127.0.0.1:${port}`, '--confirm', '127.0.0.1');
  assert.equal(pinned.code, 64);
  assert.match(pinned.err, /site home is trusted by fingerprint/);
  assert.equal((await run('trust', 'replace', 'http://a')).code, 64);
});
