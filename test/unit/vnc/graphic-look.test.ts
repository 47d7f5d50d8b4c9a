import assert from 'node:assert/strict';
import test from 'node:test';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { vgaGlyph, vgaGlyphs } from '../../../source/domain/vga-font.ts';
import { questionFor } from '../../../source/services/vnc/capabilities.ts';
import { Look } from '../../../source/services/vnc/look.ts';
import { Picture } from '../../../source/services/vnc/picture.ts';
import { difference, PixelTerminal } from '../../support/pixel-terminal.ts';
import { fakeClock, fakeTerminal, worstSecond } from './rig.ts';

const cell = { width: 8, height: 16 };
const answers = {
  kitty: '\u001b_Gi=31;OK\u001b\\\u001b[6;16;8t\u001b[?62;c',
  sixel: '\u001b[6;16;8t\u001b[?1;0;256S\u001b[?62;4c',
};

/** A look in pixels on a terminal of 80×24. */
function startLook(answer: string, width = 640, height = 366) {
  const { clock, pass } = fakeClock();
  const screen = fakeTerminal();
  screen.state.now = clock.now;
  const state = { picture: new Picture(width, height), asked: 0 };
  const client = {
    picture: () => state.picture,
    request: () => {
      state.asked += 1;
    },
    key: () => {},
  };
  const look = new Look({
    client,
    ...{ terminal: screen.terminal, depth: 'truecolor', clock },
    ...{ question: questionFor({ TERM: 'xterm' }), label: sanitise('guest 101 web-server') },
    onLeave: () => {},
  });
  look.start();
  screen.type(answer);
  const change = (colour: (x: number, y: number) => number) => {
    const { picture } = state;
    picture.pixels.forEach((_, at) => {
      picture.pixels[at] = colour(at % picture.width, Math.floor(at / picture.width));
    });
    picture.damage({ x: 0, y: 0, width: picture.width, height: picture.height });
    look.updated();
  };
  const seen = () => {
    const terminal = new PixelTerminal(80, 24, cell);
    terminal.write(screen.output());
    return terminal;
  };
  return { look, client, pass, screen, state, change, seen };
}

const noise = (frame: number) => (x: number, y: number) =>
  Math.imul(x * 7919 + y * 104_729 + frame, 0x9e3779b1) >>> 8;
const gradient = (x: number, y: number) => ((x >> 2) << 16) | ((y >> 1) << 8) | 0x40;

for (const [name, answer] of Object.entries(answers)) {
  test(`${name}: motion stays within 30 KiB a second, is never far behind, and is right in the end`, () => {
    const { pass, screen, change, seen, state } = startLook(answer);
    for (let frame = 0; frame < 60; frame += 1) {
      change(noise(frame));
      pass(100);
    }
    assert.ok(worstSecond(screen.parts) <= 30 * 1024, `${worstSecond(screen.parts)} bytes`);
    assert.ok(state.asked >= 8, `${state.asked} pictures in 6 s`);
    change(gradient);
    pass(1500);
    const soon = seen().pixels();
    pass(30_000);
    const before = screen.bytes();
    pass(30_000);
    change(gradient);
    pass(5000);
    assert.equal(screen.bytes(), before, 'it has come to rest');
    const last = seen().pixels();
    let [worst, early] = [0, 0];
    for (let y = 0; y < 366; y += 1) {
      for (let x = 0; x < 640; x += 1) {
        // Kitty's canvas is two rows higher, so the picture is one row lower.
        const at = (y + (name === 'kitty' ? 1 : 0)) * 640 + x;
        worst = Math.max(worst, difference(last[at] ?? -1, gradient(x, y)));
        early += difference(soon[at] ?? -1, gradient(x, y));
      }
    }
    assert.ok(worst <= (name === 'kitty' ? 0 : 16), `${worst}`);
    assert.ok(early / (640 * 366) < 24, 'soon after, it is the new picture at least roughly');
  });

  test(`${name}: a slow terminal gets no queue of old pictures`, async () => {
    const { pass, screen, change, seen } = startLook(answer);
    change(() => 0xff0000);
    pass(3000);
    screen.state.taking = false;
    change(() => 0x00ff00);
    pass(500);
    const before = screen.parts.length;
    for (let frame = 0; frame < 20; frame += 1) {
      change(() => frame * 0x0a0a0a);
      pass(200);
    }
    assert.equal(screen.parts.length, before);
    screen.state.taking = true;
    change(() => 0x0000ff);
    screen.drain();
    await Promise.resolve();
    pass(3000);
    assert.equal(seen().pixels()[100 * 640 + 300], 0x0000ff);
  });

  test(`${name}: a screen of text is written as text, and no picture is left under it`, () => {
    const { pass, screen, change, seen, state } = startLook(answer, 640, 400);
    change(gradient);
    pass(10_000);
    assert.ok(
      seen()
        .pixels()
        .some((pixel) => pixel > 0),
    );
    state.picture.pixels.fill(0);
    const glyphs = vgaGlyphs();
    [...'boot: ready'].forEach((letter, column) => {
      for (let row = 0; row < vgaGlyph.height; row += 1) {
        const bits = glyphs[letter.charCodeAt(0) * vgaGlyph.height + row] ?? 0;
        for (let x = 0; x < 8; x += 1) {
          if (bits & (0x80 >> x)) state.picture.pixels[row * 640 + column * 8 + x] = 0xffffff;
        }
      }
    });
    change((x, y) => state.picture.pixels[y * 640 + x] ?? 0);
    pass(5000);
    assert.match(screen.output(), /boot: ready/);
    assert.ok(
      seen()
        .pixels()
        .every((pixel) => pixel === -1),
      'the picture is gone',
    );
    // As a picture, when somebody wants it so; and back.
    screen.type('\u001cz');
    pass(5000);
    assert.ok(
      seen()
        .pixels()
        .some((pixel) => pixel === 0xffffff),
    );
    assert.match(screen.output(), new RegExp(`640×400 · fit · ${name}`));
  });

  test(`${name}: another resolution and another size of the terminal are drawn whole`, () => {
    const { pass, screen, change, seen, state } = startLook(answer);
    change(gradient);
    pass(10_000);
    state.picture = new Picture(100, 400);
    change(() => 0xffffff);
    pass(10_000);
    const narrow = seen().pixels();
    assert.equal(narrow[180 * 640 + 320], 0xffffff);
    assert.equal(narrow[180 * 640 + 40], -1, 'beside it nothing is left of the last one');
    screen.resize(40, 12);
    screen.type(answer);
    pass(10_000);
    const small = seen().pixels();
    assert.equal(small[80 * 640 + 160], 0xffffff);
    assert.equal(small[300 * 640 + 320], -1);
  });
}

for (const [name, answer] of Object.entries(answers)) {
  test(`${name}: the line that calls the picture old lies over it, and goes with it`, () => {
    const { look, client, pass, change, seen } = startLook(answer);
    change(gradient);
    pass(10_000);
    const row = 10 * 640;
    assert.ok(seen().pixels()[row + 320] !== -1, 'the picture is there');
    look.cut('The connection was cut', true);
    pass(1000);
    const terminal = seen();
    const pixels = terminal.pixels();
    const first = [...new Set(pixels.subarray(0, 16 * 640))];
    if (name === 'sixel') {
      assert.match(terminal.text(0), /^ *old picture: there is no connection any more *$/);
      assert.deepEqual(first, [-1], 'the terminal’s own background is behind it');
    } else assert.equal(first.length, 2, 'ink and paper of its own');
    assert.ok(pixels[100 * 640 + 320] !== -1, 'the picture stays below it');
    look.attach(client);
    change(() => 0x00ff00);
    pass(5000);
    assert.equal(seen().pixels()[row + 320], 0x00ff00);
    assert.doesNotMatch(seen().text(0), /old picture/);
  });
}

test('kitty: the line is gone too when there was no picture before it', () => {
  const { look, client, pass, change, seen } = startLook(answers.kitty);
  look.cut('The connection was cut', true);
  pass(1000);
  assert.equal(seen().imageCount, 1);
  look.attach(client);
  change(() => 0x00ff00);
  pass(5000);
  assert.equal(seen().pixels()[10 * 640 + 320], 0x00ff00);
});
