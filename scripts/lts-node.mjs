// The current LTS of Node, fetched through npm into a cache folder: the suite and the benchmark run on it too.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ltsMajor = 24;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'node_modules', '.cache', 'homelab-tui', `node-${ltsMajor}`);

/** `{path}` of a node of the LTS, or `{problem}` in words. The machine's own node is taken when it is one. */
export function ltsNode() {
  if (Number(process.versions.node.split('.')[0]) === ltsMajor) return { path: process.execPath };
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${system}-${process.arch}`;
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const binary = path.join(folder, 'node_modules', name, file);
  if (!works(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    const done = spawnSync(
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-audit',
        '--no-fund',
        `${name}@${ltsMajor}`,
      ],
      { cwd: folder, encoding: 'utf8', env: withoutNpm(process.env) },
    );
    if (!works(binary)) {
      const said = (done.stderr || done.error?.message || '')
        .trim()
        .split('\n')
        .slice(-3)
        .join('\n');
      return { problem: `npm install ${name}@${ltsMajor} gave no node that runs.\n${said}` };
    }
  }
  return { path: binary };
}

function works(binary) {
  if (!existsSync(binary)) return false;
  const told = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return told.status === 0 && told.stdout.startsWith(`v${ltsMajor}.`);
}

/** npm hands its own settings down to scripts; the inner npm must not take them for this project's. */
function withoutNpm(env) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([key]) =>
        !/^npm_(config_(local_prefix|global_prefix|prefix)|package_|lifecycle_)/i.test(key),
    ),
  );
}
