import type { TestContext } from 'node:test';
import type { PveAuth, PveSiteConfig } from '../../source/domain/homelab.ts';
import { ok } from '../../source/domain/result.ts';
import { Secret } from '../../source/domain/secret.ts';
import type { SiteId } from '../../source/domain/site.ts';
import { createServices } from '../../source/services/index.ts';
import type { PveSite, ServiceEnvironment, Services } from '../../source/services/types.ts';
import type { TestDemo } from './demo.ts';

export interface TestServicesOptions {
  readonly role?: 'admin' | 'auditor' | 'desktop';
  /** Logs in with a password instead of a token. */
  readonly user?: { readonly user: string; readonly password: string };
  readonly environment?: Partial<ServiceEnvironment>;
}

/** Our own client against a demo: the one site of its services. */
export function connectServices(
  t: Pick<TestContext, 'after'>,
  { info }: Pick<TestDemo, 'info'>,
  options: TestServicesOptions = {},
): PveSite {
  const token = info.tokens[options.role ?? 'admin'];
  const nowhere = { from: 'env', name: 'UNUSED' } as const;
  const auth: PveAuth = options.user
    ? { kind: 'user', user: options.user.user, password: nowhere }
    : { kind: 'token', token: token.id, secret: nowhere };
  const config: PveSiteConfig = {
    id: 'home' as SiteId,
    endpoints: info.pve,
    auth,
    tls: { kind: 'fingerprint', fingerprint: info.fingerprint },
  };
  const secret = options.user?.password ?? token.secret;
  const services = servicesOver(t, config, secret, options.environment);
  const [site] = services.sites;
  if (site === undefined) throw new Error('The services have no site');
  return site;
}

/** Services over one site, which ask nobody and know one secret. */
export function servicesOver(
  t: Pick<TestContext, 'after'>,
  config: PveSiteConfig,
  secret: string,
  environment: Partial<ServiceEnvironment> = {},
): Services {
  const services = createServices({
    sites: [config],
    asker: {
      trustCertificate: async () => 'no',
      secondFactor: async () => undefined,
    },
    trust: { get: () => undefined, set: async () => undefined },
    resolveSecret: async () => ok(new Secret(secret)),
    readCa: async () => ok(''),
    now: Date.now,
    random: () => 0.5,
    readOnly: false,
    ...environment,
  });
  t.after(() => services.close());
  return services;
}
