import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectQmp, type Qmp } from './qmp.ts';

/** One running QEMU with a SPICE display behind TLS. */
export interface SpiceMachine {
  readonly port: number;
  /** A second monitor for whoever wants to look on: QEMU talks to one client per socket. */
  readonly inspectSocket: string;
  readonly ended: Promise<void>;
  /** A new password for the next 30 s. */
  setPassword(password: string): Promise<void>;
  /** How many channels viewers hold open now. */
  channels(): Promise<number>;
  onViewerLeft(listener: () => void): void;
  /** At once and without waiting: for the end of this process. */
  kill(): void;
  stop(): Promise<void>;
}

export interface SpiceMachineOptions {
  readonly program: string;
  readonly vmid: number;
  /** A folder that does not exist yet, of this machine alone; removed when it stops. */
  readonly folder: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

const START_LIMIT = 10_000;

/** Starts a PC of 64 MiB with a qxl display and no disk: it shows its firmware's screen, which is all a viewer needs. */
export async function startSpiceMachine(options: SpiceMachineOptions): Promise<SpiceMachine> {
  const { folder, tls } = options;
  await mkdir(folder, { mode: 0o700 });
  const files = { 'ca-cert.pem': tls.ca, 'server-cert.pem': tls.cert, 'server-key.pem': tls.key };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  const port = await freePort();
  const child = spawn(options.program, machineArguments(options, port), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(-2000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      words = error.message;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  const kill = () => {
    child.kill('SIGKILL');
  };
  const stop = async () => {
    if (child.pid !== undefined) kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const qmp = await firstConversation(join(folder, 'qmp'), child, ended);
    return machine(qmp, { port, folder, ended, kill, stop });
  } catch (error) {
    await stop();
    const line = words.trim().split('\n')[0];
    throw new Error(line || (error instanceof Error ? error.message : String(error)));
  }
}

function machineArguments({ vmid, folder }: SpiceMachineOptions, port: number): string[] {
  const spice = [`tls-port=${port}`, 'addr=127.0.0.1', `x509-dir=${folder}`, 'tls-channel=default'];
  return [
    ...['-name', `guest-${vmid}`, '-no-user-config', '-nodefaults'],
    ...['-machine', 'pc,accel=tcg', '-m', '64', '-vga', 'qxl', '-display', 'none'],
    ...['-spice', spice.join(',')],
    ...['-qmp', `unix:${join(folder, 'qmp')},server=on,wait=off`],
    ...['-qmp', `unix:${join(folder, 'inspect')},server=on,wait=off`],
  ];
}

async function firstConversation(
  socket: string,
  child: ChildProcess,
  ended: Promise<void>,
): Promise<Qmp> {
  const deadline = performance.now() + START_LIMIT;
  for (;;) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error('QEMU ended at once');
    try {
      return await connectQmp(socket);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await Promise.race([delay(25), ended]);
    }
  }
}

function machine(
  qmp: Qmp,
  base: Pick<SpiceMachine, 'port' | 'ended' | 'kill' | 'stop'> & { readonly folder: string },
): SpiceMachine {
  return {
    port: base.port,
    inspectSocket: join(base.folder, 'inspect'),
    ended: base.ended,
    kill: base.kill,
    setPassword: async (password) => {
      await qmp.execute('set_password', { protocol: 'spice', password });
      await qmp.execute('expire_password', { protocol: 'spice', time: '+30' });
    },
    channels: async () => {
      const told = (await qmp.execute('query-spice')) as { channels?: unknown[] };
      return told.channels?.length ?? 0;
    },
    onViewerLeft: (listener) =>
      qmp.onEvent((name) => {
        if (name === 'SPICE_DISCONNECTED') listener();
      }),
    stop: () => {
      qmp.close();
      return base.stop();
    },
  };
}

/** A port that was free a moment ago: QEMU cannot be asked which one it chose. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
