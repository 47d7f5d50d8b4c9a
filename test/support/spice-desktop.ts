import { execFile, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { connectQmp } from '../../source/demo/spice/qmp.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** An X server without a screen, ended with the test; its display is a free one, `:N`. */
export async function startXvfb(
  t: Pick<TestContext, 'after'>,
  size = '1024x768',
): Promise<{ display: string }> {
  const child = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  t.after(() => child.kill());
  let told = '';
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
    told += chunk;
  });
  await until('the display of Xvfb', () => {
    if (child.exitCode !== null) throw new Error(`Xvfb ended with code ${child.exitCode}`);
    return told.endsWith('\n');
  });
  return { display: `:${told.trim()}` };
}

/** Titles of all windows on a display. */
export async function windowTitles(display: string): Promise<string[]> {
  const { stdout } = await run('xwininfo', ['-root', '-tree', '-display', display]);
  return [...stdout.matchAll(/^\s+0x[0-9a-f]+ "(.*)": \(/gm)].map((match) => match[1] ?? '');
}

/** Waits for remote-viewer's message dialog, the only window of its own that has no title. */
export async function waitForDialog(display: string): Promise<void> {
  await until('a message of remote-viewer', async () => {
    const { stdout } = await run('xwininfo', ['-root', '-tree', '-display', display]);
    return /\(has no name\): \("remote-viewer"/.test(stdout);
  });
}

/** Waits until a window with such a title is on the display; gives the title. */
export function waitForWindow(display: string, title: RegExp): Promise<string> {
  let seen: string[] = [];
  return until(
    () => `a window ${title}; there are: ${seen.join(' | ') || 'none'}`,
    async () => {
      seen = await windowTitles(display);
      return seen.find((each) => title.test(each));
    },
  );
}

/** The channels viewers hold open at a QEMU (QMP `query-spice`), by its monitor socket: an empty list is no viewer. */
export async function qmpClients(socket: string): Promise<{ tls: boolean; type: number }[]> {
  const qmp = await connectQmp(socket);
  try {
    const told = (await qmp.execute('query-spice')) as {
      channels?: { tls: boolean; 'channel-type': number }[];
    };
    return (told.channels ?? []).map((each) => ({ tls: each.tls, type: each['channel-type'] }));
  } finally {
    qmp.close();
  }
}

/** The monitor socket of a guest's QEMU, found by its demo's TMPDIR: for a demo in another process. */
export function findMonitor(tmpdir: string, vmid: number): string | undefined {
  for (const each of readdirSync(tmpdir, { recursive: true })) {
    const [root, machine, file] = String(each).split('/');
    if (!root?.startsWith('homelab-tui-spice-') || file !== 'inspect') continue;
    if (machine?.startsWith(`${vmid}-`)) return join(tmpdir, String(each));
  }
  return undefined;
}
