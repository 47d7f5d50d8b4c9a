import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { createAsker } from '../../../source/cli/ask.ts';
import type { Host } from '../../../source/cli/host.ts';
import { createOutput } from '../../../source/cli/output.ts';
import { runCli } from '../../../source/cli/run.ts';
import type { SiteId } from '../../../source/domain/site.ts';

const directory = await mkdtemp(join(tmpdir(), 'homelab-pbs-'));
test.after(() => rm(directory, { recursive: true, force: true }));

function stream() {
  const through = new PassThrough();
  let text = '';
  through.on('data', (chunk) => {
    text += chunk;
  });
  return { through, text: () => text };
}

async function run(...argv: string[]) {
  const [out, err] = [stream(), stream()];
  const host: Host = {
    env: { PVE: 'a-secret' },
    home: directory,
    cwd: directory,
    user: 'ann',
    hostname: 'laptop',
    pid: 1,
    stdin: new PassThrough(),
    stdout: out.through,
    stderr: err.through,
    now: () => Date.UTC(2026, 10, 21),
    random: () => 0.5,
    interrupted: () => new AbortController().signal,
    version: () => '0',
  };
  const code = await runCli([...argv, '--config', directory], host);
  return { code, out: out.text(), err: err.text() };
}

const homelab = (secret: string) =>
  writeFile(
    join(directory, 'homelab.yaml'),
    `version: 1
sites:
  - id: home
    pve:
      endpoints: [https://127.0.0.1:1]
      auth: {token: root@pam!tui, secret: env:PVE}
    pbs:
      - id: pbs1
        endpoint: https://127.0.0.1:2
        auth: {token: homelab@pbs!ro, secret: ${secret}}
        tls: {fingerprint: "${'AB'.repeat(32)}"}
`,
  );

test('config check fetches the secrets of backup servers too', async () => {
  await homelab('env:PBS_SECRET');
  const missing = await run('config', 'check');
  assert.equal(missing.code, 64);
  assert.match(missing.err, /^backup server pbs1: .*PBS_SECRET/m);
  assert.doesNotMatch(missing.err, /site home/);
  await homelab('env:PVE');
  const right = await run('config', 'check');
  assert.equal(right.code, 0);
  assert.match(right.out, /1 site\(s\): home, 1 backup server\(s\): pbs1/);
});

test('a pinned fingerprint of a backup server is never overruled', async () => {
  await homelab('env:PVE');
  const pinned = await run('trust', 'replace', '127.0.0.1:2', '--confirm', '127.0.0.1');
  assert.equal(pinned.code, 64);
  assert.match(pinned.err, /backup server pbs1 is trusted by fingerprint/);
});

test('the certificate of a backup server is compared with the command it has', async () => {
  const [out, err] = [stream(), stream()];
  const host = { stdin: new PassThrough(), stdout: out.through, stderr: err.through };
  const asker = createAsker(host as unknown as Host, createOutput(out.through, err.through));
  const question = { site: 'pbs1' as SiteId, endpoint: 'https://a:8007', fingerprint: 'AA:BB' };
  assert.equal(await asker.trustCertificate({ ...question, product: 'pbs' }), 'no');
  assert.match(err.text(), /\(backup server pbs1\) is not known/);
  assert.match(err.text(), /proxmox-backup-manager cert info/);
});
