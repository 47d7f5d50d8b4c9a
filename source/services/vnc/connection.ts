import type { Failure } from '../../domain/failure.ts';
import { fail, type Result } from '../../domain/result.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { VncConsole } from '../types.ts';
import { createRfbClient, type RfbClient } from './client.ts';
import { vncFailure } from './failures.ts';
import type { ScreenAbout } from './types.ts';
import type { Clock } from './typist.ts';

/** An RFB client at work on a console, from the first byte to its end, whoever ends it. */
export class Connection {
  readonly client: RfbClient;
  onReady = (): void => undefined;
  onUpdate = (): void => undefined;
  private readonly console: VncConsole;
  private about: ScreenAbout;
  private readonly clock: Clock;
  private readonly cancel = () =>
    this.end({ kind: 'cancelled', what: say`Cancelled`, where: this.about.label });
  /** `failure` undefined = in order. */
  private ended: { readonly failure: Failure | undefined } | undefined;
  private onEnd = (): void => undefined;

  constructor(console: VncConsole, about: ScreenAbout, clock: Clock) {
    this.console = console;
    this.about = about;
    this.clock = clock;
    this.client = createRfbClient({
      password: console.password,
      write: (bytes) => console.write(bytes),
      onReady: () => this.onReady(),
      onUpdate: () => this.onUpdate(),
      onFailure: (error) => this.end(vncFailure(error, about.label)),
    });
  }

  start(): void {
    const { signal } = this.about;
    if (signal.aborted) return this.cancel();
    signal.addEventListener('abort', this.cancel);
    this.console.onClose((failure) => this.end(failure));
    this.console.onData((bytes) => this.client.receive(bytes));
    this.client.start();
    return undefined;
  }

  /** It ends with another signal from now on. */
  belongTo(about: ScreenAbout): void {
    this.about.signal.removeEventListener('abort', this.cancel);
    this.about = about;
    if (about.signal.aborted) this.cancel();
    else about.signal.addEventListener('abort', this.cancel);
  }

  end(failure?: Failure): void {
    if (this.ended) return;
    this.ended = { failure };
    this.about.signal.removeEventListener('abort', this.cancel);
    this.client.stop();
    this.console.close();
    this.onEnd();
  }

  /**
   * Runs `work` until it finishes or the connection ends: then it is the failure, or `closed` after an end in order. `patience`
   * in ms ends the connection with `late`.
   */
  run<T>(
    work: (finish: (result: Result<T>) => void) => void,
    closed: Result<T>,
    patience?: { readonly ms: number; readonly late: SafeText },
  ): Promise<Result<T>> {
    return new Promise((resolve) => {
      const where = this.about.label;
      const stopClock = patience
        ? this.clock.after(patience.ms, () =>
            this.end({ kind: 'timeout', what: patience.late, where, next: say`try again` }),
          )
        : () => undefined;
      const finish = (result: Result<T>) => {
        stopClock();
        this.onEnd = () => undefined;
        resolve(result);
      };
      this.onEnd = () => finish(this.ended?.failure ? fail(this.ended.failure) : closed);
      if (this.ended) this.onEnd();
      else work(finish);
    });
  }
}
