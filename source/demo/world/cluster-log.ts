export interface ClusterLogEntry {
  readonly uid: number;
  readonly node: string;
  /** seconds since the epoch */
  readonly time: number;
  /** syslog priority: 3 error, 6 information */
  readonly pri: number;
  readonly tag: string;
  readonly user: string;
  readonly pid: number;
  readonly msg: string;
  readonly id: string;
}

const kept = 500;

/** What GET /cluster/log tells: the newest {@link kept} entries of all nodes. */
export class ClusterLog {
  #entries: ClusterLogEntry[] = [];
  #uid = 0;

  add(entry: Omit<ClusterLogEntry, 'uid' | 'id'>): void {
    this.#uid += 1;
    this.#entries.push({ ...entry, uid: this.#uid, id: `${this.#uid}:${entry.node}` });
    if (this.#entries.length > kept) this.#entries = this.#entries.slice(-kept);
  }

  /** Newest first. */
  newest(max: number): ClusterLogEntry[] {
    return this.#entries.slice(-max).reverse();
  }
}
