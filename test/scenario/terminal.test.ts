// The screen itself: sizes, resizing, foreign text, and terminals that show less.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { startTestDemo } from '../support/demo.ts';
import type { TestTerminal } from '../support/pty.ts';
import { startTerminal } from '../support/pty.ts';
import { cursorRow, openConsole, pressFor, selectGuest } from '../support/scenario.ts';

/** At some widths a column stands between the two. */
const nextcloud = /106 .*nextcloud/;

describe('the terminal', { concurrency: 2 }, () => {
  test('resizing keeps the row, and says when there is too little room', async (t) => {
    const { terminal } = await openConsole(t, { cols: 80, rows: 24 });
    for (let step = 0; step < 6; step += 1) await terminal.press('down');
    assert.match(cursorRow(terminal), nextcloud);
    terminal.resize(160, 45);
    await terminal.waitFor(/106 .*nextcloud[\s\S]*Since start/);
    assert.match(cursorRow(terminal), nextcloud);
    terminal.resize(60, 15);
    await terminal.waitFor((text) => text.split('\n').length === 15 && /\? help/.test(text));
    await terminal.waitFor(() => nextcloud.test(cursorRow(terminal)), 'the same row');
    terminal.resize(40, 10);
    await terminal.waitFor(/40×10 cells/);
    terminal.resize(1, 1);
    await terminal.waitIdle();
    terminal.resize(80, 24);
    await terminal.waitFor(() => nextcloud.test(cursorRow(terminal)), 'the same row');
    const screen = terminal.screen();
    assert.match(screen[0] ?? '', /home ▸ Guests/);
    assert.match(screen[23] ?? '', /\? help/);
  });

  test('smaller and back again while it could not look: what the terminal lost is drawn anew', async (t) => {
    const { terminal } = await openConsole(t, { cols: 100, rows: 30 });
    await pressFor(terminal, '1', /^> pve1/m);
    await terminal.waitFor(/pve3/);
    process.kill(terminal.pid, 'SIGSTOP');
    terminal.resize(50, 12);
    assert.doesNotMatch(terminal.text(), /pve3 .*GiB/, 'the terminal forgot it');
    terminal.resize(100, 30);
    process.kill(terminal.pid, 'SIGCONT');
    await terminal.waitFor(/^ +pve3 .*GiB/m);
    await terminal.waitFor((text) => /\[Nodes\].*7 Tasks/.test(text) && /\? help$/.test(text));
    assert.equal(terminal.text().split('\n').length, 30);
  });

  test('a storm of sizes does not bring it down', async (t) => {
    const { terminal } = await openConsole(t, { cols: 100, rows: 30 });
    for (let step = 0; step < 60; step += 1) {
      terminal.resize(40 + ((step * 37) % 160), 8 + ((step * 13) % 50));
    }
    terminal.resize(100, 30);
    await terminal.waitIdle(300);
    await pressFor(terminal, '1', /^> pve1/m);
    assert.match(terminal.screen()[29] ?? '', /\? help/);
  });

  /** Every page of the console, visited by key. */
  async function visitAll(
    terminal: TestTerminal,
    look: (page: string) => void | Promise<void>,
  ): Promise<void> {
    for (const view of ['0', '1', '2', '5', '7']) {
      await pressFor(terminal, view, new RegExp(`${view} \\[`));
      await terminal.waitIdle();
      await look(`view ${view}`);
      if (view === '0') continue;
      await terminal.press('enter');
      const seen = new Set<string>();
      for (let turn = 0; turn < 10; turn += 1) {
        await terminal.waitFor((text) => !/^ ?loading/m.test(text), 'what is loading');
        const tab = /^ .*\[(\w+)\].*$/m.exec(terminal.screen().slice(2).join('\n'))?.[1] ?? '';
        if (seen.has(tab)) break;
        seen.add(tab);
        await look(`view ${view}, ${tab}`);
        await terminal.press('tab');
      }
      await terminal.press('esc');
    }
    for (const [key, words] of [
      ['?', 'keys that are live here'],
      [':', 'Command'],
      ['L', 'Calls this console made'],
    ] as const) {
      await pressFor(terminal, key, words);
      await look(`key ${key}`);
      await terminal.press('esc');
    }
  }

  test('80×24 shows every page whole: one frame, hints in the last row', async (t) => {
    const { terminal, homelab } = await openConsole(t, { cols: 80, rows: 24 });
    const pages: string[] = [];
    await visitAll(terminal, (page) => {
      pages.push(page);
      const screen = terminal.screen();
      assert.match(screen[0] ?? '', /^ home ▸/, page);
      assert.match(screen[1] ?? '', /^┌/, page);
      if (!page.startsWith('key')) assert.match(screen[23] ?? '', /\? help/, page);
    });
    assert.ok(pages.length >= 22, pages.join('; '));
    assert.deepEqual(homelab.world.unimplemented, []);
    assert.deepEqual(homelab.writes(), []);
  });

  test('names, notes, tags and logs that attack the terminal are shown as plain text', async (t) => {
    const { terminal } = await openConsole(t, {
      demo: { scenario: 'hostile-text' },
      ready: /Guests 4\d/,
      cols: 100,
      rows: 50,
    });
    await terminal.waitFor(/300/);
    await visitAll(terminal, (page) => {
      assert.match(terminal.screen()[0] ?? '', /^ home ▸/, `${page}: the frame stands`);
    });
    for (const guest of ['301', '302']) {
      await selectGuest(terminal, guest);
      await pressFor(terminal, 'enter', /\[Summary\][\s\S]*Notes\s+\S/);
    }
    await pressFor(terminal, 's', 'Take snapshot');
    await terminal.press('esc', 'esc', 'esc');
    const written = terminal.output();
    const owned = {
      'OSC 52': /\u001b\]52/,
      'another title': /\u001b\](?:0|2);/,
      'a link': /\u001b\]8;/,
      'C1 controls': /[\u0080-\u009f]/,
      'DCS, APC': /\u001b[P_^X]/,
      'the bell': /\u0007/,
      'hidden text': /\u001b\[8m/,
      'blinking text': /\u001b\[5m/,
      backspaces: /\u0008/,
      'reversed text': /[\u202a-\u202e\u2066-\u2069]/,
    };
    for (const [name, pattern] of Object.entries(owned)) {
      assert.ok(!pattern.test(written), `${name} reached the terminal`);
    }
  });

  test('two guests that look alike: the name typed is not enough, the VMID is asked for', async (t) => {
    const { terminal, homelab } = await openConsole(t, {
      demo: { scenario: 'hostile-text' },
      ready: /Guests 4\d/,
    });
    await terminal.press('/');
    await terminal.type('314');
    await terminal.press('enter');
    await terminal.waitFor(/^> +314/m);
    await pressFor(terminal, 'R', 'Start it afterwards');
    await terminal.press('enter');
    await terminal.waitFor('Type 314 to confirm');
    await terminal.press('esc');
    assert.deepEqual(homelab.writes(), []);
  });

  /** Colours and the like: SGR with anything but reset, bold, reverse and underline. */
  const colours = /\u001b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m/;

  test('NO_COLOR writes no colour; the cursor row can still be told', async (t) => {
    const { terminal } = await openConsole(t, { env: { NO_COLOR: '1' } });
    await terminal.press('down', '1', '0', '2', '?', 'esc');
    assert.ok(!colours.test(terminal.output()));
    assert.match(cursorRow(terminal), /^> +101/);
  });

  test('with colour it is coloured: the test above can fail', async (t) => {
    const { terminal } = await openConsole(t);
    assert.ok(colours.test(terminal.output()));
  });

  test('--ascii draws with ASCII only', async (t) => {
    const { terminal } = await openConsole(t, { args: ['--ascii'], cols: 110, rows: 40 });
    const foreign = new Map<string, string>();
    await visitAll(terminal, (page) => {
      for (const sign of terminal.text().match(/[^\n\u0020-\u007e]/g) ?? [])
        foreign.set(sign, page);
    });
    assert.deepEqual([...foreign], []);
  });

  test('screen reader mode prints plain lines: no frames, no drawing', async (t) => {
    const homelab = await startTestDemo(t);
    const terminal = startTerminal({ t, env: homelab.env, args: ['--screen-reader'] });
    const text = await terminal.waitFor(/101 .*web-server/);
    assert.ok(!/[│┌┐└┘─█▏⠒⢀]/.test(text), text);
    await pressFor(terminal, '1', 'pve3');
    await pressFor(terminal, '?', 'keys that are live here');
    assert.ok(!/[│┌┐└┘─█▏⠒⢀]/.test(terminal.text()));
    terminal.send('\u001b');
    await terminal.waitIdle();
    terminal.send('q');
    assert.equal(await terminal.exit, 0);
  });
});
