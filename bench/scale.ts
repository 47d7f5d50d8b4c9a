import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startTerminal, type TestTerminal } from '../test/support/pty.ts';
import { until } from '../test/support/until.ts';
import type { BenchDemo } from './demo-client.ts';
import { median, quantile } from './statistics.ts';

/** Figures of the console with 5,000 guests on 50 nodes. */
export interface Scale {
  readonly keyMedian: number;
  readonly keyP99: number;
  readonly keyBytes: number;
  /** Bytes written while nothing changed, and the refreshes in that time. */
  readonly quietBytes: number;
  readonly quietRefreshes: number;
  /** Bytes of one refresh with 1 % of the rows changed, at 80×24. */
  readonly changedBytes: number;
  /** MiB */
  readonly rss: number;
  /** Percent of one core */
  readonly idleCpu: number;
  /** A minute, of the endpoint that was asked most. */
  readonly idleRequests: number;
  readonly writes: number;
}

const TICKS = 100;

/** CPU seconds a process has used. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function rssMiB(pid: number): number {
  const kib = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

async function openGuests(node: string, demo: BenchDemo, cols: number, rows: number) {
  const env = { HOMELAB_TUI_CONFIG_DIR: demo.configDir };
  const terminal = startTerminal({ node, env, cols, rows });
  await terminal.waitFor(/\bpve/, 'the first figures');
  await terminal.press('2');
  await terminal.waitFor(/5,?000/, 'the number of guests');
  await terminal.waitIdle(1000);
  return terminal;
}

/**
 * Waits until nothing was written for `quiet` ms, looking again at every turn of the event loop: a process that sleeps
 * hears of a frame up to 20 ms after it was written.
 */
async function watchToRest(terminal: TestTerminal, before: number, quiet: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (
    terminal.bytesWritten() === before ||
    performance.now() - terminal.lastOutputAt() < quiet
  ) {
    if (performance.now() > deadline) throw new Error('no answer to the key');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Key to the last byte of the frame it causes; between two keys the screen comes to rest. */
async function measureKeys(terminal: TestTerminal, count: number) {
  const times: number[] = [];
  const bytes: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const before = terminal.bytesWritten();
    const pressed = performance.now();
    terminal.send(index % 20 < 15 ? 'j' : 'k');
    await watchToRest(terminal, before, 60);
    times.push(terminal.lastOutputAt() - pressed);
    bytes.push(terminal.bytesWritten() - before);
  }
  return { keyMedian: median(times), keyP99: quantile(times, 0.99), keyBytes: median(bytes) };
}

async function measureIdle(terminal: TestTerminal, demo: BenchDemo, seconds: number) {
  const before = { ...(await demo.ask('requests')), bytes: terminal.bytesWritten() };
  const cpu = cpuSeconds(terminal.pid);
  await delay(seconds * 1000);
  const used = cpuSeconds(terminal.pid) - cpu;
  const after = await demo.ask('requests');
  const asked = Object.entries(after.byNode).map(([node, n]) => n - (before.byNode[node] ?? 0));
  return {
    quietBytes: terminal.bytesWritten() - before.bytes,
    quietRefreshes: after.resources - before.resources,
    idleCpu: (used / seconds) * 100,
    idleRequests: (Math.max(0, ...asked) * 60) / seconds,
    writes: after.writes,
  };
}

async function measureChange(terminal: TestTerminal, demo: BenchDemo, rounds: number) {
  const bytes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { resources } = await demo.ask('requests');
    const before = terminal.bytesWritten();
    await demo.ask('change');
    await until(
      'the next refresh',
      async () => (await demo.ask('requests')).resources > resources,
      60_000,
    );
    await terminal.waitIdle(700);
    bytes.push(terminal.bytesWritten() - before);
  }
  return { changedBytes: median(bytes) };
}

/** All figures with one version of Node. The demo's figures stand still, so that only what we change changes. */
export async function measureScale(
  node: string,
  demo: BenchDemo,
  effort: { readonly keys: number; readonly idle: number; readonly changes: number },
): Promise<Scale> {
  await demo.ask('freeze');
  const wide = await openGuests(node, demo, 120, 40);
  const keys = await measureKeys(wide, effort.keys);
  const rss = rssMiB(wide.pid);
  wide.kill('SIGTERM');
  await wide.exit;
  const small = await openGuests(node, demo, 80, 24);
  const idle = await measureIdle(small, demo, effort.idle);
  const change = await measureChange(small, demo, effort.changes);
  small.kill('SIGTERM');
  await small.exit;
  return { ...keys, ...idle, ...change, rss };
}
