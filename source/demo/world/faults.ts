import { randomBytes } from 'node:crypto';
import type { World } from './world.ts';

/** What a fault looks at; `path` is without `/api2/json`: `/nodes/pve1/status`. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  /** The node whose endpoint was asked. */
  readonly node: string;
  /** Set for backup servers. */
  readonly product?: 'pbs';
}

/**
 * Text that occurs in `GET /nodes/pve1/status`, a pattern on the same, or a function. Requests to a backup server look
 * like `GET pbs1:/nodes/localhost/status`.
 */
export type Matcher = string | RegExp | ((target: FaultTarget) => boolean);

/** What to answer instead of the truth. Without anything the true answer is sent, but in the way told. */
export interface FaultAnswer {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes written to the socket as they are, headers and all. */
  readonly raw?: string;
  /** Kill the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Send the body no faster than this. */
  readonly bytesPerSecond?: number;
  /** Read the request and never answer. */
  readonly hang?: boolean;
}

interface Rule<T> {
  readonly matcher: Matcher;
  readonly value: T;
  left: number;
}

function matches(matcher: Matcher, target: FaultTarget): boolean {
  if (typeof matcher === 'function') return matcher(target);
  const place = target.product === undefined ? '' : `${target.node}:`;
  const text = `${target.method} ${place}${target.path}`;
  return typeof matcher === 'string' ? text.includes(matcher) : matcher.test(text);
}

/** The newest rule counts first. */
function put<T>(rules: Rule<T>[], rule: Rule<T>): () => void {
  rules.unshift(rule);
  return () => {
    rule.left = 0;
  };
}

function take<T>(rules: Rule<T>[], target: FaultTarget): T | undefined {
  const rule = rules.find((one) => one.left > 0 && matches(one.matcher, target));
  if (rule) rule.left -= 1;
  return rule?.value;
}

/** Steps of a migration after which {@link Faults.dieWhileMigrating} strikes. */
const stepsUntilDeath = 3;

/** The switches that break the demo homelab on purpose. */
export class Faults {
  readonly #world: World;
  readonly #answers: Rule<FaultAnswer>[] = [];
  readonly #drops: Rule<true>[] = [];
  #delay = 0;
  #dying: string | undefined;
  #steps = 0;
  /** Set by the server that owns the certificate. */
  certificateChanger: (() => Promise<string>) | undefined;
  /** The same for one backup server. */
  pbsCertificateChanger: ((name: string) => Promise<string>) | undefined;
  /** How to cut each console that is open; put here by the server that has its connection. */
  readonly openConsoles = new Set<() => void>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Cuts a node off or brings it back; its guests go on running inside, as behind a pulled cable. */
  nodeDown(name: string, down: boolean): void {
    const world = this.#world;
    world.settle();
    const node = world.node(name);
    if (down === (node.downSince !== undefined)) return;
    node.downSince = down ? world.clock.seconds : undefined;
    if (down) {
      for (const task of world.tasks.running()) {
        if (task.node === name) world.tasks.kill(task.upid, 'lost');
      }
    }
    world.revision += 1;
  }

  /** The next migration to this node loses it when it is half done. */
  dieWhileMigrating(name: string): void {
    this.#dying = name;
    this.#steps = 0;
  }

  /** Told by a migration after each of its steps. */
  migrating(target: string): void {
    if (this.#dying !== target) return;
    this.#steps += 1;
    if (this.#steps < stepsUntilDeath) return;
    this.#dying = undefined;
    this.nodeDown(target, true);
  }

  /** Leaves so little free on a storage, bytes; what is there stays. */
  fillStorage(name: string, node: string, free = 0): void {
    const world = this.#world;
    const storage = world.storages.get(name);
    if (!storage) throw new Error(`the demo homelab has no storage ${name}`);
    const usage = world.meter.storage(storage, node, [...world.guests.values()]);
    if (!usage) return;
    const more = usage.total - usage.used - free;
    storage.otherUsed[node] = (storage.otherUsed[node] ?? 0) + more;
    world.revision += 1;
  }

  /** Holds back every answer, ms of real time. */
  delay(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  get delayed(): number {
    return this.#delay;
  }

  /** Answers matching requests in this way, `times` times; gives back what switches it off. */
  respond(matcher: Matcher, answer: FaultAnswer, times = Number.POSITIVE_INFINITY): () => void {
    return put(this.#answers, { matcher, value: answer, left: times });
  }

  /** Does what matching requests ask for, then kills the connection: it happened, the answer is lost. */
  dropAfterRead(matcher: Matcher, times = 1): () => void {
    return put(this.#drops, { matcher, value: true, left: times });
  }

  takeAnswer(target: FaultTarget): FaultAnswer | undefined {
    return take(this.#answers, target);
  }

  takeDrop(target: FaultTarget): boolean {
    return take(this.#drops, target) === true;
  }

  /** Cuts the connections of all open consoles, as a network that is gone does: what is behind them goes on. */
  cutConsoles(): void {
    for (const cut of [...this.openConsoles]) cut();
  }

  /** New certificate on every endpoint, connections closed; resolves to the new fingerprint. */
  async changeCertificate(): Promise<string> {
    if (!this.certificateChanger) throw new Error('no server holds a certificate of this world');
    return this.certificateChanger();
  }

  /** New certificate on one backup server, its connections closed; resolves to the new fingerprint. */
  async changePbsCertificate(name: string): Promise<string> {
    if (!this.pbsCertificateChanger) throw new Error('no server holds a certificate of this world');
    return this.pbsCertificateChanger(name);
  }

  /** Deletes every API token and makes every ticket invalid: 401 from now on, also for a login by ticket. */
  revokeTokens(): void {
    const { accounts, pbs } = this.#world;
    for (const each of [accounts, ...pbs.hosts.map((host) => host.accounts)]) {
      each.tokens.clear();
      each.ticketKey = randomBytes(32);
    }
  }

  /** Lets a backup server accept no connection, or accept them again. */
  pbsDown(name: string, down: boolean): void {
    this.#world.settle();
    this.#world.pbs.host(name).down = down;
    this.#world.revision += 1;
  }

  /** Moves the virtual clock. */
  advance(seconds: number): void {
    this.#world.clock.advance(seconds);
    this.#world.settle();
  }

  /** Takes back delays, answers and drops; nodes stay as they are. */
  clear(): void {
    this.#delay = 0;
    this.#dying = undefined;
    this.#answers.length = 0;
    this.#drops.length = 0;
  }
}
