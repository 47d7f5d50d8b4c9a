// Which Debian packages the end-to-end tests need, and which of them this machine lacks.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The program by which a package is known to be there. */
const programs = {
  tmux: 'tmux',
  'vim-tiny': 'vi',
  xvfb: 'Xvfb',
  'x11-utils': 'xwininfo',
  'virt-viewer': 'remote-viewer',
  'qemu-system-x86': 'qemu-system-x86_64',
  xterm: 'xterm',
  imagemagick: 'import',
  xdotool: 'xdotool',
  kitty: 'kitty',
  'openssh-server': 'sshd',
};

const HEADER = /^\/\/ Debian packages: (.+)$/m;

/** The packages a test file asks for in its line `// Debian packages: xvfb tmux`; none = it runs anywhere. */
export function packagesOf(file) {
  const head = readFileSync(file, 'utf8').slice(0, 1000);
  return HEADER.exec(head)?.[1]?.trim().split(/\s+/) ?? [];
}

export function onPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Debian 13 has QEMU's SPICE in a package of its own, Debian 12 does not know that package. */
function spicePackage() {
  const name = 'qemu-system-modules-spice';
  const shown = spawnSync('apt-cache', ['show', name], { stdio: ['ignore', 'pipe', 'ignore'] });
  return shown.status === 0 && shown.stdout.length > 0 ? [name] : [];
}

/** Servers are not on everybody's PATH. */
const isThere = (program) => onPath(program) || existsSync(path.join('/usr/sbin', program));

function missing(name) {
  const program = programs[name];
  if (program === undefined) throw new Error(`No program is known for the Debian package ${name}`);
  const there = isThere(program);
  if (name !== 'qemu-system-x86') return there ? [] : [name];
  if (!there) return [name, ...spicePackage()];
  // It prints its options and ends with 1; without the module it knows none.
  const spice = spawnSync(program, ['-spice', 'help'], { encoding: 'utf8' });
  return `${spice.stdout}${spice.stderr}`.includes('tls-port') ? [] : ['qemu-system-modules-spice'];
}

/** Those of `names` that are not installed, sorted. */
export function missingPackages(names) {
  return [...new Set([...new Set(names)].flatMap(missing))].sort();
}
