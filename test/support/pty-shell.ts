import { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';
import { type IPty, spawn } from '@lydell/node-pty';
import type { TextBackend, TextTarget } from '../../source/demo/console-backend.ts';

export interface PtyShells {
  readonly backend: TextBackend;
  /** How many consoles were opened so far. */
  opened(): number;
}

export interface PtyShellOptions {
  /** What is run; an interactive bash with the prompt `guest$ ` when absent. */
  readonly program?: readonly string[];
  /** The shell outlives its connection and is there again with the next one, as a container's is. */
  readonly keeps?: boolean;
}

const bash = ['bash', '--norc', '--noprofile', '-i'] as const;

/** Real programs on real terminals behind the demo's text consoles; ended with the test. */
export function ptyShells(
  t: Pick<TestContext, 'after'>,
  { program = bash, keeps = false }: PtyShellOptions = {},
): PtyShells {
  const running = new Set<IPty>();
  const kept = new Map<string, IPty>();
  let opened = 0;
  t.after(() => {
    for (const pty of running) pty.kill('SIGKILL');
  });
  const start = () => {
    const [file = '', ...args] = program;
    const pty = spawn(file, [...args], {
      name: 'xterm-256color',
      cols: 80,
      rows: 20,
      env: { PATH: process.env.PATH ?? '', HOME: '/', TERM: 'xterm-256color', PS1: 'guest$ ' },
      encoding: null,
    });
    running.add(pty);
    pty.onExit(() => running.delete(pty));
    return pty;
  };
  const keyOf = (target: TextTarget) =>
    target.kind === 'node' ? target.node : `${target.kind}/${target.vmid}`;
  return {
    opened: () => opened,
    backend: (target) => {
      opened += 1;
      const old = kept.get(keyOf(target));
      const pty = old && running.has(old) ? old : start();
      if (keeps) kept.set(keyOf(target), pty);
      return {
        stream: streamOf(pty, keeps, () => running.has(pty)),
        resize: (columns, rows) => {
          if (running.has(pty)) pty.resize(columns, rows);
        },
      };
    },
  };
}

function streamOf(pty: IPty, keeps: boolean, alive: () => boolean): Duplex {
  const stream = new Duplex({
    read: () => pty.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      if (alive()) pty.write(chunk as unknown as string);
      done();
    },
    destroy: (error, done) => {
      data.dispose();
      exit.dispose();
      if (!keeps && alive()) pty.kill('SIGHUP');
      done(error);
    },
  });
  const data = pty.onData((chunk) => {
    // With `encoding: null` the data are bytes, whatever the type says.
    if (!stream.push(Buffer.from(chunk))) pty.pause();
  });
  const exit = pty.onExit(() => stream.push(null));
  return stream;
}
