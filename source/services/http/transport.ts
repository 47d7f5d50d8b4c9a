import type { TLSSocket } from 'node:tls';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import type { CallLog } from './call-log.ts';
import type { Deadline } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import type { Method, WireAnswer } from './exchange.ts';
import { Lane } from './lane.ts';
import type { Redactor } from './redactor.ts';
import type { Timings } from './timings.ts';
import {
  pausedFailure,
  readOnlyFailure,
  redirectFailure,
  transportFailure,
} from './transport-failures.ts';
import { type Trouble, TroubleError } from './trouble.ts';
import type { TrustGate } from './trust.ts';

/** How often a GET is sent again after its connection broke. */
const retries = 2;

export interface TransportRequest {
  readonly method: Method;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the call log: the path without the query, and the parameters without secrets. */
  readonly shown: { readonly path: SafeText; readonly params?: SafeText | undefined };
  /** Asked when its turn in the queue has come: a failure keeps it from being sent at all. */
  readonly refused?: () => Failure | undefined;
}

/** A request that was not wanted any more when its turn came. */
class NotSent extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super('not sent');
    this.failure = failure;
  }
}

export interface TransportAnswer extends WireAnswer {
  readonly endpoint: Endpoint;
}

export interface TransportOptions {
  readonly endpoints: readonly Endpoint[];
  readonly trust: TrustGate;
  readonly timings: Timings;
  /** Nothing but GET may leave, whoever asks; logging in with POST {@link loginPath} is the one exception. */
  readonly readOnly: boolean;
  readonly loginPath: string;
  readonly log: CallLog;
  readonly redactor: Redactor;
  now(): number;
  random(): number;
}

/** Sends requests to one site, over whichever of its endpoints answers. Knows HTTP and TLS, nothing of Proxmox. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #lanes: readonly Lane[];
  #current = 0;
  #lastFailure: Failure | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#lanes = options.endpoints.map(
      (endpoint) => new Lane(endpoint, options.timings, options.trust, options.now),
    );
  }

  /** The endpoint in use. */
  get lane(): Lane | undefined {
    return this.#lanes[this.#current];
  }

  /** Another endpoint than the first one of the configuration is in use. */
  get failedOver(): boolean {
    return this.#current > 0;
  }

  /** When the first endpoint may be tried again, while all of them are paused. */
  pausedUntil(): number | undefined {
    const now = this.#options.now();
    let earliest: number | undefined;
    for (const lane of this.#lanes) {
      const until = lane.breaker.pausedUntil(now);
      if (until === undefined) return undefined;
      earliest = Math.min(earliest ?? until, until);
    }
    return earliest;
  }

  /** Any answer of the server is a success here, whatever its status; redirects are not. */
  async send(request: TransportRequest, deadline: Deadline): Promise<Result<TransportAnswer>> {
    const write = request.method !== 'GET';
    const login = request.method === 'POST' && request.path === this.#options.loginPath;
    if (this.#options.readOnly && write && !login) return fail(readOnlyFailure(request.shown.path));
    const ca = await this.#options.trust.ca();
    if (!ca.ok) return ca;
    const journey: Journey = {
      tried: new Set(),
      retried: 0,
      reused: false,
      failure: undefined,
      answersBefore: 0,
    };
    for (;;) {
      const lane = this.#pick(journey.tried);
      if (!lane) return fail(journey.failure ?? this.#paused());
      const stopped = this.#options.trust.blocked(lane.endpoint);
      if (stopped) return fail(stopped);
      journey.answersBefore = lane.answers;
      const outcome = await this.#attempt(lane, request, ca.value, deadline);
      if ('answer' in outcome) return this.#arrived(lane, outcome.answer);
      if ('refused' in outcome) return fail(outcome.refused);
      const failure = await this.#afterTrouble(lane, outcome.trouble, write, journey, deadline);
      if (failure) return fail(failure);
    }
  }

  /** A connection of its own to an endpoint that answered before, vetted as every other one; nothing is tried instead. */
  async open(endpoint: Endpoint, deadline: Deadline): Promise<Result<TLSSocket>> {
    const lane = this.#lanes.find((each) => each.endpoint.key === endpoint.key);
    const stopped = this.#options.trust.blocked(endpoint);
    if (stopped) return fail(stopped);
    const ca = await this.#options.trust.ca();
    if (!ca.ok) return ca;
    try {
      if (!lane) throw new TroubleError({ stage: 'connect', sent: false, code: 'other' });
      return ok(await lane.connect(ca.value, deadline));
    } catch (error) {
      if (!(error instanceof TroubleError)) throw error;
      const { trouble } = error;
      if (trouble.stage !== 'trust') {
        return fail(transportFailure(trouble, endpoint, false, this.#options.redactor));
      }
      return fail(
        trouble.verdict.kind === 'refuse'
          ? trouble.verdict.failure
          : { kind: 'tls-untrusted', what: this.#describe(trouble, endpoint, 'GET') },
      );
    }
  }

  reset(): void {
    for (const lane of this.#lanes) lane.breaker.reset();
    this.#options.trust.reset();
  }

  close(): void {
    for (const lane of this.#lanes) lane.close();
  }

  #pick(tried: ReadonlySet<Lane>): Lane | undefined {
    const now = this.#options.now();
    const ordered = [...this.#lanes.slice(this.#current), ...this.#lanes.slice(0, this.#current)];
    return ordered.find((lane) => !tried.has(lane) && lane.breaker.pausedUntil(now) === undefined);
  }

  #paused(): Failure {
    const wait = (this.pausedUntil() ?? this.#options.now()) - this.#options.now();
    const where = sanitise(this.lane?.endpoint.url);
    return pausedFailure(where, Math.max(1, Math.ceil(wait / 1000)), this.#lastFailure);
  }

  #arrived(lane: Lane, answer: WireAnswer): Result<TransportAnswer> {
    lane.breaker.succeeded();
    this.#current = this.#lanes.indexOf(lane);
    if (answer.status >= 300 && answer.status < 400) {
      return fail(redirectFailure(sanitise(lane.endpoint.url), answer.headers.location));
    }
    return ok({ ...answer, endpoint: lane.endpoint });
  }

  async #attempt(
    lane: Lane,
    request: TransportRequest,
    ca: string | undefined,
    deadline: Deadline,
  ): Promise<{ answer: WireAnswer } | { trouble: Trouble } | { refused: Failure }> {
    let ended: ReturnType<CallLog['start']> | undefined;
    const { shown, method } = request;
    const leave = () => {
      const refused = request.refused?.();
      if (refused) throw new NotSent(refused);
      ended = this.#options.log.start({ method, ...shown, endpoint: lane.endpoint.url });
    };
    try {
      const answer = await lane.exchange(request, ca, deadline, leave);
      const success = answer.status >= 200 && answer.status < 300;
      const message = success ? {} : { message: this.#options.redactor.safe(answer.reason) };
      ended?.({ status: answer.status, ok: success, ...message });
      return { answer };
    } catch (error) {
      if (error instanceof NotSent) return { refused: error.failure };
      if (!(error instanceof TroubleError)) throw error;
      ended?.({ ok: false, message: this.#describe(error.trouble, lane.endpoint, method) });
      return { trouble: error.trouble };
    }
  }

  #describe(trouble: Trouble, endpoint: Endpoint, method: Method): SafeText {
    if (trouble.stage === 'trust') {
      return trouble.verdict.kind === 'refuse'
        ? trouble.verdict.failure.what
        : sanitise('The certificate is not known yet');
    }
    return transportFailure(trouble, endpoint, method !== 'GET', this.#options.redactor).what;
  }

  /** Decides whether to go on; a failure ends the call. */
  async #afterTrouble(
    lane: Lane,
    trouble: Trouble,
    write: boolean,
    journey: Journey,
    deadline: Deadline,
  ): Promise<Failure | undefined> {
    if (trouble.stage === 'trust') return this.#afterDistrust(lane, trouble, journey, deadline);
    const failure = transportFailure(trouble, lane.endpoint, write, this.#options.redactor);
    const { code } = trouble;
    if (trouble.stage === 'queue' || code === 'cancelled' || code === 'closed') return failure;
    if (code === 'reset' && trouble.sent && trouble.reused && !write && !journey.reused) {
      // The server closed an idle connection just when it was used again: nothing is wrong with the endpoint.
      journey.reused = true;
      return undefined;
    }
    // A storage that hangs or one odd answer says nothing against an endpoint that answers everything else.
    const hung = code === 'deadline' && lane.answers === journey.answersBefore;
    if (hung || !trouble.sent || code === 'reset') {
      lane.breaker.failed(this.#options.now());
      this.#lastFailure = failure;
    }
    if (code === 'deadline') return failure;
    if (!trouble.sent) {
      journey.tried.add(lane);
      journey.failure = failure;
      return undefined;
    }
    if (write || code !== 'reset') return failure;
    journey.failure = failure;
    if (journey.retried >= retries) {
      // Perhaps another endpoint answers; reading twice does no harm.
      journey.tried.add(lane);
      return undefined;
    }
    journey.retried += 1;
    const wait = this.#options.timings.retry * (1 + 2 * this.#options.random()) * journey.retried;
    const slept = await deadline.race(new Promise((resolve) => setTimeout(resolve, wait)));
    return slept ? undefined : failure;
  }

  async #afterDistrust(
    lane: Lane,
    trouble: Trouble & { stage: 'trust' },
    journey: Journey,
    deadline: Deadline,
  ): Promise<Failure | undefined> {
    let { verdict } = trouble as { verdict: Awaited<ReturnType<TrustGate['ask']>> };
    if (verdict.kind === 'ask') {
      const asked = await deadline.outside(
        this.#options.trust.ask(lane.endpoint, trouble.certificate),
      );
      if (!asked) {
        const code = deadline.reason ?? 'cancelled';
        const left = { stage: 'connect', sent: false, code } as const;
        return transportFailure(left, lane.endpoint, false, this.#options.redactor);
      }
      verdict = asked.value;
    }
    if (verdict.kind !== 'refuse') return undefined;
    if (verdict.final) return verdict.failure;
    journey.tried.add(lane);
    journey.failure = verdict.failure;
    return undefined;
  }
}

/** What one call has been through. */
interface Journey {
  readonly tried: Set<Lane>;
  retried: number;
  reused: boolean;
  failure: Failure | undefined;
  /** Of the endpoint, when the last attempt began. */
  answersBefore: number;
}
