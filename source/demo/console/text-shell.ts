import { Duplex } from 'node:stream';
import type { TextBackend, TextSession, TextTarget, UpgradeTarget } from '../console-backend.ts';
import { upgradeAnswer, upgradeStart } from './upgrade-dialogue.ts';

const clear = '\u001b[H\u001b[2J';

/** What the shell says of itself and of the machine it pretends to be on. */
function hostOf(target: TextTarget): string {
  return target.kind === 'node' ? target.node : target.name || `guest${target.vmid}`;
}

/** A line editor over a stream: echo, backspace, ctrl-c, ctrl-d; a shell that knows a handful of commands. */
class Shell extends Duplex {
  readonly #host: string;
  #size = { columns: 80, rows: 20 };
  #line = '';
  #user: string | undefined;
  #asked: 'login' | 'password' | 'command' = 'login';
  /** It waits for an answer. */
  #upgrade: UpgradeTarget | undefined;
  #name = '';

  constructor(target: TextTarget) {
    super();
    this.#host = hostOf(target);
    if (target.kind === 'node' && target.loggedIn !== undefined) {
      this.#user = target.loggedIn.split('@')[0] ?? 'root';
      if (target.upgrade) this.#begin(target.upgrade);
      else {
        this.#say(`Linux ${this.#host} 6.17.2-1-pve #1 SMP PREEMPT_DYNAMIC x86_64\r\n\r\n`);
        this.#prompt();
      }
    } else {
      const os = target.kind === 'node' ? 'Proxmox Virtual Environment' : 'Debian GNU/Linux 13';
      this.#say(`${os} ${this.#host} tty1\r\n\r\n`);
      this.#prompt();
    }
  }

  #begin(target: UpgradeTarget): void {
    const { text, asks } = upgradeStart(target);
    this.#say(text);
    if (asks) this.#upgrade = target;
    else this.#prompt();
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const character of chunk.toString('utf8')) this.#key(character);
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  #say(text: string): void {
    if (!this.readableEnded && !this.destroyed) this.push(text);
  }

  #prompt(): void {
    if (this.#user !== undefined) {
      this.#asked = 'command';
      this.#say(`${this.#user}@${this.#host}:~${this.#user === 'root' ? '#' : '$'} `);
    } else if (this.#asked === 'login') this.#say(`${this.#host} login: `);
    else this.#say('Password: ');
  }

  #key(character: string): void {
    if (character === '\r' || character === '\n') {
      this.#say('\r\n');
      const line = this.#line;
      this.#line = '';
      this.#enter(line);
    } else if (character === '\u007f' || character === '\b') {
      if (this.#line === '') return;
      this.#line = [...this.#line].slice(0, -1).join('');
      if (this.#asked !== 'password') this.#say('\b \b');
    } else if (character === '\u0003') {
      this.#line = '';
      this.#upgrade = undefined;
      this.#say('^C\r\n');
      this.#prompt();
    } else if (character === '\u0004') {
      if (this.#line === '') this.#leave();
    } else if (character >= ' ') {
      this.#line += character;
      if (this.#asked !== 'password') this.#say(character);
    }
  }

  #enter(line: string): void {
    if (this.#upgrade) {
      this.#say(upgradeAnswer(this.#upgrade, line));
      this.#upgrade = undefined;
      return this.#prompt();
    }
    if (this.#asked === 'login') {
      this.#name = line.trim();
      if (this.#name !== '') this.#asked = 'password';
      return this.#prompt();
    }
    if (this.#asked === 'password') {
      // Any password will do: there is nothing behind it.
      this.#user = this.#name;
      this.#say(`Last login: Thu Nov 19 20:11:09 on tty1\r\n`);
      return this.#prompt();
    }
    const [command = '', ...rest] = line.trim().split(/\s+/);
    if (command === 'exit' || command === 'logout') return this.#leave();
    this.#say(this.#run(command, rest));
    return this.#prompt();
  }

  #run(command: string, rest: readonly string[]): string {
    switch (command) {
      case '':
        return '';
      case 'echo':
        return `${rest.join(' ')}\r\n`;
      case 'whoami':
        return `${this.#user}\r\n`;
      case 'hostname':
        return `${this.#host}\r\n`;
      case 'uname':
        return rest.includes('-a')
          ? `Linux ${this.#host} 6.17.2-1-pve #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\r\n`
          : 'Linux\r\n';
      case 'stty':
        return rest[0] === 'size' ? `${this.#size.rows} ${this.#size.columns}\r\n` : '';
      case 'clear':
        return clear;
      case 'help':
        return 'clear echo exit help hostname stty uname whoami\r\n';
      default:
        return `-bash: ${command}: command not found\r\n`;
    }
  }

  /** The program is over, and the console with it. */
  #leave(): void {
    this.#say('logout\r\n');
    this.push(null);
    this.end();
  }
}

/** A login prompt and a small shell; nothing that is typed leaves it. */
export const simulatedShell: TextBackend = (target): TextSession => {
  const stream = new Shell(target);
  return { stream, resize: (columns, rows) => stream.resize(columns, rows) };
};
