import type { TextBackend, TextSession } from '../console-backend.ts';
import type { World } from '../world/world.ts';
import type { PendingConsole } from './console-desk.ts';
import type { ServedSocket } from './served-socket.ts';
import { isVncTicket } from './vnc-ticket.ts';

/** From which version on of its package a console takes API tokens. */
const tokensSince = {
  qemu: ['qemu-server', '9.1.7'],
  lxc: ['pve-container', '6.1.3'],
  node: ['pve-manager', '9.0.13'],
} as const;

function atLeast(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Does the line a client begins with prove that it may talk to this console? */
function letIn(world: World, pending: PendingConsole, line: string): boolean {
  const cut = line.indexOf(':');
  const [user, ticket] = [line.slice(0, cut), line.slice(cut + 1)];
  if (user !== pending.user || pending.what.kind !== 'text') return false;
  const [name, since] = tokensSince[pending.what.target.kind];
  if (user.includes('!') && !atLeast(world.settings.versions[name] ?? '0', since)) return false;
  const { accounts, clock } = world;
  return isVncTicket(accounts.ticketKey, clock.seconds, ticket, user, pending.path);
}

/** The messages of a client: input, sizes, pings. A message may hold several, or a part of one. */
class Messages {
  #rest = Buffer.alloc(0);

  *take(bytes: Buffer): Generator<{ input: Buffer } | { columns: number; rows: number }> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const head = this.#rest.subarray(0, 24).toString('latin1');
      const input = /^0:(\d+):/.exec(head);
      const size = /^1:(\d+):(\d+):/.exec(head);
      if (input) {
        const from = input[0].length;
        const length = Number(input[1]);
        if (this.#rest.length < from + length) return;
        yield { input: this.#rest.subarray(from, from + length) };
        this.#rest = this.#rest.subarray(from + length);
      } else if (size) {
        yield { columns: Number(size[1]), rows: Number(size[2]) };
        this.#rest = this.#rest.subarray(size[0].length);
      } else if (head.startsWith('2')) this.#rest = this.#rest.subarray(1);
      else {
        // Not the beginning of a message: what cannot become one is dropped, as termproxy does.
        if (!/^[01]/.test(head) && head.length > 0) this.#rest = Buffer.alloc(0);
        return;
      }
    }
  }
}

/** termproxy on one port: checks the first line, says OK, and connects the client with a program on a terminal. */
export function serveText(
  world: World,
  pending: PendingConsole,
  socket: ServedSocket,
  backend: TextBackend,
): void {
  const messages = new Messages();
  let session: TextSession | undefined;
  let line: Buffer | undefined = Buffer.alloc(0);
  const leave = (problem?: string) => {
    pending.end(problem);
    session?.stream.destroy();
    socket.end();
  };
  pending.hangUp = () => leave();
  socket.onClose(() => leave());
  const handle = (bytes: Buffer) => {
    for (const message of messages.take(bytes)) {
      if ('input' in message) session?.stream.write(message.input);
      else session?.resize(message.columns, message.rows);
    }
  };
  const start = async () => {
    if (pending.what.kind !== 'text') return;
    const { target, problem } = pending.what;
    if (problem !== undefined) {
      socket.send(Buffer.from(`${problem}\r\n`));
      return leave(`command 'termproxy ${pending.port}' failed: exit code 255`);
    }
    const opened = await backend(target);
    session = opened;
    opened.stream.on('data', (chunk: Buffer | string) => {
      if (socket.send(Buffer.from(chunk))) return;
      opened.stream.pause();
      socket.onDrain(() => opened.stream.resume());
    });
    opened.stream.on('error', () => leave());
    opened.stream.on('close', () => leave());
    opened.stream.on('end', () => leave());
  };
  let waiting: Buffer[] = [];
  socket.onMessage((bytes) => {
    if (line === undefined) {
      if (session) handle(bytes);
      else waiting.push(bytes);
      return;
    }
    line = Buffer.concat([line, bytes]);
    const cut = line.indexOf(0x0a);
    if (cut < 0) return;
    const [first, rest] = [line.subarray(0, cut).toString('utf8'), line.subarray(cut + 1)];
    line = undefined;
    world.settle();
    if (!letIn(world, pending, first)) {
      return leave(`command 'termproxy ${pending.port}' failed: exit code 1`);
    }
    socket.send(Buffer.from('OK'));
    if (rest.length > 0) waiting.push(rest);
    void start().then(() => {
      for (const each of waiting) handle(each);
      waiting = [];
    });
  });
}
