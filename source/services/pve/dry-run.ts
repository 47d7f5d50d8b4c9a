import { fail } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { expandPath, parameterPairs } from '../http/form.ts';
import type { PlannedCall } from '../types.ts';
import type { CallSession } from './caller.ts';

/**
 * A session that sends nothing but GETs: a write is noted as it would be sent and answered as cancelled. An action run on it
 * tells its exact call without a second description of it that could be wrong.
 */
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
    call: async (call, options) => {
      if (call.method === 'GET') return session.call(call, options);
      planned({
        method: call.method,
        path: sanitise(expandPath(call.template, call.variables)),
        parameters: parameterPairs(call.parameters).map(
          ([name, value]) => say`${sanitise(name)}=${sanitise(value)}`,
        ),
      });
      return fail({ kind: 'cancelled', what: say`Not sent` });
    },
  };
}
