import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { DemoInfo } from '../../source/demo/index.ts';
import { runProgram, temporaryDirectory } from './run-cli.ts';

const directory = await temporaryDirectory();
test.after(directory.remove);

test('demo --json: one line when ready, usable by another program, and ended by a signal', async () => {
  let ready: ((info: DemoInfo) => void) | undefined;
  let end: ((signal: NodeJS.Signals) => void) | undefined;
  const started = new Promise<DemoInfo>((resolve) => {
    ready = resolve;
  });
  const running = runProgram(['demo', '--json'], {
    onOut: (text, stop) => {
      end = stop;
      ready?.(JSON.parse(text) as DemoInfo);
    },
  });
  const info = await Promise.race([
    started,
    running.then((finished) => assert.fail(`it ended: ${finished.err}`)),
  ]);
  assert.deepEqual(Object.keys(info.ssh?.hosts ?? {}), ['pve1', 'pve2', 'pve3']);
  assert.deepEqual(
    info.pbs.map(({ name, datastores }) => [name, datastores]),
    [
      ['pbs1', ['main', 'usb']],
      ['pbs2', ['offsite', 'cold']],
    ],
  );
  for (const { endpoint, fingerprint, tokens, users } of info.pbs) {
    assert.match(endpoint, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.deepEqual(Object.keys(tokens), ['admin', 'auditor', 'backup']);
    assert.ok(users.every(({ password }) => password !== ''));
  }
  const config = join(directory.path, 'other');
  await mkdir(config);
  await writeFile(
    join(config, 'homelab.yaml'),
    `version: 1
sites:
  - id: other
    pve:
      endpoints: [${info.pve.join(', ')}]
      auth: {token: ${info.tokens.auditor.id}, secret: env:PVE_SECRET}
      tls: {fingerprint: "${info.fingerprint}"}
`,
  );
  const nodes = await runProgram(['nodes', 'list', '--json', '--config', config], {
    env: { PVE_SECRET: info.tokens.auditor.secret },
  });
  assert.equal(nodes.code, 0, nodes.err);
  assert.equal((JSON.parse(nodes.out) as unknown[]).length, info.pve.length);
  end?.('SIGTERM');
  const finished = await running;
  assert.equal(finished.code, 0, finished.err);
  assert.equal(finished.out.trim().split('\n').length, 1);
});

test('demo: a scenario or a port that cannot be is told', async () => {
  const scenario = await runProgram(['demo', '--scenario', 'nonsense']);
  assert.equal(scenario.code, 64);
  assert.match(scenario.err, /there is no such scenario · use one of: healthy/);
  const port = await runProgram(['demo', '--port', '70000']);
  assert.equal(port.code, 64);
  assert.match(port.err, /--port: the value must be a whole number from 1 to 65000/);
});
