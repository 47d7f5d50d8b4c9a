/** One request as the demo saw it; parameters without secrets. */
export interface DemoRequestRecord {
  /** ms since the epoch, the demo's clock */
  readonly at: number;
  /** The node whose endpoint was asked. */
  readonly node: string;
  readonly method: string;
  /** Without `/api2/json`. */
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** `root@pam!demo`; undefined without a login or with a refused one. */
  identity?: string;
  /** Undefined until it is answered, and for ever when it never is. */
  status?: number;
}

const kept = 10_000;

/** The newest {@link kept} requests. */
export class RequestLog {
  #records: DemoRequestRecord[] = [];

  add(record: DemoRequestRecord): DemoRequestRecord {
    this.#records.push(record);
    if (this.#records.length > kept * 1.1) this.#records = this.#records.slice(-kept);
    return record;
  }

  get records(): readonly DemoRequestRecord[] {
    return this.#records.slice(-kept);
  }
}
