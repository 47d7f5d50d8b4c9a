import type { Terminal } from '../../../source/actions/types.ts';
import { ok, type Result } from '../../../source/domain/result.ts';

const text = (bytes: Uint8Array | string) =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');

/** A terminal without a screen: what was shown, and somebody who types. */
export class FakeTerminal implements Terminal {
  shown = '';
  /** Answers of `write`, and who waits for it to drain. */
  takes = true;
  waiting: (() => void)[] = [];
  resets = 0;
  dimensions = { columns: 80, rows: 24 };
  readonly #inputs = new Set<(bytes: Uint8Array) => void>();
  readonly #resizes = new Set<() => void>();
  size = () => this.dimensions;
  onInput(listener: (bytes: Uint8Array) => void) {
    this.#inputs.add(listener);
    return () => void this.#inputs.delete(listener);
  }
  onResize(listener: () => void) {
    this.#resizes.add(listener);
    return () => void this.#resizes.delete(listener);
  }
  write(bytes: Uint8Array | string) {
    this.shown += text(bytes);
    return this.takes;
  }
  drained() {
    return new Promise<void>((resolve) => this.waiting.push(resolve));
  }
  reset() {
    this.resets += 1;
  }
  async runProgram(): Promise<Result<number>> {
    return ok(0);
  }
  type(keys: string) {
    for (const listener of [...this.#inputs]) listener(Buffer.from(keys, 'latin1'));
  }
  resizeTo(columns: number, rows: number) {
    this.dimensions = { columns, rows };
    for (const listener of [...this.#resizes]) listener();
  }
  get listeners() {
    return this.#inputs.size + this.#resizes.size;
  }
}
