import assert from 'node:assert/strict';
import test from 'node:test';
import { toAscii } from '../../../source/components/ascii.ts';
import { sanitise, say } from '../../../source/domain/safe-text.ts';
import { mergeResources } from '../../../source/store/merge-resources.ts';
import { type FakeWorld, fakeWorld, guest, node, noon } from './fake-site.ts';
import { paste, startScreen } from './screen.ts';

function lab(change: Partial<FakeWorld> = {}): FakeWorld {
  return fakeWorld('home', {
    guests: [
      guest('home', 100, 'docker-host'),
      guest('home', 101, 'web-server', { tags: [say`prod`] }),
      guest('home', 102, 'database', { status: say`stopped` }),
      guest('home', 103, 'mail', { type: 'lxc', node: say`pve2` }),
      guest('home', 104, 'jellyfin', { type: 'lxc', status: say`stopped` }),
    ],
    ...change,
  });
}

/** VMIDs in the order they stand on the screen. */
function vmids(rows: readonly string[]): number[] {
  return rows.flatMap((row) => {
    const found = /^[> ][* ] +(\d{3,}) /.exec(row)?.[1];
    return found === undefined ? [] : [Number(found)];
  });
}

for (const [columns, rows] of [
  [80, 24],
  [120, 40],
  [60, 15],
] as const) {
  test(`the list at ${columns}×${rows}: frame, rows, key hints, and not one row more`, async (t) => {
    const screen = await startScreen(t, [lab()], { columns, rows });
    const lines = screen.rows();
    assert.match(lines[0] ?? '', /^ home ▸ Guests · 2\/2 nodes/);
    assert.match(lines[1] ?? '', /2 \[Guests\]/);
    assert.match(lines[rows - 1] ?? '', /enter details .*\? help/);
    assert.deepEqual(vmids(lines), [100, 101, 102, 103, 104]);
    assert.match(screen.cursorRow(), /100 docker-host/);
    const preview = lines.some((line) => line.includes('│ Status'));
    assert.equal(preview, columns >= 120, 'a preview from 120 columns on');
  });
}

test('too small a terminal says so, keeps living, and comes back', async (t) => {
  const screen = await startScreen(t, [lab()], { columns: 40, rows: 10 });
  await screen.waitFor(/This terminal has 40×10 cells/);
  assert.match(screen.text().replaceAll('\n', ' '), /At least 60×15 are needed/);
  screen.resize(1, 1);
  await screen.idle();
  assert.equal(screen.rows().length, 1);
  screen.resize(80, 24);
  await screen.waitFor('docker-host');
  assert.equal(screen.exitCode(), undefined);
});

test('a terminal of one cell is no crash, and q still quits', async (t) => {
  const screen = await startScreen(t, [lab()], { columns: 1, rows: 1 });
  assert.equal(screen.exitCode(), undefined);
  screen.send('q');
  await screen.idle();
  assert.equal(screen.exitCode(), 0);
});

test('a terminal that is too small takes no key for an action nobody can see', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { columns: 40, rows: 10 });
  await screen.press('R', 's', 'p', 's', 'y');
  screen.resize(80, 24);
  await screen.waitFor('docker-host');
  assert.equal(screen.app.ui.getState().overlay, undefined);
  assert.deepEqual(world.writes, []);
});

test('resizing keeps the selection in sight', async (t) => {
  const many = Array.from({ length: 60 }, (_, index) => guest('home', 200 + index, `g${index}`));
  const screen = await startScreen(t, [lab({ guests: many })]);
  await screen.press('G');
  assert.match(screen.cursorRow(), /259 g59/);
  for (const [columns, rows] of [
    [60, 15],
    [120, 40],
    [200, 60],
    [80, 24],
  ] as const) {
    screen.resize(columns, rows);
    await screen.idle();
    assert.match(screen.cursorRow(), /259 (qemu +)?g59/, `${columns}×${rows}`);
  }
});

test('a burst of keys is each of its keys', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('jjj');
  assert.match(screen.cursorRow(), /103 mail/);
  await screen.press('kk');
  assert.match(screen.cursorRow(), /101 web-server/);
  await screen.press('\u001b[B\u001b[B');
  assert.match(screen.cursorRow(), /103 mail/);
});

test('the cursor stays with its guest when rows come and go', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('jj');
  world.guests = world.guests.slice(1);
  await screen.press('r');
  await screen.waitFor(/Guests 4/);
  assert.match(screen.cursorRow(), /102 database/);
});

test('a filter filters while it is typed, stays with enter, and esc clears it', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('/', 'web');
  assert.deepEqual(vmids(screen.rows()), [101]);
  assert.match(screen.text(), /Guests 1 of 5 {2}\/web/);
  await screen.press('enter');
  assert.match(screen.text(), /\/web {2}esc clears/);
  await screen.press('j', 'esc');
  assert.equal(vmids(screen.rows()).length, 5);
  await screen.press('/', 'status:stopped');
  assert.deepEqual(vmids(screen.rows()), [102, 104]);
  await screen.press('esc');
  assert.equal(vmids(screen.rows()).length, 5);
  await screen.press('/', 'nothing-like-it');
  assert.match(screen.text(), /Nothing passes the filter; 5 rows are hidden/);
});

test('marks: space marks and goes on, ctrl-a marks what is shown, esc forgets', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('space', 'space');
  assert.match(screen.text(), /2 marked/);
  assert.match(screen.cursorRow(), /102 database/);
  await screen.press('/', 'web', 'enter');
  assert.match(screen.text(), /2 marked \(1 hidden here, left out\)/);
  await screen.press('ctrl-a');
  await screen.press('esc');
  assert.doesNotMatch(screen.text(), /marked/);
  await screen.press('esc', 'ctrl-a');
  assert.match(screen.text(), /5 marked/);
});

test('the sort menu sorts, and again turns the order', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('S');
  await screen.waitFor('Sort by');
  assert.match(screen.text(), /VMID +sorted, rising/);
  await screen.press('jj', 'enter');
  assert.deepEqual(vmids(screen.rows()), [102, 100, 104, 103, 101]);
  assert.match(screen.text(), /Name▲/);
  await screen.press('S', 'jj', 'enter');
  assert.deepEqual(vmids(screen.rows()), [101, 103, 104, 100, 102]);
  assert.match(screen.text(), /Name▼/);
});

test('the palette finds an object and opens it', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press(':', 'mail');
  await screen.waitFor(/103 mail +Guests/);
  await screen.press('enter');
  await screen.waitFor(/home ▸ Guests ▸ 103 mail/);
  assert.match(screen.text(), /\[Summary\]/);
  await screen.press('esc');
  assert.deepEqual(vmids(screen.rows()).length, 5);
});

test('the palette never runs an action without its question', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('jj', ':', 'Start', 'enter');
  await screen.waitFor('Start guest 102 database?');
  assert.deepEqual(world.writes, []);
  await screen.waitFor('y/N');
  await screen.press('esc');
  assert.deepEqual(world.writes, []);
});

test('help shows the keys that are live here, and any of its keys closes it', async (t) => {
  const screen = await startScreen(t, [lab()], { rows: 60 });
  await screen.press('?');
  await screen.waitFor('Help: keys that are live here');
  assert.match(screen.text(), /take snapshot/);
  assert.match(screen.text(), /command palette/);
  await screen.press('esc');
  assert.match(screen.cursorRow(), /100 docker-host/);
  await screen.press('?', '?');
  assert.doesNotMatch(screen.text(), /Help: keys/);
});

test('the action menu says why an action is not possible, and choosing it does nothing', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { columns: 110, rows: 40 });
  await screen.press('a');
  await screen.waitFor(/Start.*already running/);
  await screen.press('enter');
  await screen.waitFor(/⚠ already running/);
  assert.equal(screen.app.ui.getState().overlay?.kind, 'menu');
  assert.deepEqual(world.writes, []);
});

test('esc goes one step back at each level, and never further', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('space', '/', 'a', 'enter', 'enter');
  await screen.waitFor('[Summary]');
  await screen.press('?');
  await screen.waitFor('Help');
  const state = () => screen.app.ui.getState();
  await screen.press('esc');
  assert.equal(state().overlay, undefined);
  assert.equal(state().pages.length, 1);
  await screen.press('esc');
  assert.equal(state().pages.length, 0);
  assert.equal(state().lists.guests?.marks.size, 1);
  await screen.press('esc');
  assert.equal(state().lists.guests?.marks.size, 0);
  assert.equal(state().lists.guests?.filter, 'a');
  await screen.press('esc');
  assert.equal(state().lists.guests?.filter, '');
  await screen.press('esc', 'esc');
  assert.equal(screen.exitCode(), undefined);
  assert.equal(vmids(screen.rows()).length, 5);
});

test('a service that fails says what happened and what to do next, and old rows stay', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world], { columns: 120, rows: 30 });
  world.failing.all = {
    kind: 'unreachable',
    what: say`Nothing answers`,
    where: say`https://192.0.2.10:8006`,
    next: say`check that the node is on`,
    detail: say`connect EHOSTUNREACH`,
  };
  await screen.press('r');
  await screen.waitFor(/home: does not answer/);
  assert.equal(vmids(screen.rows()).length, 5, 'the last known rows are still there');
  await screen.press('0', 'enter');
  await screen.waitFor(/\[Finding\]/);
  const full = screen.text().replace(/\s+/g, ' ');
  assert.match(full, /Nothing answers · https:\/\/192\.0\.2\.10:8006 · check that the node is on/);
  assert.match(full, /connect EHOSTUNREACH/);
  await screen.press('2', 's');
  await screen.waitFor(/Take snapshot guest 100 docker-host: Nothing answers/);
});

test('the guests of a node that went down stay, greyed, with their age', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  const down = {
    nodes: [node(world.id, 'pve1'), node(world.id, 'pve2', { status: say`offline` })],
  };
  world.nodes = down.nodes;
  world.guests = world.guests.map((each) =>
    each.vmid === 103
      ? guest('home', 103, '', {
          type: 'lxc',
          node: say`pve2`,
          status: say`unknown`,
          name: undefined,
        })
      : each,
  );
  screen.clock.now = noon + 720_000;
  await screen.press('r');
  await screen.waitFor(/103 mail +\? unknown 12 min/);
  assert.equal(vmids(screen.rows()).length, 5);
  const row = screen.rows().findIndex((line) => line.includes('103 mail'));
  assert.ok(screen.dim(row, 10), 'the name is greyed');
  assert.ok(!screen.dim(row - 1, 10), 'the row before is not');
  world.guests = world.guests.filter((each) => each.vmid !== 103);
  await screen.press('r');
  assert.match(screen.text(), /103 mail/, 'also when the cluster stops telling of it');
  await screen.press('0');
  await screen.waitFor(/node pve2 +node is offline, the state of 1 guest/);
});

test('hostile names cannot move the cursor, hide rows or forge a state', async (t) => {
  const evil = '\u001b[2J\u001b[10;1Hpwned\u202e\r\nroot● running\u0007';
  const world = lab({
    guests: [
      guest('home', 100, 'calm'),
      guest('home', 101, evil, { tags: [sanitise(evil)] }),
      guest('home', 102, 'after'),
    ],
  });
  const screen = await startScreen(t, [world], { columns: 140, rows: 30 });
  assert.deepEqual(vmids(screen.rows()), [100, 101, 102]);
  const rows = screen.rows();
  const at = rows.findIndex((row) => /^> +100 .*calm/.test(row));
  assert.match(rows[at + 1] ?? '', /101 .*pwned/);
  assert.match(rows[at + 2] ?? '', /102 .*after/);
  for (const key of ['j', 'enter']) await screen.press(key);
  await screen.waitFor('[Summary]');
  for (const forbidden of ['\u001b[2J', '\u001b[10;1H', '\u202e', '\u0007']) {
    assert.ok(!screen.output().includes(forbidden), JSON.stringify(forbidden));
  }
});

test('a paste in the list is no row of commands', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  screen.send(paste('y\n'.repeat(512)));
  await screen.idle();
  screen.send(paste('psyRq\r'));
  await screen.idle();
  assert.equal(screen.app.ui.getState().overlay, undefined);
  assert.equal(screen.exitCode(), undefined);
  assert.match(screen.cursorRow(), /100 docker-host/);
  await screen.press('/');
  screen.send(paste('web\n'));
  await screen.waitFor('/web');
  assert.deepEqual(vmids(screen.rows()), [101]);
});

test('drawing again without a change writes nothing', async (t) => {
  const screen = await startScreen(t, [lab()], { columns: 120, rows: 40 });
  const before = screen.bytes();
  screen.app.ui.setState((ui) => ({ ...ui }), true);
  await screen.idle();
  screen.app.data.setState((data) => ({ sites: data.sites.map((site) => ({ ...site })) }));
  await screen.idle();
  assert.equal(screen.bytes() - before, 0);
});

test('the same answer of a poll again writes nothing', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  const before = screen.bytes();
  const [site] = screen.app.data.getState().sites;
  const known = site?.resources.data;
  assert.ok(site && known);
  world.guests = world.guests.map((each) => ({ ...each }));
  const answer = { ...known, guests: world.guests, nodes: world.nodes };
  const merged = mergeResources(known, answer, noon);
  screen.app.data.setState({
    sites: [{ ...site, resources: { data: merged, fetchedAt: noon + 1, fetching: false } }],
  });
  await screen.idle();
  assert.equal(screen.bytes() - before, 0);
});

test('a key press in a long list writes less than 1 KiB', async (t) => {
  const many = Array.from({ length: 500 }, (_, index) =>
    guest('home', 1000 + index, `guest-${index}`),
  );
  const screen = await startScreen(t, [lab({ guests: many })]);
  for (const key of ['j', 'j', 'G', 'k']) {
    const before = screen.bytes();
    await screen.press(key);
    const written = screen.bytes() - before;
    assert.ok(written > 0 && (written < 1024 || key === 'G'), `${key} wrote ${written}`);
  }
});

/** Everywhere a person may look: lists, page, menu, help, palette, form and question. */
async function tour(screen: Awaited<ReturnType<typeof startScreen>>): Promise<string> {
  const seen: string[] = [];
  const look = async (...keys: string[]) => {
    await screen.press(...keys);
    seen.push(screen.text());
  };
  await look('0');
  await look('1');
  await look('enter');
  await look('esc', '5');
  await look('7');
  await look('2', 'space', 'S');
  await look('esc', 'esc', '?');
  await look('esc', 'a');
  await look('esc', ':');
  await look('w', 'e');
  await look('esc', 'enter');
  for (let tab = 0; tab < 6; tab += 1) await look('tab');
  await look('esc', 's');
  await look('enter');
  await screen.waitFor('y/N');
  await look('L');
  await look('esc', 'r');
  await look('L');
  return seen.join('\n');
}

test('--ascii draws no glyph of ours outside ASCII', async (t) => {
  const screen = await startScreen(t, [lab()], { ascii: true, columns: 120, rows: 40 });
  const text = await tour(screen);
  const odd = [...new Set(text.match(/[^\n\u0020-\u007e]/gu) ?? [])];
  assert.deepEqual(odd, []);
  assert.equal(toAscii('●'), '+');
});

test('the screen-reader mode draws no boxes, bars or rules', async (t) => {
  const screen = await startScreen(t, [lab()], { plain: true, columns: 120, rows: 40 });
  const text = await tour(screen);
  assert.deepEqual([...new Set(text.match(/[^\n\u0020-\u007e]/gu) ?? [])], []);
  assert.doesNotMatch(text, /--|\+-/, 'no rules and no boxes of ASCII either');
  assert.match(text, /selected .*101 .*web-server/);
  assert.match(text, /2 Guests \(open\)/);
});
