import { createHash } from 'node:crypto';

/** Mixes integers to 32 well spread bits; equal input gives equal output on every machine. */
function mix(a: number, b: number, c: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ Math.imul(c | 0, 0x297a2d39);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  h ^= h >>> 15;
  return h >>> 0;
}

/** FNV-1a, mixed once more: neighbouring names must not give neighbouring numbers. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    h = Math.imul(h ^ name.charCodeAt(index), 0x01000193);
  }
  return mix(h, name.length, 0x5bd1e995) | 0;
}

/** Randomness without state: every value is a function of the seed and its own name, so the world can be asked in any order. */
export class Noise {
  readonly #seed: number;
  readonly #names = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** The number that stands for a name; keep it where a name is asked for often. */
  key(name: string): number {
    let key = this.#names.get(name);
    if (key === undefined) {
      key = hash(name);
      this.#names.set(name, key);
    }
    return key;
  }

  /** 0 ≤ x < 1, the same for the same name and index. */
  at(name: string | number, index = 0): number {
    const key = typeof name === 'number' ? name : this.key(name);
    return mix(this.#seed ^ key, index, Math.floor(index / 0x1_0000_0000)) / 0x1_0000_0000;
  }

  /** A whole number, `low` ≤ x ≤ `high`. */
  integer(name: string, low: number, high: number, index = 0): number {
    return low + Math.floor(this.at(name, index) * (high - low + 1));
  }

  /** `length` hexadecimal digits. */
  hex(name: string, length: number, index = 0): string {
    const digest = createHash('sha256').update(`${this.#seed}/${name}/${index}`).digest('hex');
    return digest.slice(0, length);
  }

  /** A line that wanders between 0 and 1 without jumps; `step` = seconds between its corners. */
  wave(name: string | number, seconds: number, step: number): number {
    const place = seconds / step;
    const corner = Math.floor(place);
    const part = place - corner;
    const ease = part * part * (3 - 2 * part);
    return this.at(name, corner) * (1 - ease) + this.at(name, corner + 1) * ease;
  }
}
