import type { Failure } from '../../domain/failure.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { EndReason } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import type { Redactor } from './redactor.ts';
import { answerLimit } from './timings.ts';
import type { ConnectCode, ExchangeCode, Trouble } from './trouble.ts';

const connectWords: Record<ConnectCode, SafeText> = {
  refused: say`The connection was refused`,
  route: say`There is no route to the host`,
  name: say`The name could not be resolved`,
  timeout: say`No connection in time`,
  tls: say`No TLS connection could be made`,
  reset: say`The connection was closed before TLS was ready`,
  other: say`No connection could be made`,
};

const connectNext: Partial<Record<ConnectCode, SafeText>> = {
  refused: say`check that its API server runs and the port is right`,
  route: say`check the network`,
  name: say`check the name in homelab.yaml, or use an address`,
  tls: say`check that this port speaks HTTPS`,
};

const exchangeWords: Record<ExchangeCode, SafeText> = {
  reset: say`The connection was closed before an answer came`,
  cut: say`The answer ended in the middle`,
  'too-large': say`The answer is larger than ${answerLimit / 1024 / 1024} MiB and was not read`,
  encoding: say`The answer is compressed in a way that cannot be read`,
  protocol: say`The answer is not HTTP`,
  header: say`The head of the answer is too large`,
};

/** A failure of the way to the server or back, as opposed to one that the server told us. */
export function transportFailure(
  trouble: Exclude<Trouble, { stage: 'trust' }>,
  endpoint: Endpoint,
  write: boolean,
  redactor: Redactor,
): Failure {
  const where = sanitise(endpoint.url);
  const { code } = trouble;
  if (trouble.sent && write) return unanswered(where, code);
  if (code === 'cancelled' || code === 'closed') {
    return { kind: 'cancelled', what: say`Cancelled`, where };
  }
  const told = 'message' in trouble && trouble.message ? redactor.safe(trouble.message) : undefined;
  const detail = told === undefined ? {} : { detail: told };
  if (trouble.stage === 'queue') {
    return {
      kind: 'timeout',
      what: say`Too many requests were waiting; this one was not sent`,
      where,
      next: say`try again`,
    };
  }
  if (trouble.stage === 'connect') {
    const reason = code === 'deadline' ? 'timeout' : trouble.code;
    const next = connectNext[reason as ConnectCode];
    return {
      kind: 'unreachable',
      what: connectWords[reason as ConnectCode],
      where,
      ...(next === undefined ? {} : { next }),
      ...detail,
    };
  }
  if (code === 'deadline') {
    return { kind: 'timeout', what: say`No complete answer in time`, where };
  }
  const kind = code === 'reset' ? 'unreachable' : 'bad-answer';
  const oversize = code === 'too-large' ? { oversize: true as const } : {};
  return { kind, what: exchangeWords[code as ExchangeCode], where, ...oversize, ...detail };
}

/** A write left this machine and its answer is not known: it may or may not have been carried out. */
export function unanswered(where: SafeText, code?: ExchangeCode | EndReason | string): Failure {
  return {
    kind: 'unanswered',
    what:
      code === 'deadline'
        ? say`The request was sent but no answer came in time`
        : code === 'cancelled' || code === 'closed'
          ? say`The request was sent and its answer was not awaited`
          : say`The request was sent but its answer was lost`,
    where,
    next: say`it may have been carried out: look at the tasks before you repeat it`,
  };
}

export function readOnlyFailure(where: SafeText): Failure {
  return {
    kind: 'read-only',
    what: say`Read-only mode: nothing was sent`,
    where,
    next: say`start without --read-only to change things`,
  };
}

export function pausedFailure(where: SafeText, seconds: number, last?: Failure): Failure {
  return {
    kind: 'unreachable',
    what: last?.what ?? say`No endpoint answers`,
    where: last?.where ?? where,
    next: say`tried again in ${seconds} s`,
    ...(last?.detail === undefined ? {} : { detail: last.detail }),
  };
}

export function redirectFailure(where: SafeText, location: string | undefined): Failure {
  let target: string | undefined;
  try {
    target =
      location === undefined ? undefined : new URL(location, 'https://same-host.invalid').host;
  } catch {
    target = undefined;
  }
  const host =
    target === undefined || target === 'same-host.invalid'
      ? say`another address`
      : say`${sanitise(target)}`;
  return {
    kind: 'bad-answer',
    what: say`The answer redirects to ${host}; redirects are not followed`,
    where,
    next: say`write the server's own address into homelab.yaml`,
  };
}
