// Every way out gives the terminal back; a configuration that cannot be used is explained; idling costs little.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { bin, startTerminal, type TestTerminal } from '../support/pty.ts';
import { openConsole, pressFor, quietTime } from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

/** The other screen is left, the cursor shown, the mouse and pastes as before: whatever was switched on is off again. */
function isRestored(terminal: TestTerminal): boolean {
  const output = terminal.output();
  const last = (mode: string) => output.lastIndexOf(`\u001b[?${mode}`);
  const off = ['1049', '1000', '1002', '1006', '2004'];
  return last('25h') >= last('25l') && off.every((mode) => last(`${mode}l`) >= last(`${mode}h`));
}

/** The last bytes may come after the exit is known. */
async function assertRestored(terminal: TestTerminal): Promise<void> {
  assert.ok(terminal.output().includes('\u001b[?1049h'), 'it was on the other screen');
  await until('the terminal as it was before', () => isRestored(terminal));
}

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
  test(`${signal} ends it and restores the terminal`, async (t) => {
    const { terminal } = await openConsole(t);
    terminal.kill(signal);
    const code = await terminal.exit;
    assert.ok(code === 0 || code >= 128, `exit code ${code}`);
    await assertRestored(terminal);
  });
}

test('ctrl-c quits like q', async (t) => {
  const { terminal } = await openConsole(t, { args: ['--mouse'] });
  terminal.send('\u0003');
  assert.equal(await terminal.exit, 0);
  await assertRestored(terminal);
});

test('a terminal that goes away takes the console with it: no process stays behind', async (t) => {
  const homelab = await startTestDemo(t);
  // setsid puts it on its own; script gives it a terminal that dies with script.
  const child = spawn('script', ['-qfc', `${process.execPath} ${bin}`, '/dev/null'], {
    env: { ...process.env, ...homelab.env, TERM: 'xterm-256color' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  t.after(() => child.kill('SIGKILL'));
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk;
  });
  await until('the console', () => seen.includes('web-server'));
  const consoles = () => childrenOf(child.pid ?? 0);
  const [pid] = await until('its process', () => {
    const found = consoles();
    return found.length > 0 && found;
  });
  assert.ok(pid);
  child.kill('SIGKILL');
  await until('its end', () => !existsSync(`/proc/${pid}`) || isZombie(pid));
});

function childrenOf(pid: number): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

const isZombie = (pid: number) => /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

test('a broken homelab.yaml: line and column, after the terminal is restored, exit code 64', async (t) => {
  const homelab = await startTestDemo(t);
  const file = join(homelab.configDir, 'homelab.yaml');
  const text = readFileSync(file, 'utf8').replace('    pve:', '    pev:');
  writeFileSync(file, text);
  const terminal = startTerminal({ t, env: homelab.env });
  assert.equal(await terminal.exit, 64);
  await terminal.waitFor(/homelab\.yaml:4:5/);
  assert.match(terminal.text(), /pev/);
  if (terminal.output().includes('\u001b[?1049h')) await assertRestored(terminal);
  assert.deepEqual(homelab.requests(), []);
});

test('a secret that others can read is refused, and never shown', async (t) => {
  const homelab = await startTestDemo(t);
  const { chmodSync } = await import('node:fs');
  chmodSync(join(homelab.configDir, 'home.secret'), 0o644);
  const terminal = startTerminal({ t, env: homelab.env });
  await terminal.waitFor(/others can read|readable by others|0600|chmod/);
  for (const secret of homelab.secrets) assert.ok(!terminal.output().includes(secret));
  assert.deepEqual(homelab.requests(), []);
});

test('without a configuration it tells the lines to write, exit code 64', async (t) => {
  const folder = tempDir(t, 'none');
  const terminal = startTerminal({ t, env: { HOMELAB_TUI_CONFIG_DIR: folder } });
  assert.equal(await terminal.exit, 64);
  const text = await terminal.waitFor('homelab-tui --demo');
  assert.ok(text.replaceAll('\n', '').includes(join(folder, 'homelab.yaml')));
  assert.match(text, /version: 1\nsites:\n {2}- id: home\n {4}pve:\n {6}endpoints: .*\n {6}auth: /);
  assert.ok(!existsSync(join(folder, 'homelab.yaml')), 'it writes nothing by itself');
});

test('without a terminal it says what works instead, exit code 64', async (t) => {
  const folder = tempDir(t, 'none');
  const child = spawn(process.execPath, [bin], {
    env: { ...process.env, HOMELAB_TUI_CONFIG_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 64);
  assert.match(told, /needs a terminal/);
  assert.match(told, /homelab-tui status/);
});

test('--demo needs nothing: it brings its own homelab', async (t) => {
  const folder = tempDir(t, 'demo');
  const terminal = startTerminal({
    t,
    args: ['--demo'],
    env: { HOMELAB_TUI_CONFIG_DIR: folder },
  });
  await terminal.waitFor(/demo ▸ Guests/);
  await terminal.waitFor('Guests 22');
  await pressFor(terminal, '0', /3\/3 nodes/);
  terminal.send('q');
  assert.equal(await terminal.exit, 0);
  await assertRestored(terminal);
  assert.ok(!existsSync(join(folder, 'homelab.yaml')));
});

test('an idle list asks seldom and writes nothing', async (t) => {
  const homelab = await startTestDemo(t);
  // Figures that stand still: nothing on the screen has a reason to change.
  homelab.world.settings.statusPeriod = 1e6;
  const terminal = startTerminal({ t, env: homelab.env, cols: 140 });
  await terminal.waitFor('Guests 22');
  await pressFor(terminal, '5', /\[Storage\]/);
  await terminal.waitIdle(1500);
  const from = homelab.requests().length;
  const bytes = terminal.bytesWritten();
  const seconds = 21;
  await quietTime(seconds * 1000);
  const sent = homelab.requests().slice(from);
  const perMinute = (sent.length * 60) / seconds;
  const paths = sent.map(({ path }) => path).join(' ');
  // Two polls of 10 s fall into the time, with one more of a slower source.
  assert.ok(perMinute <= 12, `${perMinute} requests a minute: ${paths}`);
  assert.ok(sent.length >= 2, 'it does poll');
  assert.equal(terminal.bytesWritten() - bytes, 0, 'nothing changed, nothing is written');
});
