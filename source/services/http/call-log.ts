import type { CallRecord } from '../../domain/inventory.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import type { Method } from './exchange.ts';

const minute = 60_000;

export interface CallLogOptions {
  readonly site: SiteId;
  now(): number;
  /** A number no other call of this run has. */
  nextId(): number;
  readonly onCall?: ((record: CallRecord) => void) | undefined;
}

export interface LoggedCall {
  readonly method: Method;
  /** Already redacted. */
  readonly path: SafeText;
  readonly params?: SafeText | undefined;
  readonly endpoint: string;
}

/** Tells of every request, when it leaves and when it ended, and counts those of the last minute. */
export class CallLog {
  readonly #options: CallLogOptions;
  #recent: number[] = [];

  constructor(options: CallLogOptions) {
    this.#options = options;
  }

  /** Records a request that leaves now; the function returned records how it ended. */
  start(call: LoggedCall): (end: { status?: number; message?: SafeText; ok: boolean }) => void {
    const { site, onCall } = this.#options;
    const at = this.#options.now();
    this.#recent.push(at);
    const base = {
      id: this.#options.nextId(),
      at,
      site,
      method: call.method,
      path: call.path,
      endpoint: sanitise(call.endpoint),
      ...(call.params === undefined ? {} : { params: call.params }),
    };
    onCall?.({ ...base, outcome: 'pending' });
    return ({ status, message, ok }) =>
      onCall?.({
        ...base,
        outcome: ok ? 'ok' : 'failed',
        duration: this.#options.now() - at,
        ...(status === undefined ? {} : { status }),
        ...(message === undefined ? {} : { message }),
      });
  }

  lastMinute(): number {
    const since = this.#options.now() - minute;
    this.#recent = this.#recent.filter((at) => at > since);
    return this.#recent.length;
  }
}
