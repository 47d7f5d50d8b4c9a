import type { TextTarget, VncGuest } from '../console-backend.ts';
import { TaskFailure, type TaskScript } from '../world/tasks.ts';
import { type AuthId, authIdText } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import { makeVncTicket } from './vnc-ticket.ts';

/** A proxy waits this long for its client, ms of real time. */
const clientWithin = 10_000;
const firstPort = 5900;
const ports = 100;
/** How often a console's task looks whether it is over, seconds. */
const glance = 0.5;

export type ConsoleKind =
  | { readonly kind: 'text'; readonly target: TextTarget; readonly problem?: string }
  | { readonly kind: 'vnc'; readonly guest: VncGuest; readonly password: string };

/** A console between the call that asked for it and its end. */
export interface PendingConsole {
  readonly port: number;
  readonly ticket: string;
  /** `root@pam!demo` */
  readonly user: string;
  /** Of the permission tree: `/vms/101`, `/nodes/pve1`. */
  readonly path: string;
  /** The node that was asked: the port is open there and nowhere else. */
  readonly node: string;
  readonly upid: string;
  readonly what: ConsoleKind;
  /** Ends the task; a text = it failed with that. */
  end(problem?: string): void;
  /** Called when the task ends for a reason of its own: stopped by somebody, its guest or node gone. */
  hangUp: () => void;
}

/** The consoles that were asked for, by node and port. */
export class ConsoleDesk {
  readonly #world: World;
  readonly #consoles = new Map<string, PendingConsole>();
  readonly #waiting = new Map<PendingConsole, NodeJS.Timeout>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Opens a port on `node` and starts the task behind it. */
  ask(request: {
    readonly node: string;
    readonly type: 'vncproxy' | 'vncshell';
    readonly id: string;
    readonly path: string;
    readonly auth: AuthId;
    readonly what: ConsoleKind;
    /** Is there still something behind it? */
    readonly alive: () => boolean;
  }): PendingConsole {
    const { node, type, id, path, auth, what, alive } = request;
    const world = this.#world;
    const user = authIdText(auth);
    const port = this.#freePort(node);
    const key = `${node}:${port}`;
    const state: { over: boolean; problem: string | undefined } = {
      over: false,
      problem: undefined,
    };
    const desk = this.#consoles;
    let timer: NodeJS.Timeout | undefined;
    function* script(): TaskScript {
      try {
        while (!state.over && alive()) yield glance;
      } finally {
        if (!state.over) {
          state.over = true;
          clearTimeout(timer);
          desk.delete(key);
          pending.hangUp();
        }
      }
      if (state.problem !== undefined) throw new TaskFailure(state.problem);
    }
    const pending: PendingConsole = {
      port,
      ticket: makeVncTicket(world.accounts.ticketKey, world.clock.seconds, user, path),
      user,
      path,
      node,
      get upid() {
        return upid;
      },
      what,
      hangUp: () => {},
      end: (problem) => {
        clearTimeout(timer);
        if (state.over) return;
        state.over = true;
        state.problem = problem;
        desk.delete(key);
      },
    };
    const upid = world.tasks.start({ node, type, id, auth }, script);
    timer = setTimeout(
      () => pending.end(`command '/usr/bin/termproxy ${port}' failed: exit code 1`),
      clientWithin,
    );
    timer.unref();
    this.#consoles.set(key, pending);
    this.#waiting.set(pending, timer);
    return pending;
  }

  /** The console that waits on this port for its one client. */
  take(node: string, port: number): PendingConsole | undefined {
    const found = this.#consoles.get(`${node}:${port}`);
    const timer = found && this.#waiting.get(found);
    if (!found || !timer) return undefined;
    clearTimeout(timer);
    this.#waiting.delete(found);
    return found;
  }

  #freePort(node: string): number {
    for (let port = firstPort; port < firstPort + ports; port += 1) {
      if (!this.#consoles.has(`${node}:${port}`)) return port;
    }
    throw new Error('unable to find free port (5900-6000)');
  }
}
