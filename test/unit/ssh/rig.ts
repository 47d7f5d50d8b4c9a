import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { newKeyPair } from '../../../source/demo/ssh/key-pair.ts';
import type { SiteSsh } from '../../../source/domain/homelab.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import { defaultSshTimings, type SshTimings } from '../../../source/services/ssh/connect.ts';
import { createSshDoor } from '../../../source/services/ssh/door.ts';
import type {
  HostKeyQuestion,
  SecretQuestion,
  SshConsole,
  SshDoor,
} from '../../../source/services/ssh/types.ts';
import { tempDir } from '../../support/temp.ts';
import { until } from '../../support/until.ts';

export const site = 'home' as SiteId;

/** Everything that was asked, and what to answer. */
export interface Answers {
  readonly hostKeys: HostKeyQuestion[];
  readonly secrets: SecretQuestion[];
  trust: boolean;
  /** The next answers; undefined = given up. */
  typed: (string | undefined)[];
}

export interface TestHost {
  readonly port: number;
  readonly hostKey: Buffer;
  /** Connections that were made to it. */
  readonly connections: Connection[];
  /** Channels with a shell or a command on them. */
  readonly shells: { readonly channel: ServerChannel; readonly command?: string }[];
  readonly sizes: (readonly [number, number])[];
  /** Logins it was asked for: method and user. */
  readonly logins: string[];
  close(): void;
}

export interface HostOptions {
  /** Lets somebody in; everybody when absent. */
  readonly login?: (context: AuthContext) => void;
  readonly onShell?: (channel: ServerChannel, command: string | undefined) => void;
  readonly hostKeys?: string[];
  readonly port?: number;
  /** Allows tunnels: the far end of each. */
  readonly tunnels?: boolean;
}

export const newKey = (passphrase?: string) =>
  newKeyPair(ssh2.utils, passphrase === undefined ? {} : { passphrase });

/** An SSH server of our own on loopback. */
export async function startHost(t: TestContext, options: HostOptions = {}): Promise<TestHost> {
  const keys = options.hostKeys ?? [newKey().private];
  const connections: Connection[] = [];
  const shells: { channel: ServerChannel; command?: string }[] = [];
  const sizes: [number, number][] = [];
  const logins: string[] = [];
  const server = new ssh2.Server({ hostKeys: keys }, (connection) => {
    connections.push(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      logins.push(`${context.method} ${context.username}`);
      if (options.login) options.login(context);
      else context.accept();
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty, _reject, { cols, rows }) => {
        sizes.push([cols, rows]);
        acceptPty?.();
      });
      session.on('window-change', (acceptChange, _reject, { cols, rows }) => {
        sizes.push([cols, rows]);
        acceptChange?.();
      });
      const open = (channel: ServerChannel, command?: string) => {
        shells.push({ channel, ...(command === undefined ? {} : { command }) });
        options.onShell?.(channel, command);
      };
      session.on('shell', (acceptShell) => open(acceptShell()));
      session.on('exec', (acceptExec, _reject, { command }) => open(acceptExec(), command));
    });
    connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
      if (!options.tunnels) return reject();
      const stream = accept();
      void import('node:net').then(({ connect }) => {
        const far = connect({ host: destIP, port: destPort });
        stream.pipe(far).pipe(stream);
        far.on('error', () => stream.close());
        stream.on('close', () => far.destroy());
      });
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
  const close = () => {
    for (const connection of connections) connection.end();
    server.close();
  };
  t.after(close);
  const parsed = ssh2.utils.parseKey(keys[0] ?? '');
  if (parsed instanceof Error) throw parsed;
  const hostKey = [parsed].flat()[0]?.getPublicSSH() ?? Buffer.alloc(0);
  return { port, hostKey, connections, shells, sizes, logins, close };
}

export interface Rig {
  readonly door: SshDoor;
  readonly answers: Answers;
  readonly home: string;
  readonly knownHosts: string;
  /** Writes a private key (and, unless told otherwise, its public half) to ~/.ssh. */
  keyFile(name: string, key: { private: string; public: string }, withPublic?: boolean): string;
  /** Makes known_hosts know exactly these. */
  know(...lines: readonly string[]): void;
}

export interface RigOptions {
  readonly timings?: Partial<SshTimings>;
  readonly siteSsh?: SiteSsh;
  /** The system's ssh; none when absent. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A door with a home of its own; nothing of the machine's ssh configuration is read. */
export function openDoor(t: TestContext, options: RigOptions = {}): Rig {
  const home = tempDir(t, 'ssh-home');
  mkdirSync(join(home, '.ssh'), { mode: 0o700 });
  const knownHosts = join(home, '.ssh', 'known_hosts');
  const answers: Answers = { hostKeys: [], secrets: [], trust: true, typed: [] };
  const door = createSshDoor(
    {
      user: 'root',
      home,
      env: options.env ?? {},
      now: () => performance.now(),
      program: options.program ?? join(home, 'no-ssh-here'),
      siteSsh: () => options.siteSsh,
      asker: {
        trustHostKey: async (question) => {
          answers.hostKeys.push(question);
          return answers.trust;
        },
        sshSecret: async (question) => {
          answers.secrets.push(question);
          const typed = answers.typed.shift();
          return typed === undefined ? undefined : new Secret(typed);
        },
      },
    },
    { ...defaultSshTimings, ...options.timings },
  );
  t.after(() => door.close());
  return {
    door,
    answers,
    home,
    knownHosts,
    keyFile: (name, key, withPublic = true) => {
      const file = join(home, '.ssh', name);
      writeFileSync(file, key.private, { mode: 0o600 });
      if (withPublic) writeFileSync(`${file}.pub`, key.public);
      return file;
    },
    know: (...lines) => writeFileSync(knownHosts, lines.map((line) => `${line}\n`).join('')),
  };
}

/** The line by which known_hosts knows a host. */
export function knownLine({ port, hostKey }: Pick<TestHost, 'port' | 'hostKey'>): string {
  const type = hostKey.subarray(4, 4 + hostKey.readUInt32BE(0)).toString();
  return `[127.0.0.1]:${port} ${type} ${hostKey.toString('base64')}`;
}

export const targetOf = ({ port }: { readonly port: number }, user = 'root') => ({
  host: `${user}@127.0.0.1:${port}`,
});

/** Opens a shell that has to come. */
export async function openShell(
  door: SshDoor,
  target: Parameters<SshDoor['shell']>[0],
  command?: readonly string[],
): Promise<SshConsole> {
  const opened = await door.shell(target, {
    columns: 90,
    rows: 30,
    ...(command ? { command } : {}),
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  if ('system' in opened.value) throw new Error(opened.value.system.reason);
  return opened.value.console;
}

/** What a console printed so far, and how it ended. */
export function watch(console: SshConsole) {
  const seen = { text: '', closed: false, failure: undefined as unknown };
  console.onData((bytes) => {
    seen.text += Buffer.from(bytes).toString('utf8');
  });
  console.onClose((failure) => {
    seen.closed = true;
    seen.failure = failure;
  });
  return {
    seen,
    shows: (wanted: string) =>
      until(`"${wanted}" on the console`, () => seen.text.includes(wanted) || undefined),
    end: () => until('the end of the console', () => seen.closed || undefined),
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
