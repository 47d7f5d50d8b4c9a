import type { SiteSsh } from '../../domain/homelab.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import { parseSshAddress, type SshAddress } from '../../domain/ssh-address.ts';
import { cancelled } from './failures.ts';
import {
  defaultConfig,
  type HostConfig,
  type LocalPerson,
  parseSshConfig,
  sshOptions,
} from './host-config.ts';
import { hostPlace } from './host-key.ts';
import { quoteCommand } from './quote.ts';
import { runSsh } from './run-ssh.ts';
import type { SshAsker, SshTarget, SystemSsh } from './types.ts';

const configWait = 5000;

/** Everything SSH needs from outside; nothing is read from the process. */
export interface SshEnvironment extends LocalPerson {
  readonly asker: SshAsker;
  /** The `ssh:` part of a site. */
  readonly siteSsh: (site: SiteId) => SiteSsh | undefined;
  /** ms */
  readonly now: () => number;
  /** The system's ssh; `ssh` on PATH when absent. */
  readonly program?: string;
}

/** A resolved host and how the system's ssh would be told to reach it. */
export interface Resolved {
  readonly config: HostConfig;
  readonly site: SiteSsh | undefined;
  readonly options: readonly string[];
  readonly notes: readonly SafeText[];
}

/** The `ssh:` settings that hold for a target. */
export function siteOf(
  target: SshTarget,
  { siteSsh }: Pick<SshEnvironment, 'siteSsh'>,
): SiteSsh | undefined {
  return target.site === undefined ? undefined : siteSsh(target.site);
}

/** Where a target is: the configured name first, then the address that the cluster told. */
export function addressOf(target: SshTarget, site: SiteSsh | undefined): Result<SshAddress> {
  const text = 'node' in target ? (site?.hosts?.[target.node] ?? target.address) : target.host;
  if (text === undefined) {
    const node = sanitise('node' in target ? target.node : '');
    return fail({
      kind: 'config',
      what: say`The address of the node is not known`,
      where: say`node ${node}`,
      next: say`name it in homelab.yaml, for example ssh: {hosts: {${node}: 192.168.1.10}}`,
    });
  }
  const address = parseSshAddress(text);
  if (!address) {
    return fail({
      kind: 'invalid',
      what: say`This is not an SSH host`,
      where: sanitise(text),
      next: say`write host, user@host or user@host:port`,
    });
  }
  const user = address.user ?? ('node' in target ? site?.user : undefined);
  return ok({ ...address, ...(user === undefined ? {} : { user }) });
}

/** Asks `ssh -G` what the configuration makes of a host. Without an ssh here its defaults hold, which is noted. */
export async function resolveHost(
  address: SshAddress,
  site: SiteSsh | undefined,
  environment: SshEnvironment,
  signal: AbortSignal,
): Promise<Result<Resolved>> {
  const { env, program = 'ssh' } = environment;
  const options = sshOptions(address, site);
  const run = await runSsh([program, '-G', ...options, '--', address.host], {
    env,
    wait: configWait,
    signal,
  });
  if (run.end === 'missing') {
    const note = say`There is no ssh on this machine, so ~/.ssh/config was not read`;
    return ok({ config: defaultConfig(address, site, environment), site, options, notes: [note] });
  }
  if (run.end === 'exit' && run.code === 0) {
    return ok({
      config: parseSshConfig(run.output, address, environment),
      site,
      options,
      notes: [],
    });
  }
  const host = sanitise(address.host);
  if (run.end === 'cancelled') return fail(cancelled(host));
  return fail({
    kind: 'config',
    what: say`The ssh configuration of this host cannot be read`,
    where: host,
    next: say`see what ssh -G ${host} says`,
    detail: sanitise(run.end === 'exit' ? run.errors.trim() : 'ssh -G did not end in time'),
  });
}

/** The command line of the system's ssh for what the built-in client cannot do; a failure where there is none. */
export function forSystem(
  { config, options }: Resolved,
  reason: SafeText,
  command: readonly string[] | undefined,
  program = 'ssh',
): Result<{ readonly system: SystemSsh }> {
  if (!config.fromSsh) {
    return fail({
      kind: 'local',
      what: say`The built-in SSH client cannot do this: ${reason}`,
      where: hostPlace(config),
      next: say`install the system's own: apt install openssh-client`,
    });
  }
  const remote = command ? [quoteCommand(command)] : [];
  return ok({
    system: { reason, argv: [program, '-t', ...options, '--', config.alias, ...remote] },
  });
}
