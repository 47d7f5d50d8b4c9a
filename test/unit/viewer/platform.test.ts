import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Platform } from '../../../source/actions/types.ts';
import { createPlatform } from '../../../source/services/viewer/platform.ts';
import { tempDir } from '../../support/temp.ts';
import { until } from '../../support/until.ts';

const vv = '[virt-viewer]\ntype=spice\npassword=topsecret\n';
const never = new AbortController().signal;

/** A machine whose remote-viewer is this shell script (`$OUT` is a folder of its own), or that has none. */
function machine(t: TestContext, script?: string, more: Record<string, string> = {}) {
  const folder = tempDir(t, 'viewer');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  if (script !== undefined) {
    const file = join(bin, 'remote-viewer');
    writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    chmodSync(file, 0o755);
  }
  const env = { PATH: bin, DISPLAY: ':77', OUT: folder, ...more };
  const platform: Platform = createPlatform({
    env,
    now: () => performance.now(),
    system: 'linux',
    settle: 400,
  });
  return { platform, folder };
}

function running(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('without remote-viewer the hint has the package and the line for another machine', async (t) => {
  const { platform } = machine(t);
  const problem = platform.viewerProblem();
  assert.equal(problem?.kind, 'local');
  assert.match(problem?.what ?? '', /remote-viewer is not installed/);
  assert.match(problem?.next ?? '', /apt install virt-viewer/);
  assert.match(problem?.next ?? '', /ssh \S+ homelab-tui spice GUEST --vv \| remote-viewer -/);
  const opened = await platform.openViewer(vv, never);
  assert.equal(opened.ok ? '' : opened.failure.kind, 'local');
});

test('without a display the hint has the line for another machine', (t) => {
  const { platform } = machine(t, 'exit 0', { DISPLAY: '' });
  const problem = platform.viewerProblem();
  assert.match(problem?.what ?? '', /no display/);
  assert.match(problem?.next ?? '', /\| remote-viewer -/);
  assert.doesNotMatch(problem?.next ?? '', /apt install/);
});

test('Wayland alone is a display', (t) => {
  const { platform } = machine(t, 'exit 0', { DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' });
  assert.equal(platform.viewerProblem(), undefined);
});

test('the viewer gets the settings on standard input, none in its arguments, and nothing lies on the disk', async (t) => {
  const { platform, folder } = machine(
    t,
    'printf %s "$*" >"$OUT/arguments"; cat >"$OUT/part"; mv "$OUT/part" "$OUT/input"; exec sleep 60',
  );
  assert.equal(platform.viewerProblem(), undefined);
  const before = new Set(readdirSync(tmpdir()));
  const opened = await platform.openViewer(vv, never);
  assert.ok(opened.ok);
  const { pid } = opened.value;
  t.after(() => process.kill(pid));
  await until('the input', () => existsSync(join(folder, 'input')));
  assert.equal(readFileSync(join(folder, 'input'), 'utf8'), vv);
  assert.equal(readFileSync(join(folder, 'arguments'), 'utf8'), '-');
  assert.ok(running(pid));
  const left = readdirSync(tmpdir()).filter(
    (each) => !before.has(each) && /^homelab-tui-[0-9a-f]{8}-[0-9a-f-]{27}$/.test(each),
  );
  assert.deepEqual(left, []);
});

test('warnings written later do not kill it', async (t) => {
  const script =
    'cat >/dev/null; until [ -e "$OUT/go" ]; do sleep 0.05; done; echo warning >&2; echo ok >"$OUT/alive"; exec sleep 60';
  const { platform, folder } = machine(t, script);
  const opened = await platform.openViewer(vv, never);
  assert.ok(opened.ok);
  t.after(() => process.kill(opened.value.pid));
  writeFileSync(join(folder, 'go'), '');
  await until('life after the warning', () => existsSync(join(folder, 'alive')));
  assert.ok(running(opened.value.pid));
});

test('a viewer that ends early is a failure with its own words, made safe and without the password', async (t) => {
  const script = `cat >/dev/null; printf 'first\\n\\033[31mbad\\033[0m topsecret\\n' >&2; exit 3`;
  const { platform } = machine(t, script);
  const opened = await platform.openViewer(vv, never);
  assert.ok(!opened.ok);
  assert.equal(opened.failure.kind, 'local');
  assert.match(opened.failure.what, /ended at once with code 3/);
  assert.equal(opened.failure.detail, 'first · bad ‹hidden›');
});

test('a viewer that never reads its input does not break us', async (t) => {
  const { platform } = machine(t, 'exec <&-; exit 1');
  const opened = await platform.openViewer(`${vv}${'x'.repeat(1_000_000)}`, never);
  assert.match(opened.ok ? '' : opened.failure.what, /code 1/);
});

test('a viewer killed by a signal says which', async (t) => {
  const { platform } = machine(t, 'kill -SEGV $$');
  const opened = await platform.openViewer(vv, never);
  assert.match(opened.ok ? '' : opened.failure.what, /SIGSEGV/);
});

test('cancelling while it starts ends the viewer', async (t) => {
  const { platform, folder } = machine(t, 'echo $$ >"$OUT/pid"; exec sleep 60');
  const controller = new AbortController();
  const opening = platform.openViewer(vv, controller.signal);
  const pid = await until('the pid', () => {
    const file = join(folder, 'pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined;
  });
  controller.abort();
  const opened = await opening;
  assert.equal(opened.ok ? '' : opened.failure.kind, 'cancelled');
  await until('its end', () => !running(pid));
});

test('the probe tells an open port from a closed one', async (t) => {
  const { platform } = machine(t);
  const server = net.createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = await platform.probeTcp('127.0.0.1', port, never);
  assert.ok(open.ok && open.value >= 0);
  server.close();
  await once(server, 'close');
  const closed = await platform.probeTcp('127.0.0.1', port, never);
  assert.ok(!closed.ok);
  assert.equal(closed.failure.kind, 'unreachable');
  assert.equal(closed.failure.where, `127.0.0.1:${port}`);
  assert.equal(closed.failure.detail, 'ECONNREFUSED');
});

test('the probe and the sleep end when cancelled', async (t) => {
  const { platform } = machine(t);
  const controller = new AbortController();
  const sleeping = platform.sleep(600_000, controller.signal);
  controller.abort();
  await sleeping;
  const probed = await platform.probeTcp('127.0.0.1', 9, controller.signal);
  assert.equal(probed.ok ? '' : probed.failure.kind, 'cancelled');
});
