import { inBatches } from '../actions/batch.ts';
import type { Consent, Executed, ExecuteEnvironment, ExecuteEvent } from '../actions/execute.ts';
import { execute } from '../actions/execute.ts';
import { labelOf } from '../actions/target-label.ts';
import type { Action, Platform, Scope } from '../actions/types.ts';
import type { Result } from '../domain/result.ts';
import { confirmAll, findAll, prepareOne, type Ready } from './action-prepare.ts';
import { actionExitCode, tell } from './action-report.ts';
import type { CommandContext } from './command.ts';
import { type Deadline, fetchAll, startDeadline } from './inventory.ts';
import { machineOf } from './machine.ts';
import { type Session, withSession } from './session.ts';

/** What a command may do differently from the screen: SPICE settings go to standard output, for example. */
export interface ActionOptions {
  readonly platform?: (platform: Platform) => Platform;
  /** Standard output belongs to something else; success is not told there. */
  readonly quiet?: boolean;
}

/** Runs an action on the targets that the command line names. Nothing is sent before all of them are found and checked. */
export function runAction(
  action: Action<Scope>,
  context: CommandContext,
  options: ActionOptions = {},
): Promise<number> {
  const { global, host, output } = context;
  return withSession(context, action.effect === 'read', async (session) => {
    const deadline = startDeadline(global.timeout, host.interrupted());
    try {
      const sites = await fetchAll(
        session.services.sites,
        ['resources', 'cluster', 'permissions'],
        deadline,
        host.now,
      );
      const targets = await findAll(action, context, session, sites, deadline);
      if ('code' in targets) return targets.code;
      const ready: Ready[] = [];
      for (const target of targets) {
        const one = await prepareOne(action, target, context, session, sites, deadline);
        if ('code' in one) return one.code;
        ready.push(one);
      }
      const consents = confirmAll(ready, context);
      if ('code' in consents) return consents.code;
      const environment = await environmentFor(session, context, options);
      const results = await inBatches(ready, async (each, index) => {
        const consent = consents[index] ?? { yes: true };
        const result = await executeOne(
          each,
          consent,
          environment,
          context,
          deadline,
          ready.length > 1,
        );
        tell(each.prepared, result, context, options.quiet === true);
        return result;
      });
      return actionExitCode(results);
    } finally {
      deadline.end();
      await output.flush();
    }
  });
}

type EnvironmentOf = (site: ExecuteEnvironment['site']) => ExecuteEnvironment;

async function environmentFor(
  session: Session,
  context: CommandContext,
  options: ActionOptions,
): Promise<EnvironmentOf> {
  const { host } = context;
  const [machine, audit] = await Promise.all([machineOf(host), session.audit()]);
  return (site) => ({
    site,
    mode: { readOnly: session.readOnly, allow: session.homelab.allow ?? [] },
    audit,
    platform: options.platform?.(machine.platform) ?? machine.platform,
    now: host.now,
    findLostTask: machine.findLostTask(site),
  });
}

function executeOne(
  { site, prepared, values }: Ready,
  consent: Consent,
  environmentOf: EnvironmentOf,
  { global, output }: CommandContext,
  deadline: Deadline,
  several: boolean,
): Promise<Result<Executed>> {
  const prefix = several ? `${labelOf(prepared.action, prepared.target)}: ` : '';
  const onEvent = (event: ExecuteEvent) => {
    if (global.json) return;
    if (event.kind === 'log') for (const line of event.lines) output.err(`${prefix}  ${line}`);
    else output.err(`${prefix}${event.kind === 'step' ? event.text : `task ${event.upid}`}`);
  };
  return execute(prepared, values, consent, environmentOf(site), {
    signal: deadline.signal,
    onEvent,
    // It was read a moment ago, and no dialog stood open since.
    reread: false,
  });
}
