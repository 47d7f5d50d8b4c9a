import { plannedCalls } from '../session/dry-run.ts';
import type { PlannedCall } from '../types.ts';
import type { CallSession } from './caller.ts';

/** A site's session that only notes its writes. */
export function dryRunSession(
  session: CallSession,
  planned: (call: PlannedCall) => void,
): CallSession {
  return {
    hide: (text) => session.hide(text),
    serverNow: () => session.serverNow(),
    // Never reached: the call that would give the ticket is only noted.
    websocket: (request, options) => session.websocket(request, options),
    shown: (pairs) => session.shown(pairs),
    call: plannedCalls(session, planned),
  };
}
