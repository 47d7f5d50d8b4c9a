import type { Noise } from './noise.ts';

export interface JournalEntry {
  /** Counts on from the node's first entry, never reused. */
  readonly index: number;
  /** ms since the epoch */
  readonly time: number;
  readonly unit: string;
  readonly pid: number;
  readonly text: string;
}

const kept = 5000;
/** Seconds between two lines that a quiet node writes by itself, at most. */
const longestPause = 90;

type Background = readonly [unit: string, text: (pick: (high: number) => number) => string];

const background: readonly Background[] = [
  ['pvestatd', (pick) => `status update time (${5 + pick(4)}.${100 + pick(800)} seconds)`],
  ['systemd', () => 'Starting pve-daily-update.service - Daily PVE download activities...'],
  ['systemd', () => 'Finished man-db.service - Daily man-db regeneration.'],
  [
    'smartd',
    (pick) =>
      `Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from ${60 + pick(5)} to ${61 + pick(5)}`,
  ],
  ['pmxcfs', () => '[dcdb] notice: data verification successful'],
  ['chronyd', () => 'Selected source 162.159.200.1 (2.debian.pool.ntp.org)'],
  ['CRON', () => '(root) CMD (cd / && run-parts --report /etc/cron.hourly)'],
  ['kernel', (pick) => `vmbr0: port ${2 + pick(6)}(tap10${pick(5)}i0) entered forwarding state`],
  [
    'sshd',
    (pick) =>
      `Accepted publickey for root from 192.168.1.50 port ${40_000 + pick(20_000)} ssh2: ED25519 SHA256:demo`,
  ],
  ['postfix/qmgr', (pick) => `${(0xa0000 + pick(0xfffff)).toString(16).toUpperCase()}: removed`],
];

/** The journal of one node: it grows by itself and by what happens in the world; the newest {@link kept} lines stay. */
export class Journal {
  readonly #node: string;
  readonly #noise: Noise;
  #entries: JournalEntry[] = [];
  #next = 0;
  #nextBackground: number;

  constructor(node: string, noise: Noise, since: number) {
    this.#node = node;
    this.#noise = noise;
    this.#nextBackground = since;
  }

  /** Writes the lines that are due by `now`; while the node is off it writes none. */
  grow(now: number, writing: boolean): void {
    while (this.#nextBackground <= now) {
      const index = this.#next;
      const name = `journal/${this.#node}`;
      if (writing) {
        const [unit, text] =
          background[this.#noise.integer(name, 0, background.length - 1, index)] ??
          (background[0] as Background);
        const pick = (high: number) => this.#noise.integer(`${name}/${high}`, 0, high, index);
        this.#push(this.#nextBackground, unit, 800 + pick(900), text(pick));
      }
      const pause = this.#noise.integer(`${name}/pause`, 8, longestPause, this.#nextBackground);
      this.#nextBackground += pause * 1000;
    }
  }

  add(time: number, unit: string, pid: number, text: string): void {
    this.grow(time, true);
    this.#push(time, unit, pid, text);
  }

  #push(time: number, unit: string, pid: number, text: string): void {
    this.#entries.push({ index: this.#next, time, unit, pid, text });
    this.#next += 1;
    if (this.#entries.length > kept) this.#entries = this.#entries.slice(-kept);
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }
}
