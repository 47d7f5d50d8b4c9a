import type { Duplex } from 'node:stream';
import type { Failure } from '../../domain/failure.ts';
import type { SiteSsh } from '../../domain/homelab.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { parseSshAddress } from '../../domain/ssh-address.ts';
import { type Connected, connectHost, defaultSshTimings, type SshTimings } from './connect.ts';
import { hostPlace } from './host-key.ts';
import { KeyRing } from './key-ring.ts';
import type { Link } from './link.ts';
import {
  addressOf,
  forSystem,
  type Resolved,
  resolveHost,
  type SshEnvironment,
  siteOf,
} from './resolve-host.ts';
import { createShellConsole } from './shell-console.ts';
import type { ShellRequest, SshAsker, SshDoor, SshHost, SshOptions, SshTarget } from './types.ts';

/** More hops than anybody has; ends a ProxyJump that leads back to itself. */
const mostJumps = 8;
/** Connections to one host beside the first, where it allows few sessions on each. */
const mostCopies = 9;

/** How one connection is made, and for whom. */
interface Way {
  readonly signal: AbortSignal;
  readonly wait: number | undefined;
  readonly asker: SshAsker;
  /** The connections that are being made and lead here. */
  readonly path: readonly string[];
  /** Only a way on to another host, which takes no session. */
  readonly forward?: true;
}

/** Says no to everything, and remembers that something was asked. */
class SilentAsker implements SshAsker {
  asked = false;

  async trustHostKey(): Promise<boolean> {
    this.asked = true;
    return false;
  }
  async sshSecret(): Promise<undefined> {
    this.asked = true;
    return undefined;
  }
}

function wouldAsk(where: SafeText): Failure {
  return {
    kind: 'unauthenticated',
    what: say`The host asks for something that cannot be typed here`,
    where,
    next: say`leave, and open it again`,
  };
}

/** The door to SSH. Nothing is loaded, read or sent before the first call. */
export function createSshDoor(
  environment: SshEnvironment,
  timings: SshTimings = defaultSshTimings,
): SshDoor {
  return new Door(environment, timings);
}

class Door implements SshDoor {
  readonly #environment: SshEnvironment;
  readonly #timings: SshTimings;
  readonly #keys: KeyRing;
  readonly #accepted = new Map<string, Buffer>();
  readonly #links = new Map<string, Promise<Result<Connected>>>();
  readonly #closed = new AbortController();

  constructor(environment: SshEnvironment, timings: SshTimings) {
    this.#environment = environment;
    this.#timings = timings;
    this.#keys = new KeyRing(environment.home);
  }

  async shell(
    target: SshTarget,
    request: ShellRequest,
    options: SshOptions = {},
  ): ReturnType<SshDoor['shell']> {
    const { command } = request;
    for (let again = false; ; again = true) {
      const opened = await this.open(target, { ...options, ...(command ? { command } : {}) });
      if (!opened.ok) return opened;
      if ('system' in opened.value) return ok({ system: opened.value.system });
      const { host } = opened.value;
      const shell = await host.shell(request, options);
      host.release();
      if (shell.ok) return ok({ console: shell.value });
      // A connection that nobody used for a while may be found dead only now.
      if (again || shell.failure.kind !== 'unreachable') return shell;
    }
  }

  async open(
    target: SshTarget,
    options: SshOptions & { readonly command?: readonly string[] } = {},
  ): ReturnType<SshDoor['open']> {
    const signals = [this.#closed.signal, ...(options.signal ? [options.signal] : [])];
    const silent = new SilentAsker();
    const way: Way = {
      signal: AbortSignal.any(signals),
      wait: options.wait,
      asker: options.silent ? silent : this.#environment.asker,
      path: [],
    };
    const site = siteOf(target, this.#environment);
    const address = addressOf(target, site);
    if (!address.ok) return address;
    const resolved = await resolveHost(address.value, site, this.#environment, way.signal);
    if (!resolved.ok) return resolved;
    const connected = await this.#connected(resolved.value, way);
    if (!connected.ok) {
      return silent.asked ? fail(wouldAsk(hostPlace(resolved.value.config))) : connected;
    }
    if ('system' in connected.value) {
      const { program } = this.#environment;
      return forSystem(resolved.value, connected.value.system, options.command, program);
    }
    const { link, notes } = connected.value;
    const another = (signal: AbortSignal) => this.#another(resolved.value, { ...way, signal });
    return ok({ host: this.#hostOf(link, [...resolved.value.notes, ...notes], another) });
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const each of links) {
      const connected = await each;
      if (connected.ok && 'link' in connected.value) connected.value.link.end();
    }
  }

  /** A second connection, for a host that allows no further session on the first; nothing may be asked for it now. */
  async #another(resolved: Resolved, way: Way): Promise<Link | undefined> {
    const connected = await this.#connected(resolved, { ...way, asker: new SilentAsker() });
    return connected.ok && 'link' in connected.value ? connected.value.link : undefined;
  }

  #hostOf(
    link: Link,
    notes: readonly SafeText[],
    another: (signal: AbortSignal) => Promise<Link | undefined>,
  ): SshHost {
    const release = link.hold();
    return {
      notes,
      release,
      shell: async (request, options = {}) => {
        const { signal: own } = options;
        // Whoever ends the console waits for no host.
        const signal = own ? AbortSignal.any([this.#closed.signal, own]) : this.#closed.signal;
        const on = (one: Link) =>
          one.openChannel(request, signal, (open) => createShellConsole(open, one));
        const first = await on(link);
        if (first.ok || !link.full) return first;
        const other = await another(signal);
        if (!other) return first;
        const letGo = other.hold();
        return on(other).finally(letGo);
      },
    };
  }

  /** One connection per host: who comes second shares the first one's, also while it is being made. */
  async #connected(
    resolved: Resolved,
    way: Way,
    jumps: readonly string[] = resolved.config.jumps,
    copy = 0,
  ): Promise<Result<Connected>> {
    const { config } = resolved;
    const { user, host, port, hostKeyAlias } = config;
    const one = [user, host, port, hostKeyAlias, jumps, config.identityFiles];
    const key = JSON.stringify([...one, copy]);
    if (way.path.includes(key) || way.path.length + jumps.length > mostJumps) {
      return fail({
        kind: 'config',
        what: say`ProxyJump leads in a circle, or through more than ${mostJumps} hosts`,
        where: hostPlace(config),
        next: say`look at ProxyJump in the ssh configuration`,
      });
    }
    const shared = this.#links.get(key);
    if (shared) {
      const result = await shared;
      const gone = result.ok && 'link' in result.value && result.value.link.lost !== undefined;
      // Whoever made it gave up; that is no answer for somebody else.
      const othersCancel = !result.ok && result.failure.kind === 'cancelled' && !way.signal.aborted;
      if (!gone && !othersCancel) {
        const full = result.ok && 'link' in result.value && result.value.link.full;
        return full && !way.forward && copy < mostCopies
          ? this.#connected(resolved, way, jumps, copy + 1)
          : result;
      }
      if (this.#links.get(key) === shared) this.#links.delete(key);
      return this.#connected(resolved, way, jumps, copy);
    }
    const making = this.#connect(resolved, { ...way, path: [...way.path, key] }, jumps);
    this.#links.set(key, making);
    const result = await making;
    const drop = () => {
      if (this.#links.get(key) === making) this.#links.delete(key);
    };
    if (result.ok && 'link' in result.value) result.value.link.onLost(drop);
    else drop();
    return result;
  }

  async #connect(
    resolved: Resolved,
    way: Way,
    jumps: readonly string[],
  ): Promise<Result<Connected>> {
    const { config, site } = resolved;
    const { home, now, env } = this.#environment;
    const { signal, wait, asker } = way;
    let through: (() => Promise<Result<Duplex>>) | undefined;
    let release: (() => void) | undefined;
    if (jumps.length > 0) {
      const jump = await this.#jump(jumps, site, way);
      if (!jump.ok || 'system' in jump.value) return jump;
      const { link } = jump.value;
      release = link.hold();
      through = () => link.forward(config.host, config.port, signal);
    }
    const connected = await connectHost({
      ssh2: (await import('ssh2')).default,
      config,
      home,
      term: env.TERM || 'xterm-256color',
      asker,
      keys: this.#keys,
      accepted: this.#accepted,
      timings: wait === undefined ? this.#timings : { ...this.#timings, login: wait },
      now,
      signal,
      ...(through ? { through } : {}),
    });
    if (release && connected.ok && 'link' in connected.value) connected.value.link.onLost(release);
    else release?.();
    return connected;
  }

  /** The last host of the chain, reached through those before it; its own ProxyJump counts only when it is the first. */
  async #jump(
    jumps: readonly string[],
    site: SiteSsh | undefined,
    way: Way,
  ): Promise<Result<Connected>> {
    const text = jumps[jumps.length - 1] ?? '';
    const before = jumps.slice(0, -1);
    const address = parseSshAddress(text);
    if (!address) {
      return fail({
        kind: 'config',
        what: say`ProxyJump names something that is no host`,
        where: sanitise(text),
        next: say`look at the ssh configuration`,
      });
    }
    const resolved = await resolveHost(address, site, this.#environment, way.signal);
    if (!resolved.ok) return resolved;
    const chain = before.length > 0 ? before : resolved.value.config.jumps;
    return this.#connected(resolved.value, { ...way, forward: true }, chain);
  }
}
