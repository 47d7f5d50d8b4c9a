// Debian packages: tmux vim-tiny
// A console inside a real tmux: what the terminal itself says of its state before and after.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import { bin } from '../support/pty.ts';
import { ptyShells } from '../support/pty-shell.ts';
import { tempDir } from '../support/temp.ts';
import { startTmux } from '../support/tmux.ts';
import { until } from '../support/until.ts';

/** Everything tmux knows of a pane that a program can leave behind. */
const state = [
  'alternate_on',
  'cursor_flag',
  'insert_flag',
  'keypad_cursor_flag',
  'keypad_flag',
  'mouse_any_flag',
  'mouse_button_flag',
  'mouse_sgr_flag',
  'mouse_standard_flag',
  'origin_flag',
  'scroll_region_lower',
  'scroll_region_upper',
  'wrap_flag',
]
  .map((flag) => `${flag}=#{${flag}}`)
  .join(' ');

test('a real tmux: console, vi, new sizes, a cut, a mess; and everything as before', async (t) => {
  const shells = ptyShells(t, { keeps: true });
  const homelab = await startTestDemo(t, { consoles: { text: shells.backend } });
  const tmux = await startTmux(t, { columns: 100, rows: 30 }, homelab.env);
  const modes = join(tempDir(t), 'modes');
  await tmux.line(`stty -g > ${modes}; echo above`);
  await tmux.waitFor(/^above$/m);
  const outside = await tmux.ask(state);
  await tmux.line(`'${process.execPath}' '${bin}'`);
  await tmux.waitFor('minio');
  await tmux.keys('/');
  await tmux.keys('-l', 'minio');
  await tmux.keys('Enter');
  await tmux.waitFor(/^> +200/m);
  await tmux.waitFor('esc clears');
  const inside = await tmux.ask(state);
  const table = async () =>
    (await tmux.screen()).slice(1, 8).map((row) => row.replace(/\d+%.*/, ''));
  const before = await table();

  await tmux.keys('c');
  await tmux.waitFor(/-- Console of guest 200 minio[\s\S]*guest\$/);
  assert.equal(
    await tmux.ask('#{alternate_on}'),
    '0',
    'it has the main screen, with its scrollback',
  );
  await tmux.line('stty size');
  await tmux.waitFor(/^30 100$/m);
  await tmux.resize(80, 24);
  await until('the new size inside', async () => {
    await tmux.line('clear; stty size');
    return /^24 80$/m.test(await tmux.waitFor(/^\d+ \d+$/m));
  });
  const file = join(tempDir(t), 'note');
  await tmux.line(`vi ${file}`);
  await tmux.waitFor(/^~/m);
  assert.equal(await tmux.ask('#{alternate_on}'), '1');
  await tmux.keys('-l', 'iinside tmux');
  await tmux.keys('Escape');
  await tmux.line(':wq');
  await until('the file', () => {
    try {
      return readFileSync(file, 'utf8') === 'inside tmux\n';
    } catch {
      return false;
    }
  });
  homelab.world.faults.cutConsoles();
  await tmux.waitFor('-- r connects again, q leaves --');
  await tmux.keys('r');
  await until('the second connection', () => shells.opened() === 2);
  const mess =
    '\\033[?1049h\\033[?1002h\\033[?1006h\\033[?25l\\033[?1h\\033=\\033[4h\\033[?7l\\033[5;9r';
  await tmux.line(`clear; printf '${mess}'; echo broken; sleep 100`);
  await tmux.waitFor('broken');
  await until('the mess', async () => (await tmux.ask('#{mouse_button_flag}')) === '1');
  await tmux.resize(100, 30);
  await tmux.keys('C-]');
  await tmux.waitFor(/^> +200/m);
  await tmux.waitFor('Left the console of guest 200 minio');
  assert.deepEqual(await table(), before);
  assert.equal(await tmux.ask(state), inside);

  await tmux.keys('q');
  await tmux.waitFor(/here\$ *$/);
  assert.equal(await tmux.ask(state), outside);
  await tmux.line(`stty -g > ${modes}.after; echo below`);
  await tmux.waitFor(/^below$/m);
  assert.equal(readFileSync(`${modes}.after`, 'utf8'), readFileSync(modes, 'utf8'));
});
