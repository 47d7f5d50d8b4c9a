import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoInfo } from '../demo/index.ts';
import type { SiteSsh } from '../domain/homelab.ts';

/** The demo's SSH for the ordinary client: its keys in a private folder of this run, and nothing of the person's own. */
export interface DemoSshFiles {
  readonly ssh: SiteSsh;
  remove(): Promise<void>;
}

const prefix = 'homelab-tui-demo-';
const ofProcess = /^homelab-tui-demo-(\d+)-/;

/** Removes folders of demos that were killed before they could tidy up. Those of other people stay. */
async function removeLeftOver(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names) {
    const pid = ofProcess.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is somebody else's.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

export async function writeDemoSshFiles(
  info: NonNullable<DemoInfo['ssh']>,
  pid: number,
): Promise<DemoSshFiles> {
  await removeLeftOver();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${pid}-`));
  const knownHosts = join(folder, 'known_hosts');
  const identityFile = join(folder, 'id_ed25519');
  const config = join(folder, 'ssh_config');
  const places = [...Object.values(info.hosts), ...Object.values(info.guests)];
  const known = places.map((place) => {
    const [host, port] = place.split(':');
    return `[${host}]:${port} ${info.hostKey}\n`;
  });
  const only = [
    // The addresses that the demo's guests tell may be those of real machines here: nobody goes there by accident.
    'Host !127.0.0.1 *',
    '  HostName 127.0.0.1',
    '  Port 9',
    'Host *',
    '  IdentitiesOnly yes',
    '  GlobalKnownHostsFile /dev/null',
    '',
  ];
  await Promise.all([
    writeFile(knownHosts, known.join(''), { mode: 0o600 }),
    writeFile(identityFile, info.privateKey, { mode: 0o600 }),
    writeFile(config, only.join('\n'), { mode: 0o600 }),
  ]);
  const { user, hosts } = info;
  const guests = Object.fromEntries(
    Object.entries(info.guests).map(([vmid, place]) => [vmid, `${user}@${place}`]),
  );
  return {
    ssh: { user, hosts, guests, config, knownHosts, identityFile },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
