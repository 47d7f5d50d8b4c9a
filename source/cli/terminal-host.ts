import type { TerminalHost } from '../actions/types.ts';
import type { Failure } from '../domain/failure.ts';
import { say } from '../domain/safe-text.ts';
import type { Host } from './host.ts';

function hasTerminal(host: Host): boolean {
  return host.stdin.isTTY === true && host.stdout.isTTY === true;
}

/** Why a command cannot hand its terminal over; undefined = it can. */
export function terminalProblem(host: Host): Failure | undefined {
  if (hasTerminal(host)) return undefined;
  return {
    kind: 'local',
    what: say`This needs a terminal, and there is none`,
    next: say`run it in a terminal, with standard input and output not redirected`,
  };
}

/** The process's own terminal for a command; undefined when standard input or output is none. */
export function commandTerminal(host: Host): TerminalHost | undefined {
  if (!hasTerminal(host)) return undefined;
  return {
    handOver: async (job) => {
      const { ownTerminal } = await import('../app/owned-terminal.ts');
      const streams = {
        stdin: host.stdin as NodeJS.ReadStream,
        stdout: host.stdout as NodeJS.WriteStream,
        env: host.env,
      };
      return ownTerminal(streams, job);
    },
  };
}
