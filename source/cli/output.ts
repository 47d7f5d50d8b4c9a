import type { Writable } from 'node:stream';
import { sanitise } from '../domain/safe-text.ts';
import type { UsageProblem } from './arguments.ts';

/** Where a command writes: answers to `out`, everything said to a person to `err`. Never coloured. */
export interface Output {
  /** One or more lines; a newline is added. */
  out(text: string): void;
  /** Exactly this text, for output that another program reads. */
  raw(text: string): void;
  /** One line of JSON. */
  json(value: unknown): void;
  err(text: string): void;
  usage(problem: UsageProblem): void;
  /** Everything handed over to the system, or its reader gone. */
  flush(): Promise<void>;
}

/**
 * Writes to the two streams. A reader that went away (`| head`) is no error: the rest is dropped quietly, and what was
 * started goes on.
 */
export function createOutput(stdout: Writable, stderr: Writable): Output {
  const gone = new Set<Writable>();
  const write = (stream: Writable, text: string) => {
    if (!gone.has(stream) && !stream.destroyed) stream.write(text);
  };
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      gone.add(stream);
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED' && stream !== stderr) {
        write(stderr, `homelab-tui: the output could not be written: ${error.code ?? 'error'}\n`);
      }
    });
  }
  const drained = (stream: Writable) =>
    new Promise<void>((resolve) => {
      if (gone.has(stream) || stream.destroyed) resolve();
      else stream.write('', () => resolve());
    });
  const err = (text: string) => write(stderr, `${text}\n`);
  return {
    out: (text) => write(stdout, `${text}\n`),
    raw: (text) => write(stdout, text),
    json: (value) => write(stdout, `${JSON.stringify(value)}\n`),
    err,
    usage: ({ what, where, next }) => {
      const place = where === undefined ? '' : `${sanitise(where)}: `;
      err(`homelab-tui: ${place}${what} · ${next}`);
    },
    flush: async () => {
      await Promise.all([drained(stdout), drained(stderr)]);
    },
  };
}

/** Plain columns, padded with spaces, cells already safe. Widths in UTF-16 units: good enough for a pipe. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
