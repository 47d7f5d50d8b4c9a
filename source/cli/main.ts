import { homedir, hostname, userInfo } from 'node:os';
import type { Host } from './host.ts';
import { runCli } from './run.ts';
import { programVersion } from './version.ts';

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run a user id that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** The first signal asks for an orderly end, the second one ends at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + numbers[name]);
      controller.abort();
    });
  }
  return controller.signal;
}

function thisProcess(): Host {
  let signal: AbortSignal | undefined;
  return {
    env: process.env,
    home: homedir(),
    cwd: process.cwd(),
    user: userName(),
    hostname: hostname(),
    pid: process.pid,
    // Only looked at when needed: a standard input that was touched is a standard input that is read.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
    random: Math.random,
    interrupted: () => {
      signal ??= interruption();
      return signal;
    },
    version: programVersion,
  };
}

runCli(process.argv.slice(2), thisProcess()).then(
  // Whatever still holds the event loop (a socket that will not close) must not keep the answer from the shell.
  (code) => process.exit(code),
  (error: unknown) => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`homelab-tui stopped because of a bug in itself:\n${words}\n`, () =>
      process.exit(70),
    );
  },
);
