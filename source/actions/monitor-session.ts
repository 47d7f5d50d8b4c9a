import { describeFailure } from '../domain/failure.ts';
import { onlyShows } from '../domain/monitor.ts';
import type { Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { DetachFilter } from './detach-key.ts';
import { commandLimit, LineEditor, type LineKey, LineKeys } from './line-editor.ts';
import { askKey, deadTime, writeLines, writeWrapped } from './terminal-dialog.ts';
import type { Confirmation, Terminal } from './types.ts';

const prompt = 'qm> ';
/** What a command is made of: one cell wide each, so that the cursor stands where it seems to. */
const typable = /[ -~\u00a1-\u00ac\u00ae-\u024f]/gu;

export interface MonitorSession {
  readonly terminal: Terminal;
  /** `guest 104 db` */
  readonly label: SafeText;
  /** As the person knows it: `ctrl-]`. */
  readonly detachName: SafeText;
  readonly detachByte: number;
  /** Sent before anything is typed; it was agreed to already. */
  readonly first?: string | undefined;
  /** Why a command is not sent at all. */
  readonly problem: (command: string) => string | undefined;
  /** What is asked before a command that changes something. */
  readonly confirm: (command: string) => Confirmation;
  readonly send: (command: string, signal: AbortSignal) => Promise<Result<readonly SafeText[]>>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export type MonitorEnd = 'left' | 'cancelled';

/** A prompt whose lines go to a VM's monitor, until the person leaves it. */
export async function runMonitorSession(session: MonitorSession): Promise<MonitorEnd> {
  const { terminal, signal } = session;
  const desk = new Desk(session);
  try {
    await desk.run();
  } finally {
    desk.close();
  }
  terminal.write('\r\n');
  return signal.aborted ? 'cancelled' : 'left';
}

class Desk {
  readonly #session: MonitorSession;
  readonly #over = new AbortController();
  readonly #keys = new LineKeys();
  readonly #undo: (() => void)[] = [];
  /** Typed while a command was under way. */
  #ahead: LineKey[] = [];
  #hear: (key: LineKey) => void = () => {};
  #redraw: () => void = () => {};
  readonly #lines = new LineEditor();

  constructor(session: MonitorSession) {
    this.#session = session;
    const { terminal, detachByte, signal } = session;
    const leave = () => this.#over.abort();
    const filter = new DetachFilter(
      detachByte,
      (bytes) => {
        for (const key of this.#keys.take(bytes)) this.#hear(key);
      },
      leave,
    );
    this.#undo.push(() => filter.stop());
    this.#undo.push(terminal.onInput((bytes) => filter.push(bytes)));
    this.#undo.push(terminal.onResize(() => this.#redraw()));
    signal.addEventListener('abort', leave);
    this.#undo.push(() => signal.removeEventListener('abort', leave));
    if (signal.aborted) leave();
  }

  close(): void {
    this.#session.terminal.write('\u001b[?2004l');
    for (const each of this.#undo) each();
  }

  async run(): Promise<void> {
    const { terminal, label, detachName, first } = this.#session;
    // Pastes come marked from now on, where the terminal can: they never send a line.
    terminal.write('\u001b[?2004h');
    note(terminal, say`Monitor of ${label} · ${detachName} leaves · help lists the commands`);
    if (first !== undefined) {
      terminal.write(`${prompt}${sanitise(first)}\r\n`);
      await this.#send(first);
    }
    while (!this.#over.signal.aborted) {
      const line = await this.#read(say`${sanitise(prompt)}`, this.#lines);
      if (line === undefined) return;
      const command = line.trim();
      if (command !== '') await this.#command(command);
    }
  }

  async #command(command: string): Promise<void> {
    const { terminal, problem } = this.#session;
    const refused = problem(command);
    if (refused !== undefined) return note(terminal, say`Not sent: ${sanitise(refused)}`);
    if (onlyShows(command)) return this.#send(command);
    if (!(await this.#agreed(command))) {
      if (!this.#over.signal.aborted) note(terminal, say`Not sent`);
      return undefined;
    }
    return this.#send(command);
  }

  /** Asks about a command that changes something; keys from before the question answer nothing. */
  async #agreed(command: string): Promise<boolean> {
    const { terminal, sleep, confirm } = this.#session;
    const { level, question, lines, typed } = confirm(command);
    this.#ahead = [];
    this.#hear = () => {};
    const { signal } = this.#over;
    writeWrapped(terminal, [question, ...lines]);
    if (level < 3 || typed === undefined) {
      writeLines(terminal, [say`y sends it, n or esc does not [y/N]`]);
      return (await askKey(terminal, ['y', 'n'], sleep, signal)) === 'y';
    }
    await sleep(deadTime, signal);
    const answer = await this.#read(say`Type ${typed} to send it: `, new LineEditor(), false);
    return answer === typed;
  }

  async #send(command: string): Promise<void> {
    const { terminal, send } = this.#session;
    if (this.#over.signal.aborted) return;
    const stop = new AbortController();
    const leave = () => stop.abort();
    this.#over.signal.addEventListener('abort', leave);
    this.#hear = (key) => {
      if ('key' in key && key.key === 'interrupt') stop.abort();
      else this.#ahead.push(key);
    };
    const answer = await send(command, stop.signal);
    this.#over.signal.removeEventListener('abort', leave);
    this.#hear = () => {};
    if (answer.ok) {
      writeLines(terminal, answer.value);
      return;
    }
    this.#ahead = [];
    note(terminal, describeFailure(answer.failure));
  }

  /** One line; undefined = left. `pastes` = pasted text counts. */
  #read(label: SafeText, editor: LineEditor, pastes = true): Promise<string | undefined> {
    const { terminal } = this.#session;
    return new Promise((resolve) => {
      const { signal } = this.#over;
      const finish = (line: string | undefined) => {
        signal.removeEventListener('abort', leave);
        this.#hear = (key) => this.#ahead.push(key);
        this.#redraw = () => {};
        resolve(line);
      };
      const leave = () => finish(undefined);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave);
      this.#redraw = () => draw(terminal, label, editor);
      this.#hear = (key) => {
        if ('text' in key) put(editor, key.text);
        else if ('pasted' in key) {
          if (pastes) put(editor, key.pasted.replace(/\s+/g, ' '));
        } else if (key.key === 'enter') {
          const { line } = editor;
          editor.next();
          terminal.write('\r\n');
          return finish(line);
        } else if (key.key === 'end-of-input') {
          if (editor.line === '') return finish(undefined);
        } else if (key.key === 'interrupt') {
          if (!pastes) return finish('');
          terminal.write('^C\r\n');
          editor.press('end');
          editor.press('kill-line');
        } else if (key.key === 'redraw') terminal.write('\u001b[H\u001b[2J');
        else editor.press(key.key);
        return this.#redraw();
      };
      this.#redraw();
      const ahead = this.#ahead;
      this.#ahead = [];
      for (const key of ahead) this.#hear(key);
      return undefined;
    });
  }
}

function note(terminal: Terminal, text: SafeText): void {
  writeWrapped(terminal, [say`-- ${text} --`]);
}

function put(editor: LineEditor, text: string): void {
  const room = commandLimit - editor.line.length;
  editor.insert((text.match(typable) ?? []).slice(0, Math.max(0, room)).join(''));
}

/** The line with its cursor on one row; of a long one the part around the cursor. */
function draw(terminal: Terminal, label: SafeText, editor: LineEditor): void {
  const room = Math.max(1, terminal.size().columns - label.length - 1);
  const { line, cursor } = editor;
  const from = cursor < room ? 0 : cursor - room + 1;
  const shown = sanitise(line.slice(from, from + room));
  terminal.write(`\r\u001b[K${label}${shown}\r\u001b[${label.length + cursor - from}C`);
}
