import type { PveSiteConfig } from '../../domain/homelab.ts';
import type { Resources } from '../../domain/inventory.ts';
import { ok } from '../../domain/result.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import { text, told } from '../decode.ts';
import type { PveSite } from '../types.ts';
import { accessApi } from './access.ts';
import { backupApi } from './backups.ts';
import { Caller, type CallSession } from './caller.ts';
import { clusterApi } from './cluster.ts';
import { consoleApi } from './consoles.ts';
import { decodeClusterStatus, decodePermissions } from './decode-cluster.ts';
import { decodeResources } from './decode-resources.ts';
import { dryRunSession } from './dry-run.ts';
import { firewallApi } from './firewall.ts';
import { guestApi } from './guests.ts';
import { nodeApi } from './nodes.ts';
import { replicationApi } from './replication.ts';
import { PveSession, type SessionOptions } from './session.ts';
import { storageApi } from './storage.ts';
import { taskApi } from './tasks.ts';

/** A {@link PveSite} that can be closed. Makes no request before its first call. */
export interface OwnedSite extends PveSite {
  reset(): void;
  close(): void;
}

export function createPveSite(options: SessionOptions): OwnedSite {
  const { config } = options;
  const session = new PveSession(options);
  return siteOver(config, session, session);
}

/** The whole API over a session that carries calls out, or only plans them. */
function siteOver(config: PveSiteConfig, session: PveSession, calls: CallSession): OwnedSite {
  const caller = new Caller(config.id, calls);
  const where = caller.here;
  let last: { readonly data: unknown; readonly resources: Resources } | undefined;
  return {
    id: config.id,
    config,
    guests: guestApi(caller),
    nodes: nodeApi(caller),
    storage: storageApi(caller),
    tasks: taskApi(caller),
    consoles: consoleApi(caller, config.auth.kind === 'token'),
    cluster: clusterApi(caller),
    firewall: firewallApi(caller),
    backups: backupApi(caller),
    replication: replicationApi(caller),
    access: accessApi(caller),
    dryRun: (planned) => siteOver(config, session, dryRunSession(calls, planned)),
    resources: (options) =>
      caller.list('GET /cluster/resources', {}, {}, { where, options }, (data) => {
        // The very same answer decodes to the very same rows.
        if (last?.data !== data) last = { data, resources: decodeResources(config.id, data) };
        return last.resources;
      }),
    clusterStatus: (options) =>
      caller.list('GET /cluster/status', {}, {}, { where, options }, decodeClusterStatus),
    permissions: (options) =>
      caller.row('GET /access/permissions', {}, {}, { where, options }, decodePermissions),
    version: async (options) => {
      const answer = await caller.row('GET /version', {}, {}, { where, options }, (row) => row);
      if (!answer.ok) return answer;
      const { version, release } = answer.value;
      return ok(told({ version: text(version) ?? ('?' as SafeText), release: text(release) }));
    },
    connection: () => session.connection(),
    currentHost: () => session.currentHost(),
    reset: () => session.reset(),
    close: () => session.close(),
  };
}
