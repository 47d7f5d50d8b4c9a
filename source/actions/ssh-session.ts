import type { Failure } from '../domain/failure.ts';
import type { Node } from '../domain/node.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type {
  ShellExit,
  SshConsole,
  SshDoor,
  SshTarget,
  SystemSsh,
} from '../services/ssh/types.ts';
import { runTextConsole } from './console-common.ts';
import type { Facts, FieldValues, Outcome, RunContext, Terminal } from './types.ts';

export interface SshShell {
  /** `node pve1` */
  readonly label: SafeText;
  readonly target: SshTarget;
  /** Runs on the pty in place of the login shell. */
  readonly command?: readonly string[];
  readonly values: FieldValues;
}

/** The size until the terminal is handed over and tells its own. */
const firstSize = { columns: 80, rows: 24 } as const;

/** Keys that were meant for ssh do not take its last words away, ms. */
const calm = 300;

/** ssh's own code for "it could not be done"; the remote side may use it as well. */
const sshFailed = 255;

/** A node as SSH reaches it: by the name in the homelab file, else by the address that the cluster tells. */
export function nodeTarget(node: Pick<Node, 'site' | 'node'>, facts: Facts): SshTarget {
  const member = facts.site.cluster.data?.members.find((each) => each.node === node.node);
  const address = member?.ip;
  return { site: node.site, node: node.node, ...(address === undefined ? {} : { address }) };
}

/**
 * Logs in while the screen still stands, where questions can be asked, and then gives the shell the terminal. A host that
 * the built-in client cannot serve gets the system's own ssh.
 */
export async function runSshShell(context: RunContext, shell: SshShell): Promise<Result<Outcome>> {
  const { platform, signal } = context;
  const { label, target, command, values } = shell;
  const { ssh } = platform;
  if (!ssh) return fail({ kind: 'local', what: say`SSH is not available here`, where: label });
  const problem = platform.terminalProblem?.();
  if (problem) return fail(problem);
  context.progress({ kind: 'step', text: say`Connecting to ${label} over SSH` });
  const request = { ...firstSize, ...(command ? { command } : {}) };
  const opened = await ssh.open(target, { signal, ...(command ? { command } : {}) });
  if (!opened.ok) return opened;
  if ('system' in opened.value) return runSystemSsh(context, opened.value.system, label);
  const { host } = opened.value;
  for (const text of host.notes) context.progress({ kind: 'step', text });
  let last: SshConsole | undefined;
  const keep = (result: Result<SshConsole>) => {
    if (result.ok) last = result.value;
    return result;
  };
  try {
    let first = true;
    const ended = await runTextConsole(context, {
      label,
      kind: 'shell',
      values,
      open: async (stop) => {
        if (!first) return keep(await openAgain(ssh, target, request, stop));
        first = false;
        return keep(await host.shell(request, { signal: stop }));
      },
    });
    return withExit(ended, last?.exit());
  } finally {
    host.release();
  }
}

/** Nothing can be asked while the terminal belongs to the shell. */
async function openAgain(
  ssh: SshDoor,
  target: SshTarget,
  request: Parameters<SshDoor['shell']>[1],
  signal: AbortSignal,
): Promise<Result<SshConsole>> {
  const opened = await ssh.shell(target, request, { signal, silent: true });
  if (!opened.ok) return opened;
  if ('console' in opened.value) return ok(opened.value.console);
  return fail({
    kind: 'local',
    what: say`Only the system's ssh can connect now: ${opened.value.system.reason}`,
    next: say`leave, and open it again`,
  });
}

function withExit(ended: Result<Outcome>, exit: ShellExit | undefined): Result<Outcome> {
  if (!ended.ok || ended.value.kind !== 'done' || exit === undefined) return ended;
  const { message } = ended.value;
  if ('signal' in exit) return ok({ kind: 'done', message: say`${message} (${exit.signal})` });
  if (exit.code === 0) return ended;
  return ok({ kind: 'done', message: say`${message} (exit code ${exit.code})` });
}

async function runSystemSsh(
  context: RunContext,
  { reason, argv }: SystemSsh,
  label: SafeText,
): Promise<Result<Outcome>> {
  const { terminal } = context.platform;
  if (!terminal) return fail({ kind: 'local', what: say`SSH needs a terminal`, where: label });
  context.progress({ kind: 'step', text: say`Using the system's ssh: ${reason}` });
  const ran = await terminal.handOver(async (screen) => {
    screen.write(`\r\n-- ${label} through the system's ssh: ${reason} --\r\n`);
    const result = await screen.runProgram(argv);
    if (result.ok && result.value === sshFailed) await readFirst(screen, context.signal);
    return result;
  });
  if (!ran.ok) return ran;
  if (ran.value === sshFailed) return fail(systemFailed(label, argv));
  const how = ran.value === 0 ? say`` : say` (exit code ${ran.value})`;
  return ok({ kind: 'done', message: say`The shell of ${label} has ended${how}` });
}

function systemFailed(label: SafeText, argv: readonly string[]): Failure {
  return {
    kind: 'unreachable',
    what: say`The system's ssh ended with code ${sshFailed}`,
    where: label,
    next: say`try it by hand: ${sanitise(argv.join(' '))}`,
  };
}

/** What ssh said stays on the screen until a key is pressed. */
function readFirst(screen: Terminal, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let armed = false;
    const finish = () => {
      clearTimeout(timer);
      off();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const off = screen.onInput(() => {
      if (armed) finish();
    });
    const timer = setTimeout(() => {
      armed = true;
      screen.write('\r\n-- ssh could not do it; any key goes back --\r\n');
    }, calm);
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish);
  });
}
