import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeConfig } from '../test/support/demo.ts';
import { startTerminal, type TestTerminal } from '../test/support/pty.ts';
import type { DemoReady } from './demo-process.ts';
import type { ScreenCommand } from './screen-process.ts';

/** A look at a screen of 1024×768 in a terminal of 80×24 with 24-bit colours. */
export interface ScreenFigures {
  /** Percent of one core while the whole picture moves. */
  readonly cpu: number;
  /** Most bytes written in a second meanwhile. */
  readonly bytes: number;
  /** Bytes written while the picture stands still, and for how many seconds. */
  readonly stillBytes: number;
  readonly stillSeconds: number;
}

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

/** `configDir` is made; `seconds` of motion and of rest are watched. */
export async function measureScreen(
  node: string,
  configDir: string,
  seconds: number,
): Promise<ScreenFigures> {
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
      env: { HOMELAB_TUI_CONFIG_DIR: configDir, COLORTERM: 'truecolor' },
    });
    await terminal.waitFor('1024×768');
    tell('move');
    await delay(2000);
    const motion = await measureMotion(terminal, seconds);
    tell('rest');
    await terminal.waitIdle(3000);
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
