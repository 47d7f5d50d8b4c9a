import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { PveSite } from '../services/types.ts';
import type { Prepared } from './prepare.ts';
import type { FieldValues, Platform, RunContext } from './types.ts';

/** A machine on which nothing can be started: for finding out what an action would send. */
const nothing: Platform = {
  viewerProblem: () => undefined,
  probeTcp: async () => ({ ok: true, value: 0 }),
  openViewer: async () => ({ ok: true, value: { pid: 0 } }),
  sleep: async () => {},
};

/** The exact calls an action would make, found by running it without sending a write. Reads are done. */
export async function plannedCalls(
  prepared: Prepared,
  values: FieldValues,
  site: PveSite,
  now: () => number,
): Promise<readonly SafeText[]> {
  const lines: SafeText[] = [];
  const dry = site.dryRun((call) => {
    const parameters = joinSafe(call.parameters, '&');
    const tail = call.parameters.length === 0 ? say`` : say` ${parameters}`;
    lines.push(say`${sanitise(call.method)} ${call.path}${tail}`);
  });
  const context: RunContext = {
    site: dry,
    signal: new AbortController().signal,
    now,
    facts: prepared.facts,
    progress: () => {},
    platform: nothing,
    followTask: async () => ({ ok: true, value: 'ok' }),
  };
  await prepared.action.run(prepared.target as never, values, context);
  return lines;
}
