import type { Line, Tone } from '../../components/line.ts';
import { age } from '../../domain/format.ts';
import type { CallRecord } from '../../domain/inventory.ts';
import { sanitise, say } from '../../domain/safe-text.ts';

/** The call log, oldest first: age, method, path, parameters, status and time. Secrets never reach it. */
export function callLines(calls: readonly CallRecord[], now: number): Line[] {
  if (calls.length === 0) return [[{ text: say`no calls yet`, tone: 'dim' }]];
  return calls.map((call): Line => {
    const tone: Tone =
      call.outcome === 'failed' ? 'bad' : call.method === 'GET' ? 'plain' : 'accent';
    const result =
      call.outcome === 'pending'
        ? say` …`
        : say` ${call.status ?? say`no answer`} ${Math.round(call.duration ?? 0)} ms`;
    return [
      { text: say`${age(now - call.at)} `, tone: 'dim' },
      { text: say`${sanitise(call.method)} ${call.path}`, tone },
      ...(call.params ? [{ text: say` ${call.params}`, tone: 'dim' as const }] : []),
      { text: result, tone: 'dim' },
      ...(call.message ? [{ text: say` ${call.message}`, tone }] : []),
    ];
  });
}
