import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConsoleBackends } from '../console-backend.ts';
import type { World } from '../world/world.ts';
import type { PendingConsole } from './console-desk.ts';
import { acceptWebsocket, type ServedSocket } from './served-socket.ts';
import { serveText } from './termproxy.ts';
import { simulatedShell } from './text-shell.ts';

/** Connects a client that was let through with the console it asked for. */
export async function serveConsole(
  world: World,
  pending: PendingConsole,
  backends: ConsoleBackends,
  upgrade: { readonly request: IncomingMessage; readonly raw: Duplex; readonly head: Buffer },
): Promise<void> {
  const accepted = await acceptWebsocket(upgrade.request, upgrade.raw, upgrade.head);
  const socket = cuttable(world, accepted);
  if (pending.what.kind === 'text') {
    serveText(world, pending, socket, backends.text ?? simulatedShell);
  } else await serveScreen(pending, socket, backends);
}

/** How long what is behind a cut connection does not notice, ms. */
const unnoticed = 10_000;

/** The socket with its cut among the world's faults; a cut is told to this side only after a while. */
function cuttable(world: World, socket: ServedSocket): ServedSocket {
  const { openConsoles } = world.faults;
  let wasCut = false;
  const cut = () => {
    wasCut = true;
    socket.cut();
  };
  openConsoles.add(cut);
  socket.onClose(() => openConsoles.delete(cut));
  return {
    ...socket,
    onClose: (listener) =>
      socket.onClose(() => {
        if (wasCut) setTimeout(listener, unnoticed).unref();
        else listener();
      }),
  };
}

/** The bytes of a VNC server as they are. */
async function serveScreen(
  pending: PendingConsole,
  socket: ServedSocket,
  { vnc }: ConsoleBackends,
): Promise<void> {
  if (pending.what.kind !== 'vnc' || !vnc) return socket.end();
  const early: Buffer[] = [];
  let stream: Duplex | undefined;
  let gone = false;
  const leave = (problem?: string) => {
    gone = true;
    pending.end(problem);
    stream?.destroy();
    socket.end();
  };
  pending.hangUp = () => leave();
  socket.onClose(() => leave());
  socket.onMessage((bytes) => {
    if (stream) stream.write(bytes);
    else early.push(bytes);
  });
  const opened = await vnc(pending.what.guest, pending.what.password);
  if ('problem' in opened) return leave(opened.problem);
  if (gone) return void opened.destroy();
  stream = opened;
  opened.on('data', (chunk: Buffer) => {
    if (socket.send(chunk)) return;
    opened.pause();
    socket.onDrain(() => opened.resume());
  });
  opened.on('error', () => leave());
  opened.on('end', () => leave());
  opened.on('close', () => leave());
  for (const each of early) opened.write(each);
  return undefined;
}
