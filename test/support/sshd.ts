import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from './until.ts';

/** Who runs the test is also who logs in. */
export const me = userInfo().username;

export interface KeyFile {
  readonly path: string;
  /** The line of `PATH.pub`. */
  readonly line: string;
}

/** Makes a key pair with OpenSSH's own tool. */
export function makeKey(directory: string, name: string, ...options: readonly string[]): KeyFile {
  const path = join(directory, name);
  const given = options.includes('-N') ? options : ['-N', '', ...options];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-C', name, '-f', path, ...given]);
  return { path, line: readFileSync(`${path}.pub`, 'utf8').trim() };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Sshd {
  readonly port: number;
  readonly hostKey: KeyFile;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Public keys that are let in. */
  readonly authorized?: readonly string[];
  readonly port?: number;
  readonly hostKey?: KeyFile;
  /** Further lines of sshd_config. */
  readonly lines?: readonly string[];
}

let started = 0;

/** Starts OpenSSH's server on loopback with a configuration of its own; nothing of the machine's is used. */
export async function startSshd(
  t: Pick<TestContext, 'after'>,
  directory: string,
  options: SshdOptions = {},
): Promise<Sshd> {
  started += 1;
  const name = `sshd-${started}`;
  const hostKey = options.hostKey ?? makeKey(directory, `${name}-key`);
  const port = options.port ?? (await freePort());
  const authorized = join(directory, `${name}-authorized`);
  writeFileSync(authorized, (options.authorized ?? []).map((line) => `${line}\n`).join(''));
  const config = join(directory, `${name}.conf`);
  writeFileSync(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey.path}`,
      'PidFile none',
      `AuthorizedKeysFile ${authorized}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin yes',
      'PrintMotd no',
      'PrintLastLog no',
      ...(options.lines ?? []),
      'LogLevel INFO',
      '',
    ].join('\n'),
  );
  // It refuses to start for root without it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(programPath(), ['-D', '-e', '-f', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  t.after(stop);
  await until(`sshd on port ${port}`, () => {
    if (child.exitCode !== null) throw new Error(`sshd ended:\n${log}`);
    return log.includes('Server listening on') || undefined;
  });
  return { port, hostKey, log: () => log, stop };
}

/** It insists on being called by its full path. */
function programPath(): string {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];
  return join(folders.find((folder) => existsSync(join(folder, 'sshd'))) ?? '/usr/sbin', 'sshd');
}

/** The line by which known_hosts knows a server. */
export function knownLine({ port, hostKey }: Pick<Sshd, 'port' | 'hostKey'>): string {
  return `[127.0.0.1]:${port} ${hostKey.line}`;
}

export interface HostEntry {
  readonly name: string;
  readonly server: Pick<Sshd, 'port'>;
  readonly key?: KeyFile;
  readonly lines?: readonly string[];
}

/** Writes an ssh_config that reads and trusts nothing outside the directory. Answers its path and that of known_hosts. */
export function writeSshConfig(
  directory: string,
  hosts: readonly HostEntry[],
  known: readonly string[] = [],
) {
  const knownHosts = join(directory, 'known_hosts');
  writeFileSync(knownHosts, known.map((line) => `${line}\n`).join(''));
  const config = join(directory, 'ssh_config');
  const entries = hosts.flatMap(({ name, server, key, lines = [] }) => [
    `Host ${name}`,
    '  HostName 127.0.0.1',
    `  Port ${server.port}`,
    `  User ${me}`,
    ...(key ? [`  IdentityFile ${key.path}`] : ['  IdentityFile none']),
    '  IdentitiesOnly yes',
    ...lines.map((line) => `  ${line}`),
  ]);
  const all = ['Host *', `  UserKnownHostsFile ${knownHosts}`, '  GlobalKnownHostsFile /dev/null'];
  writeFileSync(config, `${[...entries, ...all].join('\n')}\n`);
  return { config, knownHosts };
}
