import { type FileHandle, open, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';

/** Written to the file once so much waits or so long after the last time (ms), and at the end. */
const batch = 16_384;
const flushEvery = 1_000;

const words: Readonly<Record<string, SafeText>> = {
  EEXIST: say`the file is there already`,
  ENOENT: say`its folder does not exist`,
  EACCES: say`it may not be written`,
  EISDIR: say`it is a folder`,
  ENOSPC: say`the disk is full`,
};

function problem(error: unknown): SafeText {
  const { code = '', message = '' } = error as NodeJS.ErrnoException;
  return words[code] ?? sanitise(message);
}

/** What the person typed, with `~` for the home folder. */
function fullPath(path: string): string {
  return resolve(path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);
}

/** A console's output as an asciicast v2 file (https://docs.asciinema.org/manual/asciicast/v2/). */
class AsciicastFile {
  readonly path: SafeText;
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #about: { readonly title: SafeText; readonly now: number };
  readonly #clock: () => number;
  readonly #decoder = new TextDecoder('utf-8');
  #started: number | undefined;
  #waiting = '';
  #flushed = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: SafeText | undefined;

  constructor(
    file: FileHandle,
    name: string,
    about: { readonly title: SafeText; readonly now: number },
    clock: () => number,
  ) {
    this.#file = file;
    this.#name = name;
    this.path = sanitise(name);
    this.#about = about;
    this.#clock = clock;
  }

  output(bytes: Uint8Array): void {
    this.#event('o', this.#decoder.decode(bytes, { stream: true }));
  }

  resize(columns: number, rows: number): void {
    if (this.#started !== undefined) {
      this.#event('r', `${columns}x${rows}`);
      return;
    }
    this.#started = this.#clock();
    const { title, now } = this.#about;
    this.#put({
      version: 2,
      width: columns,
      height: rows,
      timestamp: Math.floor(now / 1000),
      title,
      env: { TERM: 'xterm-256color' },
    });
  }

  async close(): Promise<Result<SafeText>> {
    this.#event('o', this.#decoder.decode());
    this.#flush();
    await this.#writing;
    await this.#file.close();
    if (this.#failure === undefined) return ok(this.path);
    return fail({
      kind: 'local',
      what: say`The recording is not whole: ${this.#failure}`,
      where: this.path,
    });
  }

  async discard(): Promise<void> {
    await this.#writing;
    await this.#file.close();
    await unlink(this.#name).catch(() => undefined);
  }

  #event(kind: 'o' | 'r', text: string): void {
    if (text === '' || this.#started === undefined) return;
    const at = Number(((this.#clock() - this.#started) / 1000).toFixed(6));
    this.#put([at, kind, text]);
  }

  #put(line: unknown): void {
    this.#waiting += `${JSON.stringify(line)}\n`;
    if (this.#waiting.length >= batch || this.#clock() - this.#flushed > flushEvery) this.#flush();
  }

  #flush(): void {
    const text = this.#waiting;
    this.#flushed = this.#clock();
    this.#waiting = '';
    if (text === '' || this.#failure !== undefined) return;
    this.#writing = this.#writing
      .then(() => this.#file.appendFile(text))
      .catch((error: unknown) => {
        this.#failure ??= problem(error);
      });
  }
}

/**
 * Makes the file (0600), and refuses to write over one that is there. `clock` counts ms from any fixed point.
 */
export async function startRecording(
  path: string,
  about: { readonly title: SafeText; readonly now: number },
  clock: () => number,
): Promise<Result<AsciicastFile>> {
  const name = fullPath(path);
  try {
    return ok(new AsciicastFile(await open(name, 'wx', 0o600), name, about, clock));
  } catch (error) {
    return fail({
      kind: 'local',
      what: say`The recording cannot be written: ${problem(error)}`,
      where: sanitise(name),
      next: say`name another file`,
    });
  }
}
