import type { TestContext } from 'node:test';
import type { PveAuth, PveSiteConfig, TlsTrust } from '../../../source/domain/homelab.ts';
import type { CallRecord } from '../../../source/domain/inventory.ts';
import { ok } from '../../../source/domain/result.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { Timings } from '../../../source/services/http/timings.ts';
import { createServices } from '../../../source/services/index.ts';
import type {
  Asker,
  PveSite,
  ServiceEnvironment,
  Services,
  TrustStore,
} from '../../../source/services/types.ts';

export const tokenSecret = '11111111-2222-3333-4444-555555555555';
export const password = 'correct horse battery';

export const token: PveAuth = {
  kind: 'token',
  token: 'root@pam!tui',
  secret: { from: 'env', name: 'SECRET' },
};
export const user: PveAuth = {
  kind: 'user',
  user: 'admin@pve',
  password: { from: 'env', name: 'PASSWORD' },
};

/** Short waits, so that tests of deadlines take no time. */
export const quick: Timings = {
  connect: 1_000,
  read: 4_000,
  write: 4_000,
  pause: 30_000,
  idle: 4_000,
  retry: 1,
  silence: 10_000,
};

export interface Setup {
  readonly endpoints: readonly string[];
  readonly tls: TlsTrust;
  readonly auth?: PveAuth;
  readonly timings?: Partial<Timings>;
  readonly readOnly?: boolean;
  readonly asker?: Partial<Asker>;
  readonly store?: TrustStore & { readonly map: Map<string, string> };
  readonly ca?: string;
}

export interface Rig {
  readonly services: Services;
  readonly site: PveSite;
  readonly records: CallRecord[];
  readonly clock: { offset: number };
  readonly store: { readonly map: Map<string, string> };
  /** How often the secret was asked for. */
  secretsResolved(): number;
}

export function memoryStore(
  entries: readonly (readonly [string, string])[] = [],
): TrustStore & { readonly map: Map<string, string> } {
  const map = new Map(entries);
  return {
    map,
    get: (endpoint) => map.get(endpoint),
    set: async (endpoint, fingerprint) => {
      map.set(endpoint, fingerprint);
    },
  };
}

/** Real services over a fake environment; closed when the test ends. */
export function rig(context: TestContext, setup: Setup): Rig {
  const records: CallRecord[] = [];
  const clock = { offset: 0 };
  const store = setup.store ?? memoryStore();
  let resolved = 0;
  const config: PveSiteConfig = {
    id: 'home' as SiteId,
    endpoints: setup.endpoints,
    auth: setup.auth ?? token,
    tls: setup.tls,
  };
  const environment: ServiceEnvironment = {
    sites: [config],
    asker: {
      trustCertificate: async () => 'no',
      secondFactor: async () => undefined,
      ...setup.asker,
    },
    trust: store,
    resolveSecret: async () => {
      resolved += 1;
      return ok(new Secret(config.auth.kind === 'token' ? tokenSecret : password));
    },
    readCa: async () => ok(setup.ca ?? ''),
    now: () => Date.now() + clock.offset,
    random: () => 0.5,
    readOnly: setup.readOnly ?? false,
    onCall: (record) => records.push(record),
  };
  const services = createServices(environment, { ...quick, ...setup.timings });
  context.after(() => services.close());
  const site = services.site(config.id);
  if (!site) throw new Error('no site');
  return { services, site, records, clock, store, secretsResolved: () => resolved };
}
