import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { bin, root } from './pty.ts';
import { startXvfb } from './spice-desktop.ts';
import { tempDir } from './temp.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export const columns = 80;
export const rows = 24;
/** Behind the characters; nothing else on the display has this colour. */
export const background = 0x203040;

/** A picture of the part of the display that a terminal takes. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB, row by row */
  readonly pixels: Uint32Array;
}

/** A terminal with a window, as a person sees it. */
export interface XTerminal {
  shot(): Promise<Shot>;
  /** Keys by the names of X: `ctrl+bracketright`. */
  key(name: string): Promise<void>;
  /** The program's exit code, once it has ended; the terminal stays. */
  exit(): number | undefined;
  /** Gives the window another size. */
  resize(width: number, height: number): Promise<void>;
}

const colour = `#${background.toString(16)}`;

/** What starts a terminal of 80×24 without borders, with its program. */
const programs = {
  xterm: [
    ...['xterm', '-ti', 'vt340', '-b', '0', '-bw', '0', '+sb', '-bg', colour, '-fg', 'white'],
    ...['-geometry', `${columns}x${rows}+0+0`, '-e'],
  ],
  kitty: [
    ...[
      'kitty',
      '--config',
      'NONE',
      '-o',
      'remember_window_size=no',
      '-o',
      'window_padding_width=0',
    ],
    ...['-o', `initial_window_width=${columns}c`, '-o', `initial_window_height=${rows}c`],
    ...['-o', `background=${colour}`, '-o', 'cursor_blink_interval=0'],
    ...['-o', 'update_check_interval=0', '-o', 'enable_audio_bell=no'],
  ],
} as const;

/** Starts the built command in a terminal of its own on a display of its own. */
export async function startXTerminal(
  t: TestContext,
  which: keyof typeof programs,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<XTerminal> {
  const { display } = await startXvfb(t, '1000x800');
  const folder = tempDir(t, 'terminal');
  const code = join(folder, 'code');
  const [file = '', ...options] = programs[which];
  const script = `echo before; "$0" "$@"; echo $? > '${code}'; sleep 1000`;
  const start = () =>
    spawn(file, [...options, 'sh', '-c', script, process.execPath, bin, ...args], {
      cwd: root,
      stdio: 'ignore',
      env: {
        ...{ PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', DISPLAY: display },
        // The display has no graphics card.
        ...{ LIBGL_ALWAYS_SOFTWARE: '1', XDG_RUNTIME_DIR: folder, ...env },
      },
    });
  let child = start();
  let starts = 1;
  t.after(() => child.kill());
  const onDisplay = { env: { ...process.env, DISPLAY: display } };
  const shot = async () => {
    const { stdout } = await run('import', ['-window', 'root', '-depth', '8', 'ppm:-'], {
      ...{ ...onDisplay, encoding: 'buffer', maxBuffer: 1e8 },
    });
    return window(stdout);
  };
  await until(`the window of ${which}`, async () => {
    if (child.exitCode !== null) {
      // A terminal that cannot get its graphics in time is not what is tested here.
      if (starts === 3) throw new Error(`${which} ended with code ${child.exitCode}`);
      starts += 1;
      child = start();
    }
    return (await shot()).width > 200;
  });
  return {
    shot,
    // Nobody manages windows here: the one under the pointer has the keyboard.
    key: async (name) =>
      void (await run('xdotool', ['mousemove', '40', '40', 'key', name], onDisplay)),
    exit: () => (existsSync(code) ? Number(readFileSync(code, 'utf8') || NaN) : undefined),
    resize: async (width, height) => {
      const { stdout } = await run('xdotool', ['search', '--class', which], onDisplay);
      const [id = ''] = stdout.trim().split('\n').slice(-1);
      await run('xdotool', ['windowsize', id, String(width), String(height)], onDisplay);
    },
  };
}

/** The upper left part of a display that is not black all over. */
function window(bytes: Buffer): Shot {
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 64));
  if (!head) throw new Error('no picture');
  const wide = Number(head[1]);
  const body = bytes.subarray(head[0].length);
  const at = (x: number, y: number) => body.readUIntBE((y * wide + x) * 3, 3);
  let [width, height] = [0, 0];
  for (let y = 0; y < Number(head[2]); y += 1) {
    for (let x = wide - 1; x >= width; x -= 1) if (at(x, y) !== 0) width = x + 1;
    if (at(0, y) !== 0 || at(width >> 1, y) !== 0) height = y + 1;
  }
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = at(x, y);
  }
  return { width, height, pixels };
}
