import type { Guest } from './guest.ts';
import type { ClusterStatus, Node } from './node.ts';
import type { Permissions } from './permission.ts';
import type { SafeText } from './safe-text.ts';
import type { SiteId } from './site.ts';
import type { Sourced } from './sourced.ts';
import type { Storage } from './storage.ts';
import type { Task } from './task.ts';

/** The answer of GET /cluster/resources, decoded. */
export interface Resources {
  readonly nodes: readonly Node[];
  readonly guests: readonly Guest[];
  readonly storages: readonly Storage[];
  readonly pools: readonly SafeText[];
}

/** How a connection's certificate is trusted. */
export type TrustBadge = 'system CA' | 'CA file' | 'pinned' | 'unknown';

/** What the header says of one site's connection. Latency in ms; `skew` = server clock minus ours, in ms. */
export interface Connection {
  readonly endpoint?: SafeText;
  readonly trust: TrustBadge;
  readonly latency?: number;
  readonly skew?: number;
  /** `root@pam!tui` or the ticket's user. */
  readonly identity?: SafeText;
  readonly requestsLastMinute: number;
  /** When the breaker lets the next request through (ms), while it is open. */
  readonly pausedUntil?: number;
  /** When the endpoint's certificate ends (ms); a pinned one works longer than that. */
  readonly notAfter?: number;
  /** Not the first endpoint of the configuration is in use: that one did not answer. */
  readonly failover?: boolean;
  /** What a person should know, e.g. that the fingerprint could not be remembered. */
  readonly notice?: SafeText;
}

/** Everything known about one site, each source with its own age and failure. */
export interface SiteInventory {
  readonly site: SiteId;
  readonly resources: Sourced<Resources>;
  readonly cluster: Sourced<ClusterStatus>;
  readonly tasks: Sourced<readonly Task[]>;
  readonly permissions: Sourced<Permissions>;
  readonly version: Sourced<{ readonly version: SafeText; readonly release?: SafeText }>;
  readonly connection: Connection;
}

/** Version and names of the product's one call log line; params carry no secrets. `duration` in ms. */
export interface CallRecord {
  readonly id: number;
  readonly at: number;
  readonly site: SiteId;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: SafeText;
  readonly params?: SafeText;
  readonly endpoint: SafeText;
  readonly status?: number;
  readonly duration?: number;
  readonly outcome: 'pending' | 'ok' | 'failed';
  readonly message?: SafeText;
}
