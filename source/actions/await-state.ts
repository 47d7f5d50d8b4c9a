import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import { parseUpid } from '../domain/task.ts';
import type { ExecuteEnvironment, ExecuteOptions } from './execute.ts';
import { isGuest } from './facts.ts';
import { guestLabel } from './guest-common.ts';
import type { Prepared } from './prepare.ts';
import type { Scope } from './types.ts';

const patience = 90_000;

/**
 * An HA task (`hastart`, `hastop` …) only asks the HA manager and ends at once (api.md section 3), so the guest itself is
 * watched until it is where the action wanted it. Other tasks are believed.
 */
export async function awaitState<S extends Scope>(
  prepared: Prepared<S>,
  upid: string,
  environment: ExecuteEnvironment,
  options: ExecuteOptions,
): Promise<Result<undefined>> {
  const { action, target } = prepared;
  const type = parseUpid(upid)?.type ?? '';
  if (!type.startsWith('ha') || !action.expects || !isGuest(action, target)) return ok(undefined);
  options.onEvent({
    kind: 'step',
    text: say`The HA manager has been asked; waiting for the guest`,
  });
  const deadline = environment.now() + patience;
  for (;;) {
    const read = await environment.site.guests.status(target, { signal: options.signal });
    if (read.ok) {
      const now = read.value.qmpstatus ?? read.value.status;
      if (now === action.expects || read.value.status === action.expects) return ok(undefined);
    }
    if (environment.now() > deadline || options.signal.aborted) {
      return fail({
        kind: 'timeout',
        what: say`The HA manager was asked, but the guest is not there yet`,
        where: guestLabel(target),
        next: say`look at the HA state; the request stands`,
      });
    }
    await environment.platform.sleep(1_000, options.signal);
  }
}
