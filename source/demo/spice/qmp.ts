import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A conversation with one QEMU over its machine protocol. */
export interface Qmp {
  /** The command's `return`; rejects with QEMU's own words, or when the connection is gone. */
  execute(command: string, parameters?: Record<string, unknown>): Promise<unknown>;
  /** Called with the name of each event (`SPICE_DISCONNECTED` …). */
  onEvent(listener: (name: string) => void): void;
  close(): void;
}

interface Message {
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
  readonly event?: string;
}

/** Connects to QEMU's monitor socket and leaves its negotiation mode. */
export async function connectQmp(path: string): Promise<Qmp> {
  const socket = connect({ path });
  await once(socket, 'connect');
  const qmp = converse(socket);
  await qmp.execute('qmp_capabilities');
  return qmp;
}

function converse(socket: Socket): Qmp {
  type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };
  const waiting = new Map<number, Waiting>();
  const listeners: ((name: string) => void)[] = [];
  let next = 1;
  let rest = '';
  const receive = (message: Message) => {
    if (message.event !== undefined) for (const listener of listeners) listener(message.event);
    const asked = message.id === undefined ? undefined : waiting.get(message.id);
    if (asked === undefined || message.id === undefined) return;
    waiting.delete(message.id);
    if (message.error) asked.reject(new Error(message.error.desc ?? 'QEMU refused the command'));
    else asked.resolve(message.return);
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') receive(JSON.parse(line) as Message);
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('QEMU has ended'));
    waiting.clear();
  });
  return {
    execute: (command, parameters) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error('QEMU has ended'));
        const id = next++;
        waiting.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
      }),
    onEvent: (listener) => listeners.push(listener),
    close: () => socket.destroy(),
  };
}
