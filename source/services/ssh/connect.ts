import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { Login, type LoginState } from './authenticate.ts';
import { cancelled, connectionFailed, loginRefused, timedOut } from './failures.ts';
import type { HostConfig } from './host-config.ts';
import { createHostKeyChecker, type HostKeyChecker, hostPlace, type Stop } from './host-key.ts';
import type { KeyRing } from './key-ring.ts';
import { readKnownHosts } from './known-hosts-files.ts';
import { Link } from './link.ts';
import { type PausableDeadline, startPausableDeadline } from './pausable-deadline.ts';
import type { SshAsker } from './types.ts';

type Ssh2 = typeof import('ssh2');

/** Limits in ms; tests shorten them. */
export interface SshTimings {
  /** From the first byte to the open door, questions not counted. */
  readonly login: number;
  readonly channel: number;
  /** An unused connection ends after it. */
  readonly idle: number;
  readonly keepalive?: { readonly interval: number; readonly count: number };
  /** Before one more try with a host that closed the connection without a word. */
  readonly again: number;
}

export const defaultSshTimings: SshTimings = {
  login: 20_000,
  channel: 10_000,
  idle: 60_000,
  again: 1_000,
};

export interface ConnectInput {
  readonly ssh2: Ssh2;
  readonly config: HostConfig;
  readonly home: string;
  readonly term: string;
  readonly asker: SshAsker;
  readonly keys: KeyRing;
  readonly accepted: Map<string, Buffer>;
  readonly timings: SshTimings;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** The way to the host, when it is not a plain TCP connection. */
  readonly through?: () => Promise<Result<Duplex>>;
}

/** A connection that may be used, or why only the system's ssh can make one. */
export type Connected =
  | { readonly link: Link; readonly notes: readonly SafeText[] }
  | { readonly system: SafeText };

/** Connects to one host and logs in, asking what has to be asked. */
export async function connectHost(input: ConnectInput): Promise<Result<Connected>> {
  const { config } = input;
  if (config.needsSystem) return ok({ system: config.needsSystem });
  const known = await readKnownHosts(config);
  if (!known.ok) return known;
  const notes: SafeText[] = [];
  const note = (text: SafeText) => void notes.push(text);
  let attempt = new Attempt(input, note);
  const checker = createHostKeyChecker({
    config,
    known: known.value,
    // The questions belong to the attempt that is under way.
    asker: {
      trustHostKey: (question) => attempt.asker.trustHostKey(question),
      sshSecret: (question) => attempt.asker.sshSecret(question),
    },
    accepted: input.accepted,
    note,
  });
  if ('system' in checker) return ok({ system: checker.system });
  const open = () => (input.through ? input.through() : openSocket(input));
  const socket = await open();
  if (!socket.ok) return socket;
  let client = await attempt.run(socket.value, checker);
  if (!client.ok && client.failure.kind === 'unreachable' && !attempt.greeted) {
    // A host with many logins under way closes further ones at once (MaxStartups of sshd): one more try.
    await pause(input.timings.again, input.signal);
    const second = await open();
    if (!second.ok) return second;
    attempt = new Attempt(input, note);
    client = await attempt.run(second.value, checker);
  }
  if (!client.ok) return client;
  if ('system' in client.value) return ok(client.value);
  const { term, timings } = input;
  const options = { idle: timings.idle, channelWait: timings.channel, term };
  const { keepalive = config.keepalive } = timings;
  return ok({
    link: new Link({ config: { ...config, keepalive }, client: client.value.client, ...options }),
    notes,
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

function openSocket({ config, signal }: ConnectInput): Promise<Result<Duplex>> {
  const { host, port, connectTimeout, family, bindAddress } = config;
  return new Promise((resolve) => {
    const socket = createConnection({
      host,
      port,
      ...(family === 0 ? {} : { family }),
      ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
    });
    const finish = (result: Result<Duplex>) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      socket.removeListener('error', failed);
      if (!result.ok) socket.on('error', () => undefined).destroy();
      resolve(result);
    };
    const failed = (error: Error) => finish(fail(connectionFailed(config, error)));
    const cancel = () => finish(fail(cancelled(hostPlace(config))));
    const timer = setTimeout(
      () => finish(fail(timedOut(config, connectTimeout, say`The host does not answer`))),
      connectTimeout,
    );
    signal.addEventListener('abort', cancel, { once: true });
    socket.once('error', failed);
    socket.once('connect', () => {
      // Nagle's algorithm would add 40 ms to every step of the handshake.
      socket.setNoDelay(true);
      finish(ok(socket));
    });
    if (signal.aborted) cancel();
  });
}

type Outcome = Result<{ readonly client: Client } | { readonly system: SafeText }>;

/** One handshake and login over a socket that is open. */
class Attempt {
  readonly #input: ConnectInput;
  readonly #note: (text: SafeText) => void;
  #deadline: PausableDeadline | undefined;
  #stop: Stop | undefined;
  /** The host said something that belongs to SSH. */
  greeted = false;

  constructor(input: ConnectInput, note: (text: SafeText) => void) {
    this.#input = input;
    this.#note = note;
  }

  /** The person's answers take no time off the deadline. */
  get asker(): SshAsker {
    const { asker } = this.#input;
    const off = <T>(ask: () => Promise<T>) => this.#deadline?.asking(ask) ?? ask();
    return {
      trustHostKey: (question) => off(() => asker.trustHostKey(question)),
      sshSecret: (question) => off(() => asker.sshSecret(question)),
    };
  }

  run(socket: Duplex, checker: HostKeyChecker): Promise<Outcome> {
    const { ssh2, config, home, keys, signal, timings, now } = this.#input;
    const client = new ssh2.Client();
    return new Promise((resolve) => {
      let over = false;
      const finish = (outcome: Outcome) => {
        if (over) return;
        over = true;
        this.#deadline?.end();
        signal.removeEventListener('abort', cancel);
        // Errors that follow belong to the link, or to nobody.
        client.on('error', () => undefined);
        if (!outcome.ok || 'system' in outcome.value) {
          client.destroy();
          socket.destroy();
        }
        resolve(outcome);
      };
      const cancel = () => finish(fail(cancelled(hostPlace(config))));
      this.#deadline = startPausableDeadline(timings.login, now, () =>
        finish(fail(timedOut(config, timings.login, say`The host did not finish the login`))),
      );
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) return cancel();
      const login = new Login({
        ...{ ssh2, config, home, keys },
        asker: this.asker,
        note: this.#note,
        onGivenUp: cancel,
      });
      const ended = (error: Error) => finish(this.#outcomeOf(error, login.state));
      client.on('handshake', () => {
        this.greeted = true;
      });
      client.on('ready', () => finish(ok({ client })));
      client.on('error', (error) => {
        // A key that could not sign; the next one is tried.
        if ((error as { level?: string }).level !== 'agent') ended(error);
      });
      client.on('close', () => ended(new Error('the host closed the connection')));
      client.connect({
        sock: socket,
        username: config.user,
        hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
          void checker.check(key).then((stop) => {
            this.#stop = stop;
            verify(stop === undefined);
            if (stop) ended(new Error('the host key was not accepted'));
          }, ended);
        },
        authHandler: login.next as never,
        algorithms: { serverHostKey: [...checker.algorithms] },
        readyTimeout: 0,
        keepaliveInterval: (timings.keepalive ?? config.keepalive).interval,
        keepaliveCountMax: (timings.keepalive ?? config.keepalive).count,
        ...(config.forwardAgent && config.agent !== undefined ? { agent: config.agent } : {}),
      });
    });
  }

  #outcomeOf(error: Error, login: LoginState): Outcome {
    const { config } = this.#input;
    if (this.#stop) return 'failure' in this.#stop ? fail(this.#stop.failure) : ok(this.#stop);
    if (login.cancelled) return fail(cancelled(hostPlace(config)));
    if (login.system) return ok({ system: login.system });
    const { level } = error as { level?: string };
    if (level === 'client-authentication') return fail(loginRefused(config, login));
    // ssh2: "Handshake failed: no matching key exchange algorithm".
    if (/no matching/i.test(error.message)) {
      return ok({ system: say`the two have no method in common (${sanitise(error.message)})` });
    }
    return fail(connectionFailed(config, error));
  }
}
