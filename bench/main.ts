// npm run bench [-- --quick]: measures the built command and writes bench/results.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ltsNode } from '../scripts/lts-node.mjs';
import { root, startTerminal } from '../test/support/pty.ts';
import { measureConsole } from './console.ts';
import { startBenchDemo } from './demo-client.ts';
import { type Figures, report } from './report.ts';
import { measureScale } from './scale.ts';
import { measureScreen } from './screen.ts';
import { measureSnapshots } from './snapshots.ts';
import { measureStartup } from './startup.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const effort = values.quick
  ? { rounds: 5, keys: 40, idle: 20, changes: 1 }
  : { rounds: 15, keys: 200, idle: 60, changes: 5 };

const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const lts = ltsNode();
if (lts.path === undefined) throw new Error(lts.problem);
const nodes = [...new Set([process.execPath, lts.path])];
const scratch = mkdtempSync(join(tmpdir(), 'homelab-tui-bench-'));

/** A text of the healthy demo that can only come from its guests. */
const marker = 'docker-host';

/** Looks at the demo once, so that a last known state is there, and ends the demo: the next frames have no network. */
async function rememberHealthy(configDir: string): Promise<void> {
  const demo = await startBenchDemo('healthy', configDir);
  const terminal = startTerminal({ env: { HOMELAB_TUI_CONFIG_DIR: configDir } });
  await terminal.waitFor(/\bpve/, 'the first figures');
  await terminal.press('2');
  await terminal.waitFor(marker);
  await terminal.press('q');
  await terminal.exit;
  await demo.close();
}

try {
  const healthy = join(scratch, 'healthy');
  await rememberHealthy(healthy);
  const figures: Figures[] = [];
  for (const node of nodes) {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    process.stdout.write(`Measuring on Node ${version}\n`);
    const startup = await measureStartup({
      node,
      configDir: healthy,
      marker,
      rounds: effort.rounds,
    });
    const demo = await startBenchDemo('scale-5000', join(scratch, `scale-${version}`));
    const scale = await measureScale(node, demo, effort);
    const snapshots = await measureSnapshots(node, demo);
    await demo.close();
    const small = await startBenchDemo('healthy', join(scratch, `console-${version}`));
    const echo = await measureConsole(node, small, effort.keys);
    await small.close();
    const seconds = values.quick ? 5 : 15;
    const screen = await measureScreen(node, join(scratch, `screen-${version}`), seconds);
    figures.push({ version, startup, echo, scale, snapshots, screen });
  }
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`;
  const text = report(figures, { machine, quick: values.quick, date: new Date() });
  process.stdout.write(`\n${text}`);
  writeFileSync(join(root, 'bench', 'results.md'), text);
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
