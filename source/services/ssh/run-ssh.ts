import { spawn } from 'node:child_process';

/** How the system's ssh ended; `missing` = there is none. */
export type SshRun =
  | {
      readonly end: 'exit';
      readonly code: number;
      readonly output: string;
      readonly errors: string;
    }
  | { readonly end: 'missing' }
  | { readonly end: 'cancelled' | 'deadline' };

export interface SshRunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wait: number;
  readonly signal?: AbortSignal;
}

const outputLimit = 262_144;

/** Runs a program without a shell and without input, and collects what it says. Never rejects. */
export function runSsh(argv: readonly string[], options: SshRunOptions): Promise<SshRun> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      env: { ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const said = { output: '', errors: '' };
    const finish = (run: SshRun) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', cancel);
      resolve(run);
    };
    const stop = (end: 'cancelled' | 'deadline') => {
      child.kill('SIGKILL');
      finish({ end });
    };
    const cancel = () => stop('cancelled');
    const timer = setTimeout(() => stop('deadline'), options.wait);
    const collect = (part: keyof typeof said) => (text: string) => {
      if (said[part].length < outputLimit) said[part] += text;
    };
    child.stdout.setEncoding('utf8').on('data', collect('output'));
    child.stderr.setEncoding('utf8').on('data', collect('errors'));
    child.on('error', () => finish({ end: 'missing' }));
    child.on('close', (code) => finish({ end: 'exit', code: code ?? 255, ...said }));
    if (options.signal?.aborted) cancel();
    else options.signal?.addEventListener('abort', cancel, { once: true });
  });
}
