import { batchWidth, inBatches } from '../actions/batch.ts';
import type { Consent, Executed, ExecuteEnvironment, ExecuteEvent } from '../actions/execute.ts';
import { execute } from '../actions/execute.ts';
import { labelOf } from '../actions/target-label.ts';
import type { Action, Field, Platform, Scope } from '../actions/types.ts';
import type { Result } from '../domain/result.ts';
import { confirmAll, findAll, prepareOne, type Ready } from './action-prepare.ts';
import { actionExitCode, tell, tellStop } from './action-report.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { readFieldFlags } from './field-flags.ts';
import { fetchAll, startDeadline } from './inventory.ts';
import { machineOf } from './machine.ts';
import { type Session, withSession } from './session.ts';

/** What a command may do differently from the screen: SPICE settings go to standard output, for example. */
export interface ActionOptions {
  readonly platform?: (platform: Platform) => Platform;
  /** Standard output belongs to something else: success is not told there, nor the steps of opening a viewer. */
  readonly quiet?: boolean;
}

/** Runs an action on the targets that the command line names. Nothing is sent before all of them are found and checked. */
export async function runAction(
  action: Action<Scope>,
  given: CommandContext,
  options: ActionOptions = {},
): Promise<number> {
  const { global, host, output } = given;
  const read = await readFieldFlags(action.fields as readonly Field<never>[], given.values, host);
  if ('problem' in read) {
    tellStop(action, given.positionals.join(' '), 'invalid', read.problem, given);
    return exitCodes.usage;
  }
  const context: CommandContext = { ...given, values: read.values };
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
      const running: Running = {
        context,
        signal: deadline.signal,
        environmentOf: await environmentFor(session, context, options),
        several: ready.length > 1,
        quiet: options.quiet === true,
      };
      const results = await inBatches(
        ready,
        async (each, index) => {
          const result = await executeOne(each, consents[index] ?? { yes: true }, running);
          tell(each.prepared, result, context, running.quiet);
          return result;
        },
        batchWidth,
        ({ prepared }) => action.apart?.(prepared.target),
      );
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
  const [machine, audit] = await Promise.all([
    machineOf(host, { ascii: context.global.ascii, configDir: session.paths.configDir }),
    session.audit(),
  ]);
  const platform: Platform = { ...machine.platform, ssh: session.ssh };
  return (site) => ({
    site,
    mode: { readOnly: session.readOnly, allow: session.homelab.allow ?? [] },
    audit,
    platform: options.platform?.(platform) ?? platform,
    now: host.now,
    headless: true,
    findLostTask: machine.findLostTask(site),
  });
}

interface Running {
  readonly context: CommandContext;
  readonly signal: AbortSignal;
  readonly environmentOf: EnvironmentOf;
  readonly several: boolean;
  readonly quiet: boolean;
}

function executeOne(
  { site, prepared, values }: Ready,
  consent: Consent,
  { context, signal, environmentOf, several, quiet }: Running,
): Promise<Result<Executed>> {
  const { global, output } = context;
  const prefix = several ? `${labelOf(prepared.action, prepared.target)}: ` : '';
  const onEvent = (event: ExecuteEvent) => {
    if (global.json) return;
    if (event.kind === 'log') for (const line of event.lines) output.err(`${prefix}  ${line}`);
    else if (event.kind === 'task') output.err(`${prefix}task ${event.upid}`);
    else if (!quiet) output.err(`${prefix}${event.text}`);
  };
  return execute(prepared, values, consent, environmentOf(site), {
    signal,
    onEvent,
    // It was read a moment ago, and no dialog stood open since.
    reread: false,
  });
}
