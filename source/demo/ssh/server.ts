import { createHash, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { AuthContext, Connection, Server, ServerChannel, Session } from 'ssh2';
import type { TextBackend } from '../console-backend.ts';
import type { World } from '../world/world.ts';
import { runCommand, runInGuest, type Started } from './commands.ts';
import { newKeyPair } from './key-pair.ts';

type Ssh2 = typeof import('ssh2');

/** What an SSH client needs to reach the demo's nodes. */
export interface DemoSshInfo {
  /** Node → `127.0.0.1:PORT` */
  readonly hosts: Readonly<Record<string, string>>;
  /** VMID of a VM → `127.0.0.1:PORT`: the address it tells belongs to somebody else's network. */
  readonly guests: Readonly<Record<string, string>>;
  readonly user: string;
  readonly password: string;
  /** In OpenSSH's format, for the user; made for this run. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`, the same on all nodes. */
  readonly hostKey: string;
  /** `SHA256:…` of the host key. */
  readonly fingerprint: string;
}

export interface DemoSsh {
  readonly info: DemoSshInfo;
  close(): Promise<void>;
}

const user = 'root';

interface Keys {
  readonly password: string;
  readonly publicKey: string;
}

const blobOf = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');

/** Lets root in by the key or the password of this run. */
function authenticate(ssh2: Ssh2, context: AuthContext, { password, publicKey }: Keys): void {
  const refuse = () => context.reject(['publickey', 'password']);
  if (context.username !== user) return refuse();
  if (context.method === 'password') {
    return context.password === password ? context.accept() : refuse();
  }
  if (context.method !== 'publickey' || !blobOf(publicKey).equals(context.key.data))
    return refuse();
  if (!context.signature || !context.blob) return context.accept();
  const key = ssh2.utils.parseKey(publicKey);
  const good =
    !(key instanceof Error) &&
    key.verify(context.blob, context.signature, context.hashAlgo) === true;
  return good ? context.accept() : refuse();
}

/** One session: a pty or none, then a shell or a command. */
function serveSession(session: Session, machine: Machine, backend: TextBackend): void {
  let size = { columns: 80, rows: 24 };
  let resize: ((columns: number, rows: number) => void) | undefined;
  const setSize = ({ cols, rows }: { cols: number; rows: number }) => {
    size = { columns: cols || size.columns, rows: rows || size.rows };
    resize?.(size.columns, size.rows);
  };
  session.on('pty', (accept, _reject, info) => {
    setSize(info);
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    setSize(info);
    accept?.();
  });
  session.on('env', (accept) => accept?.());
  const run = async (channel: ServerChannel, command: string | undefined) => {
    channel.on('error', () => undefined);
    const result = machine.run(command);
    if ('said' in result) {
      if (result.said !== '') channel.stderr.write(result.said);
      channel.exit(result.code);
      channel.end();
      return;
    }
    const shell = await backend(result.target);
    resize = shell.resize.bind(shell);
    resize(size.columns, size.rows);
    shell.stream.on('data', (data) => channel.write(data));
    shell.stream.on('end', () => {
      channel.exit(0);
      channel.end();
    });
    channel.on('data', (data: Buffer) => shell.stream.write(data));
    channel.on('close', () => shell.stream.destroy());
  };
  session.on('shell', (accept) => void run(accept(), undefined));
  session.on('exec', (accept, _reject, { command }) => void run(accept(), command));
}

/** What an SSH server of the demo stands for. */
interface Machine {
  readonly isUp: () => boolean;
  readonly run: (command: string | undefined) => Started;
}

interface Shared {
  readonly backend: TextBackend;
  readonly hostKey: string;
  readonly keys: Keys;
}

class MachineSshServer {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  constructor(ssh2: Ssh2, machine: Machine, { backend, hostKey, keys }: Shared) {
    this.#server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
      connection.on('error', () => undefined);
      if (!machine.isUp()) return void connection.end();
      connection.on('authentication', (context) => authenticate(ssh2, context, keys));
      connection.on('session', (accept) => serveSession(accept(), machine, backend));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.on('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve());
    });
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.end();
    // A client that does not answer would keep its socket.
    for (const connection of this.#connections) {
      (connection as { _sock?: { destroy(): void } })._sock?.destroy();
    }
    await closed;
  }
}

/** More VMs than this have no server: a scenario may have thousands. */
const mostGuests = 40;

function nodeMachine(world: World, node: string): Machine {
  return {
    isUp: () => {
      world.settle();
      return world.isOnline(node);
    },
    run: (command) => runCommand(world, node, command),
  };
}

function guestMachine(world: World, vmid: number): Machine {
  return {
    isUp: () => {
      world.settle();
      const guest = world.guests.get(vmid);
      return guest?.status === 'running' && world.isOnline(guest.node);
    },
    run: (command) => runInGuest(world, vmid, command),
  };
}

/** VMs that have an SSH server inside. */
function linuxGuests(world: World): readonly number[] {
  return [...world.guests.values()]
    .filter(({ type, config }) => type === 'qemu' && /^l/.test(String(config.ostype ?? '')))
    .map(({ vmid }) => vmid)
    .slice(0, mostGuests);
}

/** SSH servers on 127.0.0.1 for the first nodes and for VMs, with keys that are made now and known to nobody else. */
export async function startDemoSsh(
  world: World,
  nodes: readonly string[],
  backend: TextBackend,
): Promise<DemoSsh> {
  const ssh2 = (await import('ssh2')).default;
  const host = newKeyPair(ssh2.utils);
  const client = newKeyPair(ssh2.utils, { comment: 'homelab-tui demo' });
  const keys = { password: randomBytes(9).toString('base64url'), publicKey: client.public };
  const shared: Shared = { backend, hostKey: host.private, keys };
  const servers: MachineSshServer[] = [];
  const hosts: Record<string, string> = {};
  const guests: Record<string, string> = {};
  const start = (machine: Machine) => {
    const server = new MachineSshServer(ssh2, machine, shared);
    servers.push(server);
    return server.listen();
  };
  const close = async () => {
    await Promise.all(servers.map((server) => server.close()));
  };
  try {
    for (const node of nodes) hosts[node] = await start(nodeMachine(world, node));
    for (const vmid of linuxGuests(world)) guests[vmid] = await start(guestMachine(world, vmid));
  } catch (error) {
    await close();
    throw error;
  }
  const hostKey = host.public.split(' ').slice(0, 2).join(' ');
  const digest = createHash('sha256').update(blobOf(hostKey)).digest('base64');
  return {
    info: {
      hosts,
      guests,
      user,
      password: keys.password,
      privateKey: client.private,
      hostKey,
      fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    },
    close,
  };
}
