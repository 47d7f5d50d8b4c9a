import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { privateFile } from './editable-file.ts';
import { launchViewer } from './launch-viewer.ts';

/** What the viewer needs from outside; nothing is read from the process by itself. */
export interface PlatformEnvironment {
  /** PATH, DISPLAY and WAYLAND_DISPLAY are looked at; all of it is handed to the viewer. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ms since any fixed point */
  readonly now: () => number;
  /** `process.platform`; only X11 and Wayland systems need a display named. */
  readonly system?: string;
  /** How long the viewer must live to count as opened, ms. */
  readonly settle?: number;
}

const PROBE_LIMIT = 5000;
const SETTLE = 1500;

/** This machine as the actions see it: `Platform` of actions/types.ts. */
export function createPlatform(environment: PlatformEnvironment) {
  const { env, now } = environment;
  return {
    viewerProblem: () => viewerProblem(environment),
    probeTcp: (host: string, port: number, signal: AbortSignal) =>
      probeTcp(host, port, signal, now),
    openViewer: async (text: string, signal: AbortSignal): Promise<Result<{ pid: number }>> => {
      const problem = viewerProblem(environment);
      if (problem) return fail(problem);
      const command = findProgram('remote-viewer', environment) ?? 'remote-viewer';
      return launchViewer({ command, env, text, signal, settle: environment.settle ?? SETTLE });
    },
    sleep,
    editableFile: (name: string, text: string) =>
      privateFile(
        name,
        text,
        env,
        ['sensible-editor', 'editor'].find((program) => findProgram(program, environment)),
      ),
  };
}

/** The first executable of that name on PATH. */
function findProgram(name: string, { env, system }: PlatformEnvironment): string | undefined {
  const names = system === 'win32' ? [`${name}.exe`] : [name];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const each of names) {
      const file = join(folder, each);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

function viewerProblem(environment: PlatformEnvironment): Failure | undefined {
  const { env, system = process.platform } = environment;
  const here = sanitise(hostname());
  const elsewhere = say`on the machine with the screen run: ssh ${here} homelab-tui spice GUEST --vv | remote-viewer -`;
  if (findProgram('remote-viewer', { ...environment, system }) === undefined) {
    return {
      kind: 'local',
      what: say`remote-viewer is not installed on this machine`,
      where: here,
      next: say`apt install virt-viewer; or ${elsewhere}`,
    };
  }
  const named = system === 'darwin' || system === 'win32' || env.DISPLAY || env.WAYLAND_DISPLAY;
  if (named) return undefined;
  return {
    kind: 'local',
    what: say`There is no display here: DISPLAY and WAYLAND_DISPLAY are not set`,
    where: here,
    next: elsewhere,
  };
}

/** ms until the port accepted a connection, which is closed at once. */
function probeTcp(
  host: string,
  port: number,
  signal: AbortSignal,
  now: () => number,
): Promise<Result<number>> {
  const where = say`${sanitise(host)}:${port}`;
  return new Promise((resolve) => {
    const started = now();
    const socket = connect({ host, port });
    const finish = (result: Result<number>) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(result);
    };
    const cancel = () => finish(fail({ kind: 'cancelled', what: say`Cancelled`, where }));
    const timer = setTimeout(
      () =>
        finish(
          fail({
            kind: 'timeout',
            what: say`No answer in ${PROBE_LIMIT / 1000} s`,
            where,
            next: say`check that a firewall lets port ${port} through`,
          }),
        ),
      PROBE_LIMIT,
    );
    signal.addEventListener('abort', cancel);
    socket.once('connect', () => finish(ok(now() - started)));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      finish(
        fail({
          kind: 'unreachable',
          what: say`Nothing answers on port ${port}`,
          where,
          next: say`check the address, and that a firewall lets port ${port} through`,
          detail: sanitise(error.code ?? error.message),
        }),
      ),
    );
    if (signal.aborted) cancel();
  });
}

/** Resolves after `ms`, or at once when aborted: the caller looks at the signal. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
