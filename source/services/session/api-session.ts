import { setMaxListeners } from 'node:events';
import type { Failure } from '../../domain/failure.ts';
import type { ApiOwner } from '../../domain/homelab.ts';
import type { Connection } from '../../domain/inventory.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { CallLog } from '../http/call-log.ts';
import { Deadline } from '../http/deadline.ts';
import { type Endpoint, parseEndpoint } from '../http/endpoint.ts';
import { expandPath } from '../http/form.ts';
import { Redactor } from '../http/redactor.ts';
import { Slots } from '../http/slots.ts';
import type { Timings } from '../http/timings.ts';
import { Transport, type TransportAnswer, type TransportRequest } from '../http/transport.ts';
import { TrustGate } from '../http/trust.ts';
import type { CallOptions, ServiceEnvironment } from '../types.ts';
import type { ApiCall } from './api-call.ts';
import type { Credentials } from './credentials.ts';
import type { AnswerContext, Dialect, Envelope } from './dialect.ts';
import { LastLargeAnswer } from './last-large-answer.ts';
import { TicketCredentials } from './ticket-credentials.ts';
import { TokenCredentials } from './token-credentials.ts';
import { base, wireRequest } from './wire-request.ts';

const loginPath = '/access/ticket';
/** Requests that may be under way with a credential no answer has confirmed yet: a wrong one is sent twice at most. */
const unprovenLimit = 2;

export interface ApiSessionOptions {
  /** Whose API it is: its endpoints, how it is logged in to and trusted. */
  readonly owner: ApiOwner;
  readonly dialect: Dialect;
  readonly environment: ServiceEnvironment;
  readonly timings: Timings;
  nextCallId(): number;
}

/** One server's API: authorised calls with their envelopes read and every failure put into words. */
export class ApiSession {
  readonly #options: ApiSessionOptions;
  readonly #endpoints: readonly Endpoint[];
  readonly #problem: Failure | undefined;
  readonly #redactor = new Redactor();
  readonly #closing = new AbortController();
  readonly #log: CallLog;
  readonly #trust: TrustGate;
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #probation = new Slots(unprovenLimit);
  readonly #large = new LastLargeAnswer();
  constructor(options: ApiSessionOptions) {
    const { owner: config, environment, timings } = options;
    this.#options = options;
    // Every call under way listens to it.
    setMaxListeners(0, this.#closing.signal);
    const parsed = config.endpoints.map(parseEndpoint);
    this.#endpoints = parsed.flatMap((result) => (result.ok ? [result.value] : []));
    this.#problem =
      parsed.flatMap((result) => (result.ok ? [] : [result.failure]))[0] ??
      (parsed.length === 0
        ? { kind: 'config', what: say`The site has no endpoint`, where: sanitise(config.id) }
        : undefined);
    const now = () => environment.now();
    this.#log = new CallLog({
      site: config.id,
      now,
      nextId: options.nextCallId,
      onCall: environment.onCall ? (record) => environment.onCall?.(record) : undefined,
    });
    this.#trust = new TrustGate({
      site: config.id,
      product: options.dialect.product,
      tls: config.tls,
      asker: environment.asker,
      store: environment.trust,
      readCa: (path) => environment.readCa(path),
      first: this.#endpoints[0],
    });
    this.#transport = new Transport({
      endpoints: this.#endpoints,
      trust: this.#trust,
      timings,
      readOnly: environment.readOnly,
      loginPath: base + loginPath,
      log: this.#log,
      redactor: this.#redactor,
      now,
      random: () => environment.random(),
    });
    this.#credentials = this.#makeCredentials();
  }

  async call(call: ApiCall, options: CallOptions = {}): Promise<Result<Envelope>> {
    if (this.#problem) return fail(this.#problem);
    if (expandPath(call.template, call.variables) === undefined) {
      const what = say`The name cannot be part of a request: ${sanitise(Object.values(call.variables).join(', '))}`;
      return fail({ kind: 'invalid', what, where: call.where });
    }
    const { read, write } = this.#options.timings;
    const wait = options.wait ?? (call.method === 'GET' ? read : write);
    const deadline = new Deadline(wait, options.signal, this.#closing.signal);
    let release: (() => void) | undefined;
    try {
      if (!this.#credentials.proven) {
        const turn = await deadline.outside(this.#probation.acquire(deadline.signal));
        release = turn?.value;
        if (!release) return fail(cancelled(call.where));
        if (this.#credentials.proven) release();
      }
      const result = await this.#authorisedCall(call, deadline);
      if (result.ok) this.succeeded();
      return result;
    } finally {
      release?.();
      deadline.release();
    }
  }

  connection(): Connection {
    const { lane } = this.#transport;
    const pausedUntil = this.#transport.pausedUntil();
    return {
      trust: lane?.badge ?? 'unknown',
      identity: this.#credentials.identity,
      requestsLastMinute: this.#log.lastMinute(),
      ...(lane ? { endpoint: sanitise(lane.endpoint.url) } : {}),
      ...(this.#transport.failedOver ? { failover: true } : {}),
      ...(lane?.latency === undefined ? {} : { latency: lane.latency }),
      ...(lane?.skew === undefined ? {} : { skew: lane.skew }),
      ...(lane?.notAfter === undefined ? {} : { notAfter: lane.notAfter }),
      ...(pausedUntil === undefined ? {} : { pausedUntil }),
      ...(this.#trust.notice === undefined ? {} : { notice: this.#trust.notice }),
    };
  }

  currentHost(): string {
    return this.#transport.lane?.endpoint.host ?? '';
  }

  /** The server's time in ms, as far as its last answer told it. */
  serverNow(): number {
    return this.#options.environment.now() + (this.#transport.lane?.skew ?? 0);
  }

  /** Ends every pause and lets a refused credential be tried again. A changed certificate stays a hard stop. */
  reset(): void {
    this.#transport.reset();
    this.#credentials.reset();
  }

  close(): void {
    this.#closing.abort();
    this.#transport.close();
  }

  /** What a connection beside the ordinary calls needs; `trust` takes what the server vouches for. */
  protected get parts() {
    return {
      transport: this.#transport,
      credentials: this.#credentials,
      trust: this.#trust,
      log: this.#log,
      redactor: this.#redactor,
      closing: this.#closing.signal,
    };
  }

  /** Told after every call that succeeded. */
  protected succeeded(): void {}

  /** `name=value` pairs as the call log shows them. */
  shown(pairs: readonly (readonly [string, string])[]): SafeText | undefined {
    return this.#redactor.parameters(pairs);
  }

  /** Keeps a value out of every later message. */
  hide(secret: string) {
    return this.#redactor.hide(secret);
  }

  async #authorisedCall(call: ApiCall, deadline: Deadline): Promise<Result<Envelope>> {
    for (let first = true; ; first = false) {
      const { stopped } = this.#credentials;
      if (stopped) return fail(stopped);
      const authorised = await deadline.outside(this.#credentials.authorise(call.method));
      if (!authorised) return fail(cancelled(call.where));
      if (!authorised.value.ok) return authorised.value;
      const { headers, mark } = authorised.value.value;
      const request = {
        ...this.#request(call, headers),
        // The credential may have been refused while this call waited for its turn.
        refused: () => this.#credentials.stopped,
      };
      const sent = await this.#transport.send(request, deadline);
      if (!sent.ok) return sent;
      call.answered?.(sent.value.endpoint);
      const result = this.#read(call, sent.value);
      if (sent.value.status !== 401) {
        // 501 may be said before anybody looks at the credential.
        if (sent.value.status !== 501) this.#credentials.accepted(mark);
        return result;
      }
      if (result.ok) return result;
      const again = await deadline.outside(
        this.#credentials.refused(mark, result.failure, call.method),
      );
      if (!first || !again?.value) return fail(this.#credentials.stopped ?? ended(result.failure));
    }
  }

  #read(call: ApiCall, answer: TransportAnswer): Result<Envelope> {
    const { dialect } = this.#options;
    const parse = () => dialect.readAnswer(answer, this.#context(call));
    if (call.method !== 'GET' || !dialect.keepsLargeAnswer) return parse();
    const key = `${answer.status} ${expandPath(call.template, call.variables)}`;
    return this.#large.read(key, answer.body, parse);
  }

  #request(call: ApiCall, headers: Readonly<Record<string, string>>): TransportRequest {
    return wireRequest(call, headers, this.#redactor);
  }

  #context(call: ApiCall): AnswerContext {
    const { node } = call.variables;
    return {
      where: call.where,
      ...(node === undefined ? {} : { node: sanitise(node) }),
      write: call.method !== 'GET' && !call.reads,
      ...(call.raw ? { raw: true } : {}),
      redactor: this.#redactor,
    };
  }

  #makeCredentials(): Credentials {
    const { owner: config, environment, dialect } = this.#options;
    const resolve = async () => environment.resolveSecret(config);
    if (config.auth.kind === 'token') {
      return new TokenCredentials(config.auth.token, resolve, this.#redactor, dialect);
    }
    const options = {
      site: config.id,
      user: config.auth.user,
      cookie: dialect.cookie,
      asker: environment.asker,
      redactor: this.#redactor,
      now: () => environment.now(),
      post: (parameters: Readonly<Record<string, string>>) => this.#login(parameters),
    };
    return new TicketCredentials(options, resolve);
  }

  async #login(parameters: Readonly<Record<string, string>>): Promise<Result<unknown>> {
    const where = sanitise(this.#options.owner.id);
    const call: ApiCall = { method: 'POST', template: loginPath, variables: {}, parameters, where };
    const deadline = new Deadline(this.#options.timings.read, undefined, this.#closing.signal);
    try {
      const sent = await this.#transport.send(this.#request(call, {}), deadline);
      // A lost login changed nothing, so nobody has to look for what it may have done.
      if (!sent.ok) {
        return sent.failure.kind === 'unanswered'
          ? fail({ kind: 'timeout', what: say`The login was not answered`, where })
          : sent;
      }
      const context = { ...this.#context(call), write: false };
      const answer = this.#options.dialect.readAnswer(sent.value, context);
      return answer.ok ? ok(answer.value.data) : answer;
    } finally {
      deadline.release();
    }
  }
}

function cancelled(where: SafeText): Failure {
  return { kind: 'cancelled', what: say`Cancelled`, where };
}

function ended(failure: Failure): Failure {
  return { ...failure, next: say`the session has ended; try again to log in anew` };
}
