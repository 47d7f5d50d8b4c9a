// Takes the README's pictures: the built command with its demo on a terminal, drawn by xterm.
// node scripts/pictures.mjs [name …]   needs: apt install xvfb xterm x11-utils imagemagick fonts-dejavu-core
import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { register } from 'tsx/esm/api';
import { missingPackages } from './debian-packages.mjs';

const run = promisify(execFile);
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'docs', 'pictures');

/** Each: where the command is started, what is pressed, and what must be on the screen before the picture is taken. */
const pictures = [
  {
    name: 'guests',
    args: ['--demo'],
    steps: [{ keys: ['2'], until: /Guests \d+[\s\S]*docker-host/ }],
  },
  {
    name: 'overview',
    args: ['--demo'],
    steps: [{ keys: ['0'], until: /\[Overview\][\s\S]*quorate|quorate[\s\S]*\[Overview\]/ }],
  },
  {
    name: 'node',
    args: ['--demo'],
    steps: [
      { keys: ['1'], until: '> pve1' },
      { keys: ['enter'], until: '[Summary]' },
      { keys: ['tab'], until: /\[Graphs\][\s\S]*Root disk/ },
    ],
  },
  {
    name: 'rollback',
    args: ['--demo'],
    steps: [
      { keys: ['2'], until: 'docker-host' },
      { keys: ['/'], type: 'web-server' },
      { keys: ['enter'], until: /^> +101 (qemu )?web-server/m },
      { keys: ['R'], until: 'Start it afterwards' },
      { keys: ['enter'], until: 'Type web-server to confirm' },
    ],
  },
  {
    name: 'snapshots',
    args: ['--demo'],
    steps: [
      { keys: ['2'], until: 'docker-host' },
      { keys: ['/'], type: 'web-server' },
      { keys: ['enter'], until: /^> +101 (qemu )?web-server/m },
      { keys: ['enter'], until: '[Summary]' },
      { keys: ['tab', 'tab', 'tab'], until: /\[Snapshots\][\s\S]*nginx-ok/ },
    ],
  },
  {
    name: 'task-log',
    args: ['--demo'],
    steps: [
      { keys: ['7'], until: 'job errors' },
      { keys: ['/'], type: 'vzdump' },
      { keys: ['enter'], until: 'Back up' },
      { keys: ['enter'], until: /TASK (OK|ERROR)/ },
    ],
  },
];

const size = { cols: 120, rows: 36 };
const font = ['-fa', 'DejaVu Sans Mono', '-fs', '11'];
// The blue of xterm's own palette cannot be read on a dark ground; today's terminals have one like this.
const colours = ['-fg', 'gray90', '-bg', '#111418', '-xrm', 'XTerm*color4: #5c9cf5'];

/** An xterm that shows whatever is written to the stream given back; it answers nothing. */
async function startXterm(display, scratch) {
  const fifo = path.join(scratch, 'screen');
  await run('mkfifo', [fifo]);
  const child = spawn(
    'xterm',
    [
      ...font,
      ...colours,
      ...[
        '-geometry',
        `${size.cols}x${size.rows}+0+0`,
        '-b',
        '6',
        '-xrm',
        'XTerm*scrollBar: false',
      ],
      ...['-xrm', 'XTerm*cursorBlink: false'],
      ...['-e', 'sh', '-c', 'stty raw -echo; exec cat "$0"', fifo],
    ],
    { env: { ...process.env, DISPLAY: display, LANG: 'C.UTF-8' }, stdio: 'ignore' },
  );
  return { child, screen: createWriteStream(fifo) };
}

async function xtermWindow(display) {
  const { stdout } = await run('xwininfo', ['-root', '-tree', '-display', display]);
  return /^\s+(0x[0-9a-f]+) .*\("xterm" "XTerm"\)/m.exec(stdout)?.[1];
}

async function take(picture, { startTerminal, startXvfb }) {
  const ends = [];
  const scope = { after: (end) => ends.unshift(end) };
  const scratch = mkdtempSync(path.join(tmpdir(), 'homelab-tui-pictures-'));
  try {
    const { display } = await startXvfb(scope, '1600x1000');
    const { child, screen } = await startXterm(display, scratch);
    ends.unshift(() => child.kill());
    const env = Object.fromEntries(
      ['CONFIG', 'STATE', 'CACHE', 'DATA'].map((kind) => [
        `XDG_${kind}_HOME`,
        path.join(scratch, kind),
      ]),
    );
    const terminal = startTerminal({ t: scope, args: picture.args, ...size, env });
    for (const { keys, type, until } of picture.steps) {
      await terminal.waitIdle();
      await terminal.press(...keys);
      if (type) await terminal.type(type);
      if (until) await terminal.waitFor(until);
    }
    // The window of a row's details and the messages of the start come a moment later.
    await terminal.waitIdle(800);
    screen.write(terminal.output());
    // xterm says nothing when it has drawn.
    await delay(1500);
    const window = await xtermWindow(display);
    if (window === undefined) throw new Error('xterm has no window');
    const file = path.join(folder, `${picture.name}.png`);
    await run('import', ['-display', display, '-window', window, `png8:${file}`]);
    process.stdout.write(`${path.relative(root, file)}\n`);
    terminal.kill();
  } finally {
    for (const end of ends) end();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

const missing = missingPackages(['xvfb', 'xterm', 'x11-utils', 'imagemagick']);
if (missing.length > 0) {
  process.stderr.write(
    `apt-get install -y --no-install-recommends ${missing.join(' ')} fonts-dejavu-core\n`,
  );
  process.exit(1);
}
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !pictures.some((picture) => picture.name === name));
if (unknown !== undefined) {
  process.stderr.write(`No such picture: ${unknown}\n`);
  process.exit(1);
}
register();
const { startTerminal } = await import('../test/support/pty.ts');
const { startXvfb } = await import('../test/support/spice-desktop.ts');
mkdirSync(folder, { recursive: true });
for (const picture of pictures) {
  if (wanted.length > 0 && !wanted.includes(picture.name)) continue;
  await take(picture, { startTerminal, startXvfb });
}
