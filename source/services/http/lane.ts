import type { TLSSocket } from 'node:tls';
import type { TrustBadge } from '../../domain/inventory.ts';
import { VettedAgent } from './agent.ts';
import { Breaker } from './breaker.ts';
import { connectVetted } from './connect.ts';
import type { Deadline, EndReason } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { exchange, type WireAnswer, type WireRequest } from './exchange.ts';
import { Slots } from './slots.ts';
import { answerLimit, inFlightLimit, type Timings } from './timings.ts';
import { TroubleError } from './trouble.ts';
import type { TrustGate } from './trust.ts';

const samples = 7;

/** One endpoint: its connections, its queue, its breaker and what was measured on it. */
export class Lane {
  readonly endpoint: Endpoint;
  readonly breaker: Breaker;
  /** What vouched for the certificate of the last connection. */
  badge: TrustBadge = 'unknown';
  /** When the certificate ends (ms). */
  notAfter: number | undefined;
  /** Server clock minus ours, in ms. */
  skew: number | undefined;
  readonly #timings: Timings;
  readonly #trust: TrustGate;
  readonly #now: () => number;
  readonly #slots = new Slots(inFlightLimit);
  readonly #kept: VettedAgent;
  readonly #fresh: VettedAgent;
  readonly #latencies: number[] = [];
  #answers = 0;

  constructor(endpoint: Endpoint, timings: Timings, trust: TrustGate, now: () => number) {
    this.endpoint = endpoint;
    this.breaker = new Breaker(timings.pause);
    this.#timings = timings;
    this.#trust = trust;
    this.#now = now;
    const common = { idle: timings.idle, limit: inFlightLimit };
    this.#kept = new VettedAgent({ ...common, keepAlive: true });
    // A write never meets a connection that the server is just closing, so a lost answer is rare and means something.
    this.#fresh = new VettedAgent({ ...common, keepAlive: false });
  }

  /** How many answers came so far: tells whether the endpoint was alive while one request hung. */
  get answers(): number {
    return this.#answers;
  }

  /** Median of the last answers, in ms. */
  get latency(): number | undefined {
    return [...this.#latencies].sort((a, b) => a - b)[Math.floor(this.#latencies.length / 2)];
  }

  /** Waits for a place, then does the exchange. Rejects with a {@link TroubleError}. `onLeave` = it is our turn. */
  async exchange(
    request: WireRequest,
    ca: string | undefined,
    deadline: Deadline,
    onLeave: () => void,
  ): Promise<WireAnswer> {
    const write = request.method !== 'GET';
    const release = await this.#slots.acquire(deadline.signal, write);
    if (!release) {
      const code: EndReason = deadline.reason ?? 'cancelled';
      throw new TroubleError({ stage: 'queue', sent: false, code });
    }
    try {
      onLeave();
      const answer = await exchange(request, {
        endpoint: this.endpoint,
        agent: write ? this.#fresh : this.#kept,
        connect: () => this.connect(ca, deadline),
        signal: deadline.signal,
        limit: answerLimit,
        now: this.#now,
      });
      this.#measure(answer);
      return answer;
    } finally {
      release();
    }
  }

  close(): void {
    this.#kept.destroy();
    this.#fresh.destroy();
  }

  /** A connection whose certificate was accepted and on which nothing was written yet. Rejects with a {@link TroubleError}. */
  connect(ca: string | undefined, deadline: Deadline): Promise<TLSSocket> {
    return connectVetted({
      endpoint: this.endpoint,
      ...(ca === undefined ? {} : { ca }),
      timeout: this.#timings.connect,
      signal: deadline.signal,
      judge: (certificate) => this.#trust.judge(this.endpoint, certificate),
      onAccepted: (verdict, certificate) => {
        this.badge = verdict.badge;
        this.notAfter = certificate.notAfter;
      },
    });
  }

  #measure(answer: WireAnswer): void {
    this.#answers += 1;
    this.#latencies.push(answer.latency);
    if (this.#latencies.length > samples) this.#latencies.shift();
    const told = Date.parse(answer.headers.date ?? '');
    // The header has whole seconds: on average it is half a second behind.
    if (!Number.isNaN(told)) {
      const middle = this.#now() - answer.latency / 2;
      this.skew = Math.round(told + 500 - middle);
    }
  }
}
