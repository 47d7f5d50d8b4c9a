import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { VncConsole } from '../types.ts';
import { Connection } from './connection.ts';
import type { Depth } from './inks.ts';
import { Look } from './look.ts';
import { encodePng } from './png.ts';
import type { ScreenAbout, ScreenEnd, ScreenTerminal, VmScreen } from './types.ts';
import type { Clock } from './typist.ts';

export interface ScreenOptions {
  readonly depth: Depth;
  readonly clock: Clock;
}

/** How long the server may take for the handshake, and for the first whole picture, ms. */
const PATIENCE = 10_000;

/** Speaks RFB over the console until the server lets us in; closes the console when it does not. */
export function openScreen(
  console: VncConsole,
  about: ScreenAbout,
  options: ScreenOptions,
): Promise<Result<VmScreen>> {
  const connection = new Connection(console, about, options.clock);
  const screen: VmScreen = {
    show: (terminal) => show(connection, terminal, about.label, options),
    picture: () => takePicture(connection, about.label),
    close: () => connection.end(),
  };
  return connection.run<VmScreen>(
    (finish) => {
      connection.onReady = () => finish(ok(screen));
      connection.start();
    },
    closedEarly(say`The VNC server closed the connection before it let us in`, about.label),
    { ms: PATIENCE, late: say`The VNC server did not answer in ${PATIENCE / 1000} s` },
  );
}

async function show(
  connection: Connection,
  terminal: ScreenTerminal,
  label: SafeText,
  { depth, clock }: ScreenOptions,
): Promise<Result<ScreenEnd>> {
  const { client } = connection;
  let look: Look | undefined;
  const shown = await connection.run<ScreenEnd>((finish) => {
    look = new Look({ client, terminal, depth, clock, label, onLeave: () => finish(ok('left')) });
    connection.onUpdate = () => look?.updated();
    look.start();
  }, ok('closed'));
  look?.stop();
  connection.end();
  return shown;
}

async function takePicture(connection: Connection, label: SafeText): Promise<Result<Uint8Array>> {
  const { client } = connection;
  const taken = await connection.run<Uint8Array>(
    (finish) => {
      // An update that told another size has no picture of that size yet.
      let asked = client.picture();
      connection.onUpdate = () => {
        const picture = client.picture();
        if (picture === undefined) return undefined;
        if (picture === asked) return finish(ok(encodePng(picture)));
        asked = picture;
        return client.request(false);
      };
      client.request(false);
    },
    closedEarly(say`The VNC server closed the connection before the picture was whole`, label),
    { ms: PATIENCE, late: say`The picture of the screen did not come in ${PATIENCE / 1000} s` },
  );
  connection.end();
  return taken;
}

function closedEarly(what: SafeText, where: SafeText): Result<never> {
  return fail({ kind: 'unreachable', what, where, next: say`look at its state and try again` });
}
