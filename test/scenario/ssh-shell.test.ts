// Debian packages: openssh-server
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { bin, startTerminal } from '../support/pty.ts';
import { answer, openConsole, selectGuest } from '../support/scenario.ts';
import {
  type KeyFile,
  knownLine,
  makeKey,
  type Sshd,
  startSshd,
  writeSshConfig,
} from '../support/sshd.ts';
import { tempDir } from '../support/temp.ts';

/** An sshd that plays a node: its `pct enter` opens a shell that knows which container it is. */
async function startNode(t: TestContext, directory: string, authorized: readonly string[]) {
  const programs = join(directory, 'bin');
  mkdirSync(programs, { recursive: true });
  writeFileSync(
    join(programs, 'pct'),
    '#!/bin/sh\n[ "$1" = enter ] || exit 2\nPS1="ct$2# " exec sh -i\n',
    { mode: 0o755 },
  );
  return startSshd(t, directory, {
    authorized,
    lines: [`SetEnv PATH=${programs}:/usr/bin:/bin`],
  });
}

interface Lab {
  readonly directory: string;
  readonly server: Sshd;
  readonly key: KeyFile;
  readonly knownHosts: string;
  /** The site's `ssh:` block: everything leads to the one server. */
  readonly lines: readonly string[];
}

async function startLab(
  t: TestContext,
  options: {
    readonly known?: boolean;
    readonly passphrase?: string;
    readonly lines?: readonly string[];
  } = {},
): Promise<Lab> {
  const directory = tempDir(t, 'ssh');
  const { passphrase = '', known = true } = options;
  const key = makeKey(directory, 'key', '-N', passphrase, '-a', '1');
  const server = await startNode(t, directory, [key.line]);
  const { config, knownHosts } = writeSshConfig(
    directory,
    [{ name: 'node', server, key, ...(options.lines ? { lines: options.lines } : {}) }],
    known ? [knownLine(server)] : [],
  );
  const lines = [`    ssh: {config: '${config}', hosts: {pve1: node, pve2: node, pve3: node}}`];
  return { directory, server, key, knownHosts, lines };
}

test('! asks for the host key, then gives the container the terminal and takes it back', async (t) => {
  const lab = await startLab(t, { known: false });
  const { terminal, homelab } = await openConsole(t, { demo: { lines: lab.lines } });
  await selectGuest(terminal, 'vaultwarden');
  await terminal.press('!');
  const asked = await terminal.waitFor('Trust this host key?');
  const shown = execFileSync('ssh-keygen', ['-lf', `${lab.server.hostKey.path}.pub`], {
    encoding: 'utf8',
  });
  assert.ok(asked.includes(shown.split(' ')[1] ?? 'none'), asked);
  // Enter alone accepts nothing.
  await terminal.waitFor('y/N');
  await terminal.press('enter');
  assert.match(terminal.text(), /Trust this host key\?/);
  await answer(terminal, 'n');
  await terminal.waitFor(/host's key was not accepted/);
  assert.equal(readFileSync(lab.knownHosts, 'utf8'), '');
  await terminal.press('!');
  await terminal.waitFor('Trust this host key?');
  await answer(terminal, 'y');
  await terminal.waitFor(/ct\d+# /);
  assert.match(readFileSync(lab.knownHosts, 'utf8'), /ssh-ed25519/);
  terminal.send('stty size; echo shell-$((40+2))\r');
  await terminal.waitFor('shell-42');
  await terminal.waitFor('40 120');
  terminal.resize(100, 30);
  // The size travels by a signal, and may come after what is typed.
  terminal.send('until [ "$(stty size)" = "30 100" ]; do sleep 0.1; done; echo size-$((40+3))\r');
  await terminal.waitFor('size-43');
  terminal.send('exit 3\r');
  await terminal.waitFor(/has ended \(exit code 3\)/);
  await selectGuest(terminal, 'web');
  assert.deepEqual(homelab.writes(), [], 'nothing was sent to Proxmox');
  await terminal.press('esc', 'q');
  assert.equal(await terminal.waitExit(), 0);
  assert.match(
    execFileSync('cat', [join(homelab.configDir, 'state', 'audit.jsonl')], { encoding: 'utf8' }),
    /guest\.shell/,
  );
});

test('the passphrase of a key is typed unseen, once for several shells, and nowhere written', async (t) => {
  const lab = await startLab(t, { passphrase: 'open sesame' });
  const { terminal, homelab } = await openConsole(t, {
    demo: { lines: lab.lines },
    cols: 80,
    rows: 24,
  });
  await terminal.press('1');
  await terminal.waitFor(/\[Nodes\]/);
  await terminal.press('!');
  await terminal.waitFor(/Passphrase of .*key/);
  await terminal.waitFor('enter sends it');
  await terminal.type('wrong');
  await terminal.waitFor('•••••');
  await terminal.press('enter');
  await terminal.waitFor('The last answer was not right');
  await terminal.waitFor('enter sends it');
  await terminal.type('open sesame');
  await terminal.press('enter');
  for (const turn of [1, 2]) {
    await terminal.waitFor(/Shell of node pve1/);
    terminal.send(`echo turn-$((${turn}+10))\r`);
    await terminal.waitFor(`turn-1${turn}`);
    terminal.send('exit\r');
    await terminal.waitFor((text) => /pve1 has ended/.test(text) && !text.includes('⟳'), 'its end');
    if (turn === 1) await terminal.press('!');
  }
  await terminal.press('q');
  assert.equal(await terminal.waitExit(), 0);
  const written =
    terminal.output() + readFileSync(join(homelab.configDir, 'state', 'audit.jsonl'), 'utf8');
  assert.ok(!written.includes('sesame'));
});

test("what the built-in client cannot do, the system's ssh does on the same terminal", async (t) => {
  const lab = await startLab(t, {
    lines: ['ProxyCommand none'],
  });
  // A tunnel program that is surely there.
  const config = join(lab.directory, 'ssh_config');
  const through = `${process.execPath} -e "const s=require('net').connect(process.argv[1],process.argv[2]);process.stdin.pipe(s).pipe(process.stdout)" %p %h`;
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(/ProxyCommand .*/, `ProxyCommand ${through}`),
  );
  const { terminal } = await openConsole(t, { demo: { lines: lab.lines } });
  await terminal.press('1');
  await terminal.waitFor(/\[Nodes\]/);
  await terminal.press('!');
  await terminal.waitFor(
    /-- node pve1 through the system's ssh: its ssh configuration sets ProxyCommand/,
  );
  // What is typed before its prompt, ssh throws away.
  await terminal.waitFor(/^\S*[#$] ?$/m);
  terminal.send('echo system-$((40+2)); exit 5\r');
  await terminal.waitFor('system-42');
  await terminal.waitFor(/shell of node pve1 has ended \(exit code 5\)/);
  await terminal.waitFor(/\[Nodes\]/);
  await terminal.press('q');
  assert.equal(await terminal.waitExit(), 0);
});

test('a changed host key is said, and no shell opens', async (t) => {
  const lab = await startLab(t, { known: false });
  const other = makeKey(lab.directory, 'other');
  writeFileSync(lab.knownHosts, `${knownLine({ port: lab.server.port, hostKey: other })}\n`);
  const { terminal } = await openConsole(t, { demo: { lines: lab.lines } });
  await terminal.press('1');
  await terminal.waitFor(/\[Nodes\]/);
  await terminal.press('!');
  const text = await terminal.waitFor(/host's key has changed/);
  assert.doesNotMatch(text, /Trust this/);
  assert.doesNotMatch(lab.server.log(), /Accepted publickey/);
});

test('guest shell and node shell on the command line, with the questions asked there', async (t) => {
  const lab = await startLab(t, { known: false, passphrase: 'open sesame' });
  const homelab = await startTestDemo(t, { lines: lab.lines });
  const node = startTerminal({ t, args: ['node', 'shell', 'pve1'], env: homelab.env });
  await node.waitFor('Type yes or no [no]:');
  node.send('yes\r');
  await node.waitFor(/Passphrase of .*key:/);
  node.send('open sesame\r');
  await node.waitFor('Shell of node pve1');
  node.send('echo node-$((40+2)); exit\r');
  await node.waitFor('node-42');
  assert.equal(await node.waitExit(), 0);
  assert.ok(!node.output().includes('sesame'));
  const container = [...homelab.world.guests.values()].find(
    ({ type, status }) => type === 'lxc' && status === 'running',
  );
  assert.ok(container);
  const args = ['guest', 'shell', String(container.vmid)];
  const guest = startTerminal({ t, args, env: homelab.env });
  await guest.waitFor(/Passphrase of .*key:/);
  guest.send('open sesame\r');
  await guest.waitFor(`ct${container.vmid}# `);
  guest.send('exit\r');
  assert.equal(await guest.waitExit(), 0);
  // Standard input is a pipe here.
  const piped = startTerminal({
    t,
    env: homelab.env,
    program: { file: 'sh', args: ['-c', `: | "$0" "$1" node shell pve1`, process.execPath, bin] },
  });
  await piped.waitFor(/needs a terminal/);
  assert.equal(await piped.waitExit(), 2);
});
