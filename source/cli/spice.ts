import { guestSpice } from '../actions/guest-spice.ts';
import type { Action, Platform, Scope } from '../actions/types.ts';
import { ok } from '../domain/result.ts';
import { runAction } from './action.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * `spice GUEST`: the SPICE action. With `--vv` the settings go to standard output instead of a viewer here, so that
 * `ssh laptop homelab-tui spice win11 --vv | remote-viewer -` opens the desktop on this side of the connection. They are
 * valid for 30 s and are written nowhere else.
 */
export function runSpice(context: CommandContext): Promise<number> {
  const action = guestSpice as unknown as Action<Scope>;
  const { host, output } = context;
  if (context.values.vv !== true) return runAction(action, context);
  if (context.global.json) {
    output.usage({
      what: 'standard output carries the settings here',
      where: '--json',
      next: 'leave out --json or --vv',
    });
    return Promise.resolve(exitCodes.usage);
  }
  if (host.stdout.isTTY === true) {
    output.err(
      'homelab-tui: the settings hold a password that is valid for 30 s; pipe them into remote-viewer -',
    );
  }
  const toOutput = (platform: Platform): Platform => ({
    ...platform,
    viewerProblem: () => undefined,
    openViewer: async (text) => {
      output.raw(text);
      await output.flush();
      return ok({ pid: host.pid });
    },
  });
  return runAction(action, context, { platform: toOutput, quiet: true });
}
