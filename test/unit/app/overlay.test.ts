import assert from 'node:assert/strict';
import test from 'node:test';
import { displayWidth, fit, head, skip } from '../../../source/components/width.ts';
import { type FakeWorld, fakeWorld, guest } from './fake-site.ts';
import { type ScreenOptions, startScreen, type TestScreen } from './screen.ts';

const wide = ['日本語サーバーの名前です', 'a日本語サーバーの名前です'];

function lab(): FakeWorld {
  const plain = Array.from({ length: 14 }, (_, at) => guest('home', 101 + at, `guest-${at}`));
  const odd = wide.map((name, at) => guest('home', 201 + at, name));
  return fakeWorld('home', { guests: [...plain, ...odd] });
}

interface Place {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** Where the dialog with this title is, in cells. */
function placeOf(screen: TestScreen, title: string, corner = '┌─ '): Place {
  const rows = screen.rows();
  const top = rows.findIndex((row) => row.includes(`${corner}${title} `));
  assert.notEqual(top, -1, screen.text());
  const row = rows[top] ?? '';
  const left = displayWidth(row.slice(0, row.indexOf(`${corner}${title}`)));
  const end = corner === '┌─ ' ? '┐' : '+';
  const width = displayWidth(row.slice(0, row.indexOf(end, row.indexOf(title)) + 1)) - left;
  const foot = rows.findIndex((each, at) => at > top && /^[└`][─-]+[┘+]/.test(skip(each, left)));
  return { top, left, width, height: foot - top + 1 };
}

/** Outside the dialog the rows are as before, cell by cell; what a wide character lost at the edge is a space. */
function assertAround(before: readonly string[], after: readonly string[], place: Place): void {
  const { top, left, width, height } = place;
  const last = before.length - 1;
  for (let at = 2; at < last; at += 1) {
    const [old = '', now = ''] = [before[at], after[at]];
    if (at < top || at >= top + height) {
      assert.equal(now, old, `row ${at} above or below`);
      continue;
    }
    assert.equal(head(now, left), fit(head(old, left), left), `left of row ${at}`);
    assert.equal(skip(now, left + width), skip(old, left + width), `right of row ${at}`);
    const inside = head(skip(now, left), width);
    assert.match(inside, /^([│|] .* [│|]|[┌+]─?.*[┐+]|[└`].*[┘+])$/u, `row ${at} is the dialog's`);
    assert.doesNotMatch(inside, /[●+] running/, `row ${at} shines through`);
  }
}

const sizes: readonly ScreenOptions[] = [
  { columns: 60, rows: 15 },
  { columns: 80, rows: 24 },
  { columns: 81, rows: 24, colourLevel: 0 },
  { columns: 133, rows: 40 },
  { columns: 80, rows: 24, ascii: true },
];

for (const size of sizes) {
  const { columns = 80, rows = 24, ascii = false } = size;
  test(`a dialog lies over the list at ${columns}×${rows}${ascii ? ', --ascii' : ''}`, async (t) => {
    const screen = await startScreen(t, [lab()], size);
    const corner = ascii ? '+- ' : '┌─ ';
    for (const key of ['S', 'p', 'y', 'a', ':']) {
      const before = screen.rows();
      await screen.press(key);
      const overlay = screen.app.ui.getState().overlay;
      const titles = { S: 'Sort', p: 'Power', y: 'Copy', a: 'Actions', ':': 'Command' };
      const title = titles[key as keyof typeof titles];
      assert.ok(overlay, key);
      const shown = screen.rows().find((row) => row.includes(`${corner}${title}`)) ?? '';
      const whole = shown.slice(shown.indexOf(corner) + corner.length).match(/^.*? (?=[─-])/)?.[0];
      const place = placeOf(screen, (whole ?? title).trimEnd(), corner);
      assertAround(before, screen.rows(), place);
      assert.ok(Math.abs(columns - place.width - 2 * place.left) <= 1, `${key} is centred`);
      await screen.press('esc');
      assert.deepEqual(screen.rows(), before, `nothing of ${key} is left`);
    }
  });
}

test('a wide character that the edge of a dialog cuts becomes a space', async (t) => {
  const guests = wide.map((name, at) => guest('home', 101 + at, name));
  const screen = await startScreen(t, [fakeWorld('home', { guests })], { columns: 90 });
  const before = screen.rows();
  await screen.press('S');
  const place = placeOf(screen, 'Sort by');
  assertAround(before, screen.rows(), place);
  const cut = before.filter((row) => displayWidth(head(row, place.left)) < place.left);
  assert.ok(cut.length > 0, 'the edge goes through a wide character');
});

test('a dialog lies over a page too, and stays in place while it is answered', async (t) => {
  const screen = await startScreen(t, [lab()]);
  await screen.press('enter');
  await screen.waitFor('[Summary]');
  const before = screen.rows();
  await screen.press('p');
  assertAround(before, screen.rows(), placeOf(screen, 'Power'));
  await screen.press('esc', ':');
  const { top } = placeOf(screen, 'Command');
  await screen.press('g', 'u', 'e', 's', 't', '9');
  assert.equal(placeOf(screen, 'Command').top, top, 'fewer matches do not move it');
});

test('what changes behind a dialog is drawn around it', async (t) => {
  const world = lab();
  const screen = await startScreen(t, [world]);
  await screen.press('S');
  const before = placeOf(screen, 'Sort by');
  const [site] = screen.app.data.getState().sites;
  const known = site?.resources.data;
  assert.ok(site && known);
  const guests = known.guests.filter(({ vmid }) => vmid > 102);
  screen.app.data.setState({
    sites: [{ ...site, resources: { ...site.resources, data: { ...known, guests } } }],
  });
  await screen.idle();
  assert.match(screen.rows()[4] ?? '', /103 guest-2/);
  assert.deepEqual(placeOf(screen, 'Sort by'), before);
});

test('read out, a dialog stands alone', async (t) => {
  const screen = await startScreen(t, [lab()], { plain: true });
  assert.match(screen.text(), /guest-3/);
  await screen.press('S');
  assert.match(screen.text(), /Sort[\s\S]*selected /);
  assert.doesNotMatch(screen.text(), /guest-3/);
  await screen.press('esc');
  assert.match(screen.text(), /guest-3/);
});
