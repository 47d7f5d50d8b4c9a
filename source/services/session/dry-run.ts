import { fail } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { expandPath, parameterPairs } from '../http/form.ts';
import type { PlannedCall } from '../types.ts';
import type { ApiSession } from './api-session.ts';

/**
 * Calls that send nothing but GETs: a write is noted as it would be sent and answered as cancelled. An action run
 * on them tells its exact call without a second description of it that could be wrong.
 */
export function plannedCalls(
  session: Pick<ApiSession, 'call'>,
  planned: (call: PlannedCall) => void,
): ApiSession['call'] {
  return async (call, options) => {
    if (call.method === 'GET') return session.call(call, options);
    planned({
      method: call.method,
      path: sanitise(expandPath(call.template, call.variables)),
      parameters: parameterPairs(call.parameters).map(
        ([name, value]) => say`${sanitise(name)}=${sanitise(value)}`,
      ),
    });
    return fail({ kind: 'cancelled', what: say`Not sent` });
  };
}
