import type { TestContext } from 'node:test';
import type { PbsServerConfig, PveAuth } from '../../source/domain/homelab.ts';
import type { PbsId } from '../../source/domain/pbs.ts';
import type { SiteId } from '../../source/domain/site.ts';
import type { PbsServer } from '../../source/services/pbs-api.ts';
import type { ServiceEnvironment } from '../../source/services/types.ts';
import type { TestDemo } from './demo.ts';
import { servicesOver } from './services.ts';

export interface PbsOptions {
  /** The first server of the demo when absent. */
  readonly name?: string;
  readonly role?: 'admin' | 'auditor' | 'backup';
  /** Logs in with a password instead of a token. */
  readonly user?: { readonly user: string; readonly password: string };
  readonly environment?: Partial<ServiceEnvironment>;
}

/** Our own client against one backup server of a demo. */
export function connectPbs(
  t: Pick<TestContext, 'after'>,
  { info }: Pick<TestDemo, 'info'>,
  options: PbsOptions = {},
): PbsServer {
  const told = info.pbs.find(({ name }) => options.name === undefined || name === options.name);
  if (!told) throw new Error('The demo has no such backup server');
  const token = told.tokens[options.role ?? 'admin'];
  const nowhere = { from: 'env', name: 'UNUSED' } as const;
  const site = 'home' as SiteId;
  const auth: PveAuth = options.user
    ? { kind: 'user', user: options.user.user, password: nowhere }
    : { kind: 'token', token: token.id, secret: nowhere };
  const config: PbsServerConfig = {
    id: told.name as PbsId,
    site,
    endpoints: [told.endpoint],
    auth,
    tls: { kind: 'fingerprint', fingerprint: told.fingerprint },
  };
  const home = {
    id: site,
    endpoints: info.pve,
    auth,
    tls: { kind: 'system' },
    pbs: [config],
  } as const;
  const secret = options.user?.password ?? token.secret;
  const services = servicesOver(t, home, secret, options.environment);
  const [server] = services.pbs;
  if (!server) throw new Error('The services have no backup server');
  return server;
}
