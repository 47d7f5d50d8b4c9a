import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { startTerminal } from '../support/pty.ts';
import { pressFor, selectGuest } from '../support/scenario.ts';
import { tempDir } from '../support/temp.ts';
import { until } from '../support/until.ts';

test('the demo can be tried over SSH: a node, and a container through it', async (t) => {
  const home = tempDir(t, 'home');
  const temporary = tempDir(t, 'tmp');
  // Of a demo that was killed; no process can have that number.
  mkdirSync(join(temporary, 'homelab-tui-demo-99999999-abc'));
  // A state that another demo left would show its guests before this one is connected.
  const nothing = { XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined };
  const own = { ...nothing, XDG_CACHE_HOME: undefined, XDG_DATA_HOME: undefined };
  const env = { HOME: home, TMPDIR: temporary, ...own };
  const terminal = startTerminal({ t, args: ['--demo'], env });
  await terminal.waitFor(/Guests 22/);
  await terminal.waitIdle();
  await pressFor(terminal, '1', /\[Nodes\]/);
  await terminal.press('!');
  await terminal.waitFor('root@pve1:~#');
  terminal.resize(90, 30);
  // The size travels by a signal, and may come after what is typed.
  await until('the new size', async () => {
    terminal.send('stty size\r');
    await terminal.waitIdle();
    return terminal.text().includes('30 90') || undefined;
  });
  terminal.send('exit\r');
  await terminal.waitFor((text) => /pve1 has ended/.test(text) && !text.includes('⟳'), 'its end');
  await selectGuest(terminal, 'web-server');
  await terminal.press('!');
  await terminal.waitFor('root@web-server:~#');
  terminal.send('exit\r');
  await terminal.waitFor(
    (text) => /web-server has ended/.test(text) && !text.includes('⟳'),
    'the end of the second shell',
  );
  await selectGuest(terminal, 'vaultwarden');
  await terminal.press('!');
  await terminal.waitFor('root@vaultwarden:~#');
  // The key that leaves, and the console is back.
  terminal.send('\u001d');
  await terminal.waitFor(/Left the shell of guest 201 vaultwarden/);
  assert.equal(
    readdirSync(temporary).filter((name) => name.startsWith('homelab-tui-demo-')).length,
    1,
  );
  await terminal.waitFor((text) => !text.includes('⟳'), 'the end of the action');
  await terminal.press('esc', 'q');
  assert.equal(await terminal.waitExit(), 0);
  assert.deepEqual(
    readdirSync(temporary).filter((name) => name.startsWith('homelab-tui-demo-')),
    [],
  );
  assert.equal(existsSync(`${home}/.ssh`), false);
});
