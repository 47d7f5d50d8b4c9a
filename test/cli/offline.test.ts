import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { runProgram, temporaryDirectory } from './run-cli.ts';

const run = promisify(execFile);
const directory = await temporaryDirectory();
test.after(directory.remove);

async function profile(name: string, yaml: string): Promise<string> {
  const path = join(directory.path, name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'homelab.yaml'), yaml);
  return path;
}

const yaml = (secret: string) => `version: 1
sites:
  - id: home
    pve:
      endpoints: [https://127.0.0.1:1]
      auth: {token: root@pam!tui, secret: ${secret}}
`;

test('--version and --help', async () => {
  const version = await runProgram(['--version']);
  const { version: expected } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  assert.deepEqual(version, { code: 0, signal: null, out: `${expected}\n`, err: '' });
  const help = await runProgram(['--help']);
  assert.equal(help.code, 0);
  for (const text of [
    'status',
    'guests list',
    'guest rollback GUEST',
    'completion bash|zsh|fish',
    '--read-only',
    'Exit codes',
  ]) {
    assert.ok(help.out.includes(text), text);
  }
});

test('help of one command is the same by every road', async () => {
  const [flag, word] = await Promise.all([
    runProgram(['guest', 'rollback', '--help']),
    runProgram(['help', 'guest', 'rollback']),
  ]);
  assert.equal(flag.code, 0);
  assert.equal(flag.out, word.out);
  assert.match(flag.out, /--snapname VALUE +.*\(needed\)/);
  assert.match(flag.out, /--\[no-\]start/);
  assert.match(flag.out, /--confirm NAME/);
  const status = await runProgram(['help', 'status']);
  assert.match(status.out, /critical, then unknown, then warning, then ok/);
});

const usage: readonly (readonly [readonly string[], RegExp])[] = [
  [['guestz', 'list'], /guestz list: there is no such command · did you mean guests\?/],
  [
    ['guest', 'rolback', '1'],
    /guest rolback: there is no such command · did you mean guest rollback\?/,
  ],
  [['guest'], /guest: this command needs a second word · use guest with: start, shutdown/],
  [['guest', 'start'], /GUEST\.\.\. is missing · write homelab-tui guest start GUEST/],
  [['guest', 'rollback', '101', '102'], /102: this is one word too many/],
  [['status', '--password', 'geheim'], /--password: secrets are not accepted on the command line/],
  [['status', '--timeout', '-1'], /--timeout: the value must be a number/],
  [['--frobnicate'], /--frobnicate: there is no such flag here/],
  [['--json'], /--json: the console has no JSON · use status --json/],
  [['guests', 'list', '--filter', 'colour:red'], /--filter: colour: is not a field/],
  [['completion', 'tcsh'], /tcsh: this shell is not known/],
  [['help', 'nonsense'], /nonsense: there is no such command/],
];
for (const [argv, expected] of usage) {
  test(`usage error: ${argv.join(' ')}`, async () => {
    const finished = await runProgram(argv, { env: { HOMELAB_TUI_CONFIG_DIR: directory.path } });
    assert.equal(finished.code, 64, finished.err);
    assert.equal(finished.out, '');
    assert.match(finished.err, expected);
    assert.doesNotMatch(finished.err, /geheim/);
  });
}

test('the console without a terminal names what works instead', async () => {
  const finished = await runProgram(['--demo']);
  assert.equal(finished.code, 64);
  assert.match(finished.err, /needs a terminal, and this is none · use homelab-tui status here/);
});

test('without a configuration it shows the lines to write, and that the demo needs none', async () => {
  const finished = await runProgram(['status', '--config', join(directory.path, 'empty')]);
  assert.equal(finished.code, 64);
  assert.ok(finished.err.includes(join(directory.path, 'empty', 'homelab.yaml')));
  assert.match(finished.err, /^version: 1\nsites:\n {2}- id: home$/m);
  assert.match(finished.err, /homelab-tui --demo/);
});

test('a wrong configuration is told by file, line and column, and is exit code 64', async () => {
  const config = await profile('wrong', 'version: 1\nsites:\n  - id: home\n    pvee: 1\n');
  const finished = await runProgram(['guests', 'list', '--config', config]);
  assert.equal(finished.code, 64);
  assert.ok(
    finished.err.includes(
      `${join(config, 'homelab.yaml')}:4:5: unknown key "pvee" · did you mean pve?`,
    ),
    finished.err,
  );
});

test('config check looks at the secrets as well', async () => {
  const secret = join(directory.path, 'secret');
  await writeFile(secret, 'geheim\n');
  await chmod(secret, 0o644);
  const config = await profile('check', yaml(`file:${secret}`));
  const open = await runProgram(['config', 'check', '--config', config]);
  assert.equal(open.code, 64);
  assert.ok(open.err.includes(`chmod 600 '${secret}'`), open.err);
  await chmod(secret, 0o600);
  const closed = await runProgram(['config', 'check', '--config', config, '--json']);
  assert.equal(closed.code, 0, closed.err);
  assert.deepEqual(JSON.parse(closed.out), {
    ok: true,
    file: join(config, 'homelab.yaml'),
    problems: [],
  });
});

test('config check finds an allowed action that does not exist', async () => {
  const config = await profile('allow', `${yaml('env:PVE_SECRET')}allow: [node.explode]\n`);
  const finished = await runProgram(['config', 'check', '--config', config], {
    env: { PVE_SECRET: 'x' },
  });
  assert.equal(finished.code, 64);
  assert.match(finished.err, /there is no action node\.explode/);
});

test('--site that is not in the file names those that are', async () => {
  const config = await profile('site', yaml('env:PVE_SECRET'));
  const finished = await runProgram(['status', '--config', config, '--site', 'work']);
  assert.equal(finished.code, 64);
  assert.match(finished.err, /--site: there is no such site · use one of: home/);
});

test('actions --json prints the registry with placeholders', async () => {
  const finished = await runProgram(['actions', '--json']);
  assert.equal(finished.code, 0);
  const all = JSON.parse(finished.out) as { id: string; [key: string]: unknown }[];
  const rollback = all.find((action) => action.id === 'guest.rollback');
  assert.deepEqual(
    { ...rollback, fields: undefined, summary: undefined },
    {
      id: 'guest.rollback',
      scope: 'guest',
      key: 'R',
      menu: null,
      title: 'Roll back',
      summary: undefined,
      effect: 'destroy',
      confirmation: 3,
      batch: false,
      fields: undefined,
      privileges: [{ path: '/vms/{vmid}', anyOf: ['VM.Snapshot', 'VM.Snapshot.Rollback'] }],
    },
  );
  const level = (id: string) => all.find((action) => action.id === id)?.confirmation;
  assert.equal(level('node.reboot'), 4);
  assert.equal(level('guest.start'), 1);
  assert.equal(level('guest.stop'), 3, 'the highest it may ask for');
  const ids = all.map((action) => action.id);
  assert.equal(new Set(ids).size, ids.length);
});

test('a reader that goes away ends the output quietly', async () => {
  const deaf = await runProgram(['actions', '--json'], { deaf: true });
  assert.equal(deaf.err, '');
  assert.equal(deaf.code, 0);
});

test('completion knows commands and flags, in real bash', async () => {
  const script = join(directory.path, 'completion.bash');
  const made = await runProgram(['completion', 'bash']);
  assert.equal(made.code, 0);
  await writeFile(script, made.out);
  const complete = async (...words: string[]) => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const { stdout } = await run('bash', [
      '-c',
      `. '${script}'; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _homelab_tui; echo "\${COMPREPLY[*]}"`,
    ]);
    return stdout.trim().split(' ');
  };
  assert.deepEqual(await complete('homelab-tui', 'gu'), ['guests', 'guest']);
  assert.deepEqual(await complete('homelab-tui', '--config', '/x', 'guest', 'roll'), ['rollback']);
  assert.deepEqual(await complete('homelab-tui', 'guest', 'rollback', '101', '--sn'), [
    '--snapname',
  ]);
  assert.ok((await complete('homelab-tui', 'status', '--')).includes('--brief'));
  assert.deepEqual(await complete('homelab-tui', 'completion', 'f'), ['fish']);
  const [zsh, fish] = await Promise.all([
    runProgram(['completion', 'zsh']),
    runProgram(['completion', 'fish']),
  ]);
  assert.match(zsh.out, /^#compdef homelab-tui/);
  assert.match(
    fish.out,
    /complete -c homelab-tui -n '.*seen_subcommand_from rollback' -l snapname/,
  );
});
