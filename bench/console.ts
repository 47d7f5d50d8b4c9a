import { request } from 'node:https';
import { WebSocket } from 'ws';
import { startTerminal } from '../test/support/pty.ts';
import type { BenchDemo } from './demo-client.ts';
import { median, quantile } from './statistics.ts';

export interface ConsoleEcho {
  /** ms from a key to its echo: on a websocket of the benchmark's own, and through the command on a terminal. */
  readonly raw: number;
  readonly console: number;
  /** What the command adds at worst (p95 of both), ms. */
  readonly addedP95: number;
}

const guest = 200;
const place = `/api2/json/nodes/pve1/lxc/${guest}`;

interface Echo {
  /** ms from sending a key to the first byte that comes back. */
  key(): Promise<number>;
  close(): void;
}

type Info = BenchDemo['info'];

const authorization = ({ tokens }: Info) => `PVEAPIToken=${tokens.admin.id}=${tokens.admin.secret}`;

function termproxy(info: Info): Promise<{ port: number; ticket: string; user: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${info.pve[0]}${place}/termproxy`,
      {
        method: 'POST',
        rejectUnauthorized: false,
        headers: { authorization: authorization(info), 'content-length': '0' },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(JSON.parse(String(Buffer.concat(chunks))).data));
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Lets whoever waits for the next piece of output know when it came. */
class Arrivals {
  #wake: (() => void) | undefined;
  arrived(): void {
    this.#wake?.();
  }
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A websocket with nothing of ours in between. */
async function rawEcho(info: Info): Promise<Echo> {
  const { port, ticket, user } = await termproxy(info);
  const query = `port=${port}&vncticket=${encodeURIComponent(ticket)}`;
  const url = `${info.pve[0]?.replace('https', 'wss')}${place}/vncwebsocket?${query}`;
  const socket = new WebSocket(url, 'binary', {
    rejectUnauthorized: false,
    perMessageDeflate: false,
    headers: { authorization: authorization(info) },
  });
  const arrivals = new Arrivals();
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let text = '';
  socket.on('message', (data) => {
    text += String(data);
    arrivals.arrived();
  });
  const send = (input: string) => socket.send(`0:${Buffer.byteLength(input)}:${input}`);
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) await arrivals.next();
  };
  socket.send(`${user}:${ticket}\n`);
  await until('login:');
  send('root\r');
  await until('Password:');
  send('x\r');
  await until('#');
  return {
    key: async () => {
      const came = arrivals.next();
      const from = performance.now();
      send('a');
      await came;
      return performance.now() - from;
    },
    close: () => socket.terminate(),
  };
}

/** The command on a terminal, as a person has it. */
async function consoleEcho(node: string, demo: BenchDemo): Promise<Echo> {
  const terminal = startTerminal({
    node,
    args: ['guest', 'console', String(guest)],
    env: { HOMELAB_TUI_CONFIG_DIR: demo.configDir },
  });
  await terminal.waitFor('login:');
  terminal.send('root\r');
  await terminal.waitFor('Password:');
  terminal.send('x\r');
  await terminal.waitFor('#');
  await terminal.waitIdle();
  return {
    key: async () => {
      const before = terminal.bytesWritten();
      const from = performance.now();
      terminal.send('a');
      while (terminal.bytesWritten() === before) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      return performance.now() - from;
    },
    close: () => terminal.kill(),
  };
}

/** Keys on both in turns, so that a busy moment of the machine falls on both alike. */
export async function measureConsole(
  node: string,
  demo: BenchDemo,
  keys: number,
): Promise<ConsoleEcho> {
  const raw = await rawEcho(demo.info);
  const through = await consoleEcho(node, demo);
  const samples = { raw: [] as number[], console: [] as number[] };
  const warmUp = 20;
  for (let key = 0; key < keys + warmUp; key += 1) {
    const direct = await raw.key();
    const ours = await through.key();
    if (key < warmUp) continue;
    samples.raw.push(direct);
    samples.console.push(ours);
  }
  raw.close();
  through.close();
  return {
    raw: median(samples.raw),
    console: median(samples.console),
    addedP95: quantile(samples.console, 0.95) - quantile(samples.raw, 0.95),
  };
}
