import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { VncConsole } from '../types.ts';
import { Connection } from './connection.ts';
import type { Depth } from './inks.ts';
import { encodePng } from './png.ts';
import { runLook } from './session.ts';
import type { ScreenAbout, VmScreen } from './types.ts';
import type { Clock } from './typist.ts';

export interface ScreenOptions {
  readonly depth: Depth;
  readonly clock: Clock;
  /** What the terminal is asked about itself; undefined = nothing. */
  readonly question?: string | undefined;
}

/** How long the server may take for the handshake, and for the first whole picture, ms. */
const PATIENCE = 10_000;

/** Speaks RFB over the console until the server lets us in; closes the console when it does not. */
export async function openScreen(
  console: VncConsole,
  about: ScreenAbout,
  options: ScreenOptions,
): Promise<Result<VmScreen>> {
  const connected = await connect(console, about, options.clock);
  if (!connected.ok) return connected;
  const connection = connected.value;
  return ok({
    show: (terminal, { draw = 'auto', reopen } = {}) =>
      runLook({
        ...{ first: connection, terminal, about, draw, reopen },
        ...{ depth: options.depth, clock: options.clock, question: options.question },
        connect: (again, signal) => connect(again, { ...about, signal }, options.clock, about),
      }),
    picture: () => takePicture(connection, about.label),
    close: () => connection.end(),
  });
}

/** `lasting` = what the connection belongs to once it stands, where that is not what it is opened for. */
function connect(
  console: VncConsole,
  about: ScreenAbout,
  clock: Clock,
  lasting = about,
): Promise<Result<Connection>> {
  const connection = new Connection(console, about, clock);
  return connection.run<Connection>(
    (finish) => {
      connection.onReady = () => {
        connection.belongTo(lasting);
        finish(ok(connection));
      };
      connection.start();
    },
    closedEarly(say`The VNC server closed the connection before it let us in`, about.label),
    { ms: PATIENCE, late: say`The VNC server did not answer in ${PATIENCE / 1000} s` },
  );
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
