import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../domain/result.ts';
import { joinSafe, type SafeText, sanitise, sanitiseBlock, say } from '../../domain/safe-text.ts';

export interface ViewerLaunch {
  /** Path of remote-viewer. */
  readonly command: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The settings, password and all: written to standard input and nowhere else. */
  readonly text: string;
  readonly signal: AbortSignal;
  /** ms it must live to count as opened */
  readonly settle: number;
}

const KEPT_ERRORS = 8192;

/**
 * Starts `remote-viewer -` in a session of its own, so that it outlives this process and no Ctrl-C reaches it.
 * Succeeds once it has lived for `settle` ms; a viewer that ends earlier, with whatever code, is a failure with its own words.
 */
export function launchViewer(launch: ViewerLaunch): Promise<Result<{ pid: number }>> {
  const { command, signal } = launch;
  const where = sanitise(command);
  const errors = openErrors();
  return new Promise((resolve) => {
    let child: ChildProcess | undefined;
    let timer: NodeJS.Timeout | undefined;
    const finish = (result: Result<{ pid: number }>) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      if (errors !== undefined) closeSync(errors);
      child?.removeAllListeners('exit');
      child?.unref();
      resolve(result);
    };
    const cancel = () => {
      child?.kill();
      finish(fail({ kind: 'cancelled', what: say`Cancelled`, where }));
    };
    const ended = (how: SafeText) => {
      const detail = errors === undefined ? undefined : readErrors(errors, launch.text);
      const next = say`start remote-viewer by hand to see what it says`;
      finish(fail({ kind: 'local', what: say`remote-viewer ${how}`, where, next, detail }));
    };
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel);
    child = spawn(command, ['-'], {
      detached: true,
      env: { ...launch.env },
      stdio: ['pipe', 'ignore', errors ?? 'ignore'],
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      ended(say`could not be started (${sanitise(error.code ?? error.message)})`),
    );
    child.once('exit', (code, by) =>
      ended(by ? say`was ended by ${sanitise(by)}` : say`ended at once with code ${code ?? 0}`),
    );
    // A viewer that ends without reading breaks the pipe; its exit tells more than that.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(launch.text);
    timer = setTimeout(() => finish(ok({ pid: child?.pid ?? 0 })), launch.settle);
  });
}

/**
 * Where the viewer's standard error goes: a file without a name. A pipe would break when this process ends,
 * and kill the viewer with its next warning.
 */
function openErrors(): number | undefined {
  const file = join(tmpdir(), `homelab-tui-${randomUUID()}`);
  try {
    const errors = openSync(file, 'wx+', 0o600);
    unlinkSync(file);
    return errors;
  } catch {
    return undefined;
  }
}

/** The last lines of what it wrote, without the password should it have quoted its input. */
function readErrors(errors: number, text: string): SafeText | undefined {
  const buffer = Buffer.alloc(KEPT_ERRORS);
  const length = readSync(errors, buffer, 0, KEPT_ERRORS, 0);
  const password = /^password=(.+)$/m.exec(text)?.[1];
  let written = buffer.toString('utf8', 0, length);
  if (password) written = written.replaceAll(password, '‹hidden›');
  const lines = sanitiseBlock(written).filter((line) => line.trim() !== '');
  return lines.length === 0 ? undefined : joinSafe(lines.slice(-3), ' · ');
}
