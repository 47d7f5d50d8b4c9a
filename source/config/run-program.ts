import { spawn } from 'node:child_process';

/** How a program ended. `output` is its standard output, complete only at `exit`. */
export type Ran = { readonly output: string } & (
  | { readonly end: 'exit'; readonly code: number }
  | { readonly end: 'signal'; readonly signal: string }
  | { readonly end: 'not-started'; readonly error: unknown }
  | { readonly end: 'deadline' | 'cancelled' | 'too-much' }
);

const OUTPUT_LIMIT = 65_536;

/**
 * Runs a program without a shell and collects its standard output, at most 64 KiB; it gets no input and its errors are
 * thrown away. After `wait` ms (10 s) or on abort it and what it started are killed. Never rejects.
 */
export function runProgram(
  argv: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly wait?: number;
    readonly signal?: AbortSignal;
  },
): Promise<Ran> {
  const [program = '', ...rest] = argv;
  return new Promise((settle) => {
    let output = '';
    let done = false;
    const child = spawn(program, rest, {
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'ignore'],
      // Its own process group, so that a helper it started does not outlive it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const finish = (ran: Ran) => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', cancel);
      child.stdout?.destroy();
      settle(ran);
    };
    const kill = (end: 'deadline' | 'cancelled' | 'too-much') => {
      try {
        if (child.pid !== undefined && process.platform !== 'win32') {
          process.kill(-child.pid, 'SIGKILL');
        } else child.kill('SIGKILL');
      } catch {
        // It is gone already.
      }
      finish({ end, output: '' });
    };
    const cancel = () => kill('cancelled');
    const timer = setTimeout(() => kill('deadline'), options.wait ?? 10_000);
    child.on('error', (error) => finish({ end: 'not-started', error, output: '' }));
    child.stdout?.setEncoding('utf8');
    child.stdout?.on('data', (chunk: string) => {
      output += chunk;
      if (output.length > OUTPUT_LIMIT) kill('too-much');
    });
    child.on('close', (code, signal) => {
      finish(
        signal === null
          ? { end: 'exit', code: code ?? 0, output }
          : { end: 'signal', signal, output: '' },
      );
    });
    if (options.signal?.aborted) cancel();
    else options.signal?.addEventListener('abort', cancel, { once: true });
  });
}
