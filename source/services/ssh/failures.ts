import type { Failure } from '../../domain/failure.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { LoginState } from './authenticate.ts';
import type { HostConfig } from './host-config.ts';
import { hostPlace } from './host-key.ts';

export function cancelled(where?: SafeText): Failure {
  return { kind: 'cancelled', what: say`Cancelled`, ...(where ? { where } : {}) };
}

export function timedOut(config: HostConfig, ms: number, what: SafeText): Failure {
  return {
    kind: 'timeout',
    what: say`${what} in ${Math.round(ms / 1000)} s`,
    where: hostPlace(config),
    next: say`check that the host is up and that a firewall lets port ${config.port} through`,
  };
}

const socketWords: Readonly<Record<string, SafeText>> = {
  ECONNREFUSED: say`Nothing answers on the SSH port`,
  ENOTFOUND: say`There is no such host`,
  EAI_AGAIN: say`The name could not be looked up`,
  EHOSTUNREACH: say`No route to the host`,
  ENETUNREACH: say`The network cannot be reached`,
  ETIMEDOUT: say`The host does not answer`,
  ECONNRESET: say`The host ended the connection`,
  EPIPE: say`The host ended the connection`,
};

const socketNext: Readonly<Record<string, SafeText>> = {
  ENOTFOUND: say`check the name, or give the address under ssh: in homelab.yaml`,
  EAI_AGAIN: say`check the name server of this machine`,
};

/** What a socket or the protocol ran into. */
export function connectionFailed(config: HostConfig, error: Error): Failure {
  const { code = '' } = error as NodeJS.ErrnoException;
  const next = socketNext[code] ?? say`check the address and that its SSH server runs`;
  return {
    kind: 'unreachable',
    what: socketWords[code] ?? say`The SSH connection could not be made`,
    where: hostPlace(config),
    next,
    detail: sanitise(code || error.message),
  };
}

/** A connection that worked and is gone. */
export function connectionLost(config: HostConfig, error: Error | undefined): Failure {
  const silent = (error as { level?: string } | undefined)?.level === 'client-timeout';
  const { interval, count } = config.keepalive;
  const what = silent
    ? say`The host has not answered for ${Math.round((interval * (count + 1)) / 1000)} s`
    : say`The connection was lost`;
  return {
    kind: 'unreachable',
    what,
    where: hostPlace(config),
    next: say`open it again once the host can be reached`,
    ...(error && !silent
      ? { detail: sanitise((error as NodeJS.ErrnoException).code ?? error.message) }
      : {}),
  };
}

/** Every way in was refused: which ones were tried, and which ones the host takes. */
export function loginRefused(config: HostConfig, login: LoginState): Failure {
  const user = sanitise(config.user);
  const list = (parts: readonly SafeText[], none: SafeText) =>
    parts.length === 0 ? none : joinSafe([...new Set(parts)], ', ');
  const offered = list(login.offered.map(sanitise), say`nothing`);
  const unusable = login.unusable.length === 0 ? say`` : say`; ${list(login.unusable, say``)}`;
  const keysOnly = !login.offered.some(
    (each) => each === 'password' || each.startsWith('keyboard'),
  );
  return {
    kind: 'unauthenticated',
    what: say`The host did not let ${user} in`,
    where: hostPlace(config),
    next: keysOnly
      ? say`load the right key with ssh-add, or add it there to authorized_keys`
      : say`check user and password, or set the user under ssh: in homelab.yaml`,
    detail: say`tried ${list(login.tried, say`nothing, there is no key here`)}${unusable}; the host takes ${offered}`,
  };
}

export function channelRefused(config: HostConfig, error: Error): Failure {
  return {
    kind: 'rejected',
    what: say`The host opened no shell`,
    where: hostPlace(config),
    next: say`it may allow fewer sessions (MaxSessions) or no terminals; look at its sshd_config`,
    detail: sanitise(error.message),
  };
}

/** A jump host that does not lead on. */
export function forwardRefused(jump: HostConfig, host: string, error: Error): Failure {
  return {
    kind: 'unreachable',
    what: say`The jump host does not lead on to ${sanitise(host)}`,
    where: hostPlace(jump),
    next: say`check that it can reach that host and allows forwarding (AllowTcpForwarding)`,
    detail: sanitise(error.message),
  };
}
