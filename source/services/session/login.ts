import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import type { SiteId } from '../../domain/site.ts';
import type { Redactor } from '../http/redactor.ts';
import type { Asker } from '../types.ts';
import { type CodeKind, isCodeKind, readChallenge } from './challenge.ts';
import type { Dialect } from './dialect.ts';

/** A ticket and the token that every request but GET needs with it. */
export interface Ticket {
  readonly user: string;
  readonly ticket: Secret;
  readonly csrf: Secret;
  /** ms since the epoch */
  readonly at: number;
}

export interface LoginOptions {
  readonly site: SiteId;
  readonly user: string;
  /** The cookie that carries the ticket. */
  readonly cookie: Dialect['cookie'];
  readonly asker: Asker;
  readonly redactor: Redactor;
  now(): number;
  /** POST /access/ticket, without authorisation. */
  post(parameters: Readonly<Record<string, string>>): Promise<Result<unknown>>;
}

/** Logs in with a password, asking for a second factor where the server wants one. */
export async function logIn(password: Secret, options: LoginOptions): Promise<Result<Ticket>> {
  const answer = await options.post({ username: options.user, password: password.reveal() });
  if (!answer.ok) return fail(loginFailure(answer.failure, options));
  const ticket = readTicket(answer.value, options);
  if (!ticket.ok) return ticket;
  const offered = readChallenge(ticket.value.ticket.reveal());
  if (!offered) return ticket;
  const answerable = offered.filter(isCodeKind);
  if (answerable.length === 0) {
    return fail({
      kind: 'unauthenticated',
      what: say`The second factor of this user cannot be given in a terminal`,
      where: sanitise(options.user),
      next: say`use an API token, or add a TOTP factor to the user`,
    });
  }
  return secondStep(ticket.value, offered, options);
}

/** A new ticket and CSRF token for a ticket that is still valid; asks no second factor. */
export async function renew(ticket: Ticket, options: LoginOptions): Promise<Result<Ticket>> {
  const password = ticket.ticket.reveal();
  const answer = await options.post({ username: ticket.user, password });
  return answer.ok ? readTicket(answer.value, options) : answer;
}

async function secondStep(
  challenge: Ticket,
  offered: readonly (CodeKind | 'webauthn' | 'u2f')[],
  options: LoginOptions,
): Promise<Result<Ticket>> {
  let refused: SafeText | undefined;
  for (;;) {
    const given = await options.asker
      .secondFactor({
        site: options.site,
        user: options.user,
        offered,
        ...(refused === undefined ? {} : { refused }),
      })
      .catch(() => undefined);
    if (!given) {
      return fail({
        kind: 'unauthenticated',
        what: say`The login needs a second factor, and none was given`,
        where: sanitise(options.user),
        next: say`refresh to be asked again`,
      });
    }
    const code = options.redactor.hide(given.code);
    const answer = await options.post({
      username: challenge.user,
      'tfa-challenge': challenge.ticket.reveal(),
      password: `${given.kind}:${code.reveal()}`,
    });
    options.redactor.forget(code);
    if (answer.ok) return readTicket(answer.value, options);
    if (answer.failure.kind !== 'unauthenticated') return answer;
    refused = answer.failure.detail ?? say`the code was refused`;
  }
}

function readTicket(data: unknown, options: LoginOptions): Result<Ticket> {
  const told = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (typeof told.ticket !== 'string' || told.ticket === '') {
    return fail({
      kind: 'bad-answer',
      what: say`The login was answered without a ticket`,
      where: sanitise(options.user),
    });
  }
  const csrf = typeof told.CSRFPreventionToken === 'string' ? told.CSRFPreventionToken : '';
  return ok({
    user: typeof told.username === 'string' ? told.username : options.user,
    ticket: options.redactor.hide(told.ticket),
    csrf: options.redactor.hide(csrf),
    at: options.now(),
  });
}

function loginFailure(failure: Failure, options: LoginOptions): Failure {
  if (failure.kind !== 'unauthenticated') return failure;
  return {
    ...failure,
    what: say`The login was refused`,
    where: sanitise(options.user),
    next: say`check user, realm and password, then refresh`,
  };
}
