import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test from 'node:test';
import { resolveSecret } from '../../../source/config/secrets.ts';
import { describeFailure } from '../../../source/domain/failure.ts';
import type { SecretReference } from '../../../source/domain/homelab.ts';

const directory = await mkdtemp(join(tmpdir(), 'homelab-secrets-'));
test.after(() => rm(directory, { recursive: true, force: true }));

const env = { PATH: process.env.PATH, PVE_SECRET: 'geheim-1', EMPTY: '' };
const node = process.execPath;

async function reveal(
  reference: SecretReference,
  wait?: number,
  vars: Record<string, string | undefined> = env,
) {
  const result = await resolveSecret(reference, { env: vars, ...(wait ? { wait } : {}) });
  return result.ok ? result.value.reveal() : describeFailure(result.failure);
}

async function fileWith(name: string, text: string, mode: number): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

test('env: the value, and words when it is missing or empty', async () => {
  assert.equal(await reveal({ from: 'env', name: 'PVE_SECRET' }), 'geheim-1');
  assert.match(await reveal({ from: 'env', name: 'MISSING' }), /^the variable MISSING is not set/);
  assert.match(await reveal({ from: 'env', name: 'EMPTY' }), /^the variable EMPTY is not set/);
});

test('file: 0600 and 0400 are read, one trailing newline goes', async () => {
  const path = await fileWith('good', 'geheim-2\n', 0o600);
  assert.equal(await reveal({ from: 'file', path }), 'geheim-2');
  await chmod(path, 0o400);
  assert.equal(await reveal({ from: 'file', path }), 'geheim-2');
});

for (const mode of [0o644, 0o640, 0o604, 0o620]) {
  test(`file: mode ${mode.toString(8)} is refused with the chmod line`, async () => {
    const path = await fileWith(`open-${mode.toString(8)}`, 'geheim-3\n', mode);
    const said = await reveal({ from: 'file', path });
    assert.match(
      said,
      new RegExp(`others can read the secret file \\(mode 0${mode.toString(8)}\\)`),
    );
    assert.ok(said.includes(`chmod 600 '${path}'`), said);
    assert.doesNotMatch(said, /geheim/);
  });
}

test('file: the target of a symbolic link is what counts', async () => {
  const open = await fileWith('target-open', 'geheim-4', 0o644);
  await symlink(open, join(directory, 'link-open'));
  assert.match(
    await reveal({ from: 'file', path: join(directory, 'link-open') }),
    /others can read/,
  );
  const closed = await fileWith('target-closed', 'geheim-5', 0o600);
  await symlink(closed, join(directory, 'link-closed'));
  assert.equal(await reveal({ from: 'file', path: join(directory, 'link-closed') }), 'geheim-5');
});

test('file: absent, a directory, empty, too large, several lines', async () => {
  assert.match(await reveal({ from: 'file', path: join(directory, 'none') }), /does not exist/);
  await mkdir(join(directory, 'folder'), { mode: 0o700 });
  assert.match(
    await reveal({ from: 'file', path: join(directory, 'folder') }),
    /not a regular file/,
  );
  const empty = await fileWith('empty', '\n', 0o600);
  assert.match(await reveal({ from: 'file', path: empty }), /the secret is empty/);
  const large = await fileWith('large', 'x'.repeat(20_000), 0o600);
  assert.match(await reveal({ from: 'file', path: large }), /larger than 16 KiB/);
  const lines = await fileWith('lines', 'geheim-6\nmore\n', 0o600);
  const said = await reveal({ from: 'file', path: lines });
  assert.match(said, /more than one line/);
  assert.doesNotMatch(said, /geheim/);
});

test('cmd: the first line of what it writes; arguments reach it whole, without a shell', async () => {
  const script = 'console.log(process.argv.at(-1)); console.log("second line")';
  const argv = [node, '-e', script, '--', '$(id) `id`; echo x'];
  assert.equal(await reveal({ from: 'cmd', argv }), '$(id) `id`; echo x');
});

test('cmd: a failing program is named by its exit code, never by its output', async () => {
  const script = 'console.log("geheim-7"); console.error("geheim-8"); process.exit(3)';
  const said = await reveal({ from: 'cmd', argv: [node, '-e', script] });
  assert.match(said, /ended with exit code 3/);
  assert.doesNotMatch(said, /geheim/);
  assert.match(
    await reveal({ from: 'cmd', argv: [join(directory, 'none')] }),
    /could not be started: it does not exist/,
  );
});

test('cmd: a program that hangs, with a child of its own, is ended at the deadline', async () => {
  const script = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1e3)'], {stdio:'inherit'}); setInterval(()=>{},1e3)`;
  const said = await reveal({ from: 'cmd', argv: [node, '-e', script] }, 400);
  assert.match(said, /gave no answer in time/);
});

test('cmd: endless output is cut off', async () => {
  const script = 'setInterval(() => process.stdout.write("x".repeat(9999)), 1)';
  assert.match(await reveal({ from: 'cmd', argv: [node, '-e', script] }), /far more than a secret/);
});

test('keyring: asks secret-tool for service and account', async () => {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  const tool = join(bin, 'secret-tool');
  await writeFile(
    tool,
    `#!/bin/sh\n[ "$1 $2 $3 $4" = "lookup service homelab account" ] || exit 9\n[ "$5" = ann ] || exit 1\nprintf geheim-9\n`,
  );
  await chmod(tool, 0o755);
  const vars = { PATH: [bin, process.env.PATH].join(delimiter) };
  const of = (account: string): SecretReference => ({
    from: 'keyring',
    service: 'homelab',
    account,
  });
  assert.equal(await reveal(of('ann'), undefined, vars), 'geheim-9');
  const said = await reveal(of('bob'), undefined, vars);
  assert.match(said, /the keyring gave no such secret/);
  assert.match(said, /secret-tool store --label=homelab-tui service 'homelab' account 'bob'/);
});

test('keyring: without secret-tool it says what to install and what else there is', async () => {
  const vars = { PATH: join(directory, 'nowhere') };
  const said = await reveal({ from: 'keyring', service: 'a', account: 'b' }, undefined, vars);
  assert.match(said, /secret-tool, which is not installed/);
  assert.match(said, /file: or cmd:/);
});
