import type { Guest } from '../domain/guest.ts';
import { monitorConsequence, monitorSecret, onlyShows, shownCommand } from '../domain/monitor.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { detachField, noTerminal } from './console-common.ts';
import { defaultDetachKey, detachByte } from './detach-key.ts';
import { ask, disabled, guestLabel, hidden, isCritical, isRunning, yes } from './guest-common.ts';
import { commandLimit } from './line-editor.ts';
import { runMonitorSession } from './monitor-session.ts';
import {
  type Confirmation,
  defineAction,
  type Facts,
  type FieldValues,
  type Outcome,
  type RunContext,
} from './types.ts';

function problemOf(command: string): string | undefined {
  if (/[\r\n\u0000]/.test(command)) return 'must be one line';
  if (command.length > commandLimit) return `is longer than ${commandLimit} characters`;
  const secret = monitorSecret(command);
  if (secret === 'console') {
    return 'a password in a command would stand in logs; Proxmox sets one for each console itself';
  }
  return secret === 'other'
    ? 'a secret in a command would stand in logs; QEMU can read it from a file on the node (object_add secret,file=…)'
    : undefined;
}

/** `status` of `info status`; undefined = none was given. */
function commandOf({ command }: FieldValues): string | undefined {
  const text = typeof command === 'string' ? command.trim() : '';
  return text === '' ? undefined : text;
}

function confirmCommand(guest: Guest, command: string, facts: Facts): Confirmation {
  const { text, plug } = monitorConsequence(command);
  const critical = plug === true && isCritical(guest);
  return ask(
    critical ? 3 : 2,
    say`Send "${sanitise(shownCommand(command))}" to the monitor of ${guestLabel(guest)}?`,
    guest,
    facts,
    [text, ...(critical ? [say`It is tagged critical.`] : [])],
  );
}

function send(guest: Guest, command: string, context: RunContext, signal: AbortSignal) {
  return context.site.guests.monitor(guest, command, { signal });
}

/** One command, and its answer as the outcome. */
async function once(guest: Guest, command: string, context: RunContext): Promise<Result<Outcome>> {
  const answer = await send(guest, command, context, context.signal);
  if (!answer.ok) return answer;
  const message = say`Sent "${sanitise(shownCommand(command))}" to the monitor of ${guestLabel(guest)}`;
  return ok({ kind: 'done', message, output: answer.value });
}

async function session(
  guest: Guest,
  values: FieldValues,
  context: RunContext,
): Promise<Result<Outcome>> {
  const { platform, facts, signal, audited } = context;
  const problem = platform.terminalProblem?.();
  if (problem || !platform.terminal) {
    const next = say`give --command for one command without a terminal`;
    return fail({ ...(problem ?? noTerminal), where: guestLabel(guest), next });
  }
  const first = commandOf(values);
  const detachName = String(values.detach ?? defaultDetachKey);
  // It stands in the log already, as what was asked for.
  let logged = first;
  const end = await platform.terminal.handOver((terminal) =>
    runMonitorSession({
      terminal,
      label: guestLabel(guest),
      detachName: sanitise(detachName),
      detachByte: detachByte(detachName) ?? 0x1d,
      first,
      problem: problemOf,
      confirm: (command) => confirmCommand(guest, command, facts),
      send: (command, stop) => {
        const run = (): Promise<Result<readonly SafeText[]>> => send(guest, command, context, stop);
        const known = command === logged;
        logged = undefined;
        return audited && !known && !onlyShows(command) ? audited({ command }, run) : run();
      },
      sleep: platform.sleep,
      signal,
    }),
  );
  const label = guestLabel(guest);
  if (end === 'cancelled') {
    return fail({ kind: 'cancelled', what: say`The monitor was left`, where: label });
  }
  return ok({ kind: 'done', message: say`Left the monitor of ${label}` });
}

export const guestMonitor = defineAction<'guest'>({
  id: 'guest.monitor',
  scope: 'guest',
  key: '',
  title: 'Open monitor',
  summary: "Opens QEMU's own monitor of a running VM, or sends it one command.",
  effect: 'change',
  needs: [],
  batch: false,
  fields: [
    {
      name: 'command',
      label: 'Command',
      help: 'One command for the monitor (info status); without it the monitor opens in the terminal.',
      kind: 'text',
      aside: true,
      problem: (value) => problemOf(String(value)),
    },
    detachField,
  ],
  // Proxmox VE 8 asks for VM.Monitor, 9 for one of the others; what a command needs beside it the server knows.
  privileges: (guest) => [
    { path: `/vms/${guest.vmid}`, anyOf: ['Sys.Audit', 'Sys.Modify', 'VM.Monitor'] },
  ],
  available: (guest) => {
    if (guest.type === 'lxc' || guest.template) return hidden;
    if (guest.stale || guest.status === 'unknown') {
      return disabled(say`node ${guest.node} does not answer, the guest's state is unknown`);
    }
    return isRunning(guest) ? yes : disabled(say`it is ${guest.status}; start it first`);
  },
  confirm: (guest, values, facts) => {
    const command = commandOf(values);
    if (command !== undefined && !onlyShows(command)) return confirmCommand(guest, command, facts);
    return ask(0, say`Open the monitor of ${guestLabel(guest)}?`, guest, facts);
  },
  // There is no task, so a lost answer stays in doubt.
  taskTypes: [],
  touches: ['resources', 'detail'],
  run: (guest, values, context) => {
    const command = commandOf(values);
    const alone = context.headless || !context.platform.terminal;
    return command !== undefined && alone
      ? once(guest, command, context)
      : session(guest, values, context);
  },
});
