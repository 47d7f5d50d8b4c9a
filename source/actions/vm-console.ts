import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import type { VncConsole } from '../services/types.ts';
import type { ScreenDoor } from '../services/vnc/types.ts';
import { disabled, guestLabel, hidden, isRunning, yes } from './guest-common.ts';
import type { Availability, RunContext } from './types.ts';

/** A screen is there as long as the guest runs: also paused, locked by a backup, or without quorum, when it is wanted most. */
export function screenAvailable(guest: Guest): Availability {
  if (guest.template) return hidden;
  if (guest.stale || guest.status === 'unknown') {
    return disabled(say`node ${guest.node} does not answer, the guest's state is unknown`);
  }
  return isRunning(guest) ? yes : disabled(say`it is ${guest.status}; start it first`);
}

/** The door to screens of this machine, and the console of one guest. */
export interface VmConsole {
  readonly screens: ScreenDoor;
  readonly console: VncConsole;
}

export async function connectVnc(guest: Guest, context: RunContext): Promise<Result<VmConsole>> {
  const { screens } = context.platform;
  if (!screens) {
    return fail({ kind: 'local', what: say`VNC is not available here`, where: guestLabel(guest) });
  }
  context.progress({ kind: 'step', text: say`Connecting to the screen` });
  const console = await context.site.consoles.vnc(guest, { signal: context.signal });
  return console.ok ? ok({ screens, console: console.value }) : console;
}
