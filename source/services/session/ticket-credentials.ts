import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Method } from '../http/exchange.ts';
import type { Authorisation, Credentials } from './credentials.ts';
import { type LoginOptions, logIn, renew, type Ticket } from './login.ts';

const hour = 3_600_000;
/** Tickets live two hours; they are renewed before a call once they are older than one. */
const renewAfter = hour;
const lifetime = 2 * hour - 60_000;

/** A user's ticket: one login for all who wait for it, renewed silently, once more after it was refused. */
export class TicketCredentials implements Credentials {
  readonly identity: SafeText;
  readonly #options: LoginOptions;
  readonly #resolve: () => Promise<Result<Secret>>;
  #password: Promise<Result<Secret>> | undefined;
  #ticket: Ticket | undefined;
  #pending: Promise<Result<Ticket>> | undefined;
  stopped: Failure | undefined;
  proven = false;

  constructor(options: LoginOptions, resolve: () => Promise<Result<Secret>>) {
    this.#options = options;
    this.#resolve = resolve;
    this.identity = sanitise(options.user);
  }

  async authorise(method: Method): Promise<Result<Authorisation>> {
    const current = await this.#current();
    if (!current.ok) return current;
    const { ticket, csrf } = current.value;
    const cookie = `${this.#options.cookie}=${encodeURIComponent(ticket.reveal())}`;
    const headers: Record<string, string> = { cookie };
    if (method !== 'GET') headers.CSRFPreventionToken = csrf.reveal();
    if (!/^[\x20-\x7e]*$/.test(csrf.reveal())) {
      const what = say`The login was answered with a token that cannot be sent`;
      return fail({ kind: 'bad-answer', what, where: this.identity });
    }
    return ok({ headers, mark: current.value });
  }

  accepted(mark: unknown): void {
    if (mark === this.#ticket) this.proven = true;
  }

  async refused(mark: unknown, failure: Failure, method: Method): Promise<boolean> {
    if (this.stopped) return false;
    if (mark === this.#ticket) {
      if (!this.proven) {
        // A ticket that was never accepted: another login would end the same way.
        this.stopped = { ...failure, next: say`check the user's rights, then refresh` };
        return false;
      }
      this.#drop();
    }
    // Somebody may have logged in anew meanwhile; a write is not sent twice in any case.
    return method === 'GET' && (await this.#current()).ok;
  }

  reset(): void {
    this.stopped = undefined;
    this.#password = undefined;
  }

  #drop(): void {
    this.#ticket = undefined;
    this.proven = false;
  }

  #current(): Promise<Result<Ticket>> {
    if (this.stopped) return Promise.resolve(fail(this.stopped));
    if (this.#pending) return this.#pending;
    const age = this.#ticket ? this.#options.now() - this.#ticket.at : Number.POSITIVE_INFINITY;
    if (this.#ticket && age >= 0 && age < renewAfter) return Promise.resolve(ok(this.#ticket));
    this.#pending = this.#obtain(this.#ticket, age).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #obtain(old: Ticket | undefined, age: number): Promise<Result<Ticket>> {
    if (old && age < lifetime) {
      const renewed = await renew(old, this.#options);
      if (renewed.ok) return this.#take(renewed.value, this.proven);
      // The old one still works for a while; the next call tries again.
      if (renewed.failure.kind !== 'unauthenticated') return ok(old);
    }
    this.#password ??= this.#resolve();
    const password = await this.#password;
    if (!password.ok) return password;
    this.#options.redactor.hide(password.value);
    const ticket = await logIn(password.value, this.#options);
    if (ticket.ok) return this.#take(ticket.value, false);
    if (ticket.failure.kind === 'unauthenticated') this.stopped = ticket.failure;
    return ticket;
  }

  #take(ticket: Ticket, proven: boolean): Result<Ticket> {
    this.#ticket = ticket;
    this.proven = proven;
    return ok(ticket);
  }
}
