import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeConfig } from '../test/support/demo.ts';
import { startTerminal, type TestTerminal } from '../test/support/pty.ts';
import { until } from '../test/support/until.ts';
import type { DemoReady } from './demo-process.ts';
import type { ScreenCommand } from './screen-process.ts';

/** A look at a screen of 1024×768 in a terminal of 80×24 with 24-bit colours and characters of 9×18. */
export interface WayFigures {
  /** Percent of one core while the whole picture moves. */
  readonly cpu: number;
  /** Most bytes written in a second meanwhile. */
  readonly bytes: number;
  /** Bytes written while the picture stands still, and for how many seconds. */
  readonly stillBytes: number;
  readonly stillSeconds: number;
}

/** Drawn in half blocks, and in pixels by two protocols. */
export interface ScreenFigures {
  readonly blocks: WayFigures;
  readonly sixel: WayFigures;
  readonly kitty: WayFigures;
}

/** What a terminal answers that can draw so. */
const answers: Readonly<Record<keyof ScreenFigures, string>> = {
  blocks: '\u001b[?62c',
  sixel: '\u001b[6;18;9t\u001b[?1;0;256S\u001b[?62;4c',
  kitty: '\u001b_Gi=31;OK\u001b\\\u001b[6;18;9t\u001b[?62c',
};

const TICKS = 100;

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function measureMotion(terminal: TestTerminal, seconds: number) {
  const cpu = cpuSeconds(terminal.pid);
  const from = performance.now();
  let bytes = 0;
  for (let second = 0; second < seconds; second += 1) {
    const before = terminal.bytesWritten();
    const began = performance.now();
    await delay(1000);
    const took = (performance.now() - began) / 1000;
    bytes = Math.max(bytes, (terminal.bytesWritten() - before) / took);
  }
  const took = (performance.now() - from) / 1000;
  return { cpu: ((cpuSeconds(terminal.pid) - cpu) / took) * 100, bytes };
}

/** Of this picture all is detail, which comes only by and by. */
async function rest(terminal: TestTerminal): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    const done = await terminal.waitIdle(3000).then(
      () => true,
      () => false,
    );
    if (done) return;
  }
}

/** `configDir` is made; `seconds` of motion and of rest are watched. */
export async function measureScreen(
  node: string,
  configDir: string,
  seconds: number,
): Promise<ScreenFigures> {
  return {
    blocks: await measureWay('blocks', node, configDir, seconds),
    sixel: await measureWay('sixel', node, configDir, seconds),
    kitty: await measureWay('kitty', node, configDir, seconds),
  };
}

async function measureWay(
  way: keyof ScreenFigures,
  node: string,
  configDir: string,
  seconds: number,
): Promise<WayFigures> {
  const child = fork(join(import.meta.dirname, 'screen-process.ts'), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const [{ info }] = (await once(child, 'message')) as [DemoReady];
    writeConfig(configDir, [{ demo: { info } }]);
    const tell = (command: ScreenCommand) => child.send(command);
    const terminal = startTerminal({
      ...{ node, args: ['guest', 'screen', '101'], cols: 80, rows: 24 },
      ...{ env: { HOMELAB_TUI_CONFIG_DIR: configDir, COLORTERM: 'truecolor' }, silent: true },
    });
    await until('its question', () => terminal.output().includes('\u001b[c'));
    terminal.send(answers[way]);
    await terminal.waitFor(way === 'blocks' ? '1024×768' : `1024×768 · fit · ${way}`);
    tell('move');
    await delay(2000);
    const motion = await measureMotion(terminal, seconds);
    tell('rest');
    await rest(terminal);
    const before = terminal.bytesWritten();
    await delay(seconds * 1000);
    const stillBytes = terminal.bytesWritten() - before;
    terminal.send('\u001d');
    await terminal.exit;
    return { ...motion, stillBytes, stillSeconds: seconds };
  } finally {
    const ended = once(child, 'exit');
    if (child.connected) child.send('close' satisfies ScreenCommand);
    await ended;
  }
}
