import type { PbsServerConfig } from '../../domain/homelab.ts';
import { ok } from '../../domain/result.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { type Row, text, told } from '../decode.ts';
import type { PbsServer } from '../pbs-api.ts';
import type { ApiSession } from '../session/api-session.ts';
import { plannedCalls } from '../session/dry-run.ts';
import { permissions } from './access.ts';
import { PbsCaller, type PbsCalls } from './caller.ts';
import { contentApi } from './content.ts';
import { datastoreApi } from './datastores.ts';
import { jobApi, type PbsFeatures } from './jobs.ts';
import { nodeApi } from './node.ts';
import { type PbsSessionOptions, pbsSession } from './session.ts';
import { taskApi } from './tasks.ts';
import { Walks } from './walks.ts';

/** A {@link PbsServer} that can be closed. Makes no request before its first call. */
export interface OwnedPbsServer extends PbsServer {
  close(): void;
}

/** PBS tells `4.2` and the release `6` of it apart; everybody says 4.2.6. */
function versionOf(row: Row): { version: SafeText; release?: SafeText } {
  const version = text(row.version);
  const release = text(row.release);
  const whole =
    version !== undefined && release !== undefined && /^\d+\.\d+$/.test(version)
      ? say`${version}.${release}`
      : version;
  return told({ version: whole ?? say`?`, release });
}

/** What all faces of one server share: its session, its back-off, and what it was found to know. */
interface Shared {
  readonly config: PbsServerConfig;
  readonly session: ApiSession;
  readonly walks: Walks;
  readonly features: PbsFeatures;
}

export function createPbsServer(options: PbsSessionOptions): OwnedPbsServer {
  const { config, environment } = options;
  const session = pbsSession(options);
  const walks = new Walks(() => environment.now());
  return serverOver({ config, session, walks, features: {} }, session);
}

function serverOver(shared: Shared, calls: PbsCalls): OwnedPbsServer {
  const { config, session, walks, features } = shared;
  const caller = new PbsCaller(config.id, calls, walks);
  const where = caller.here;
  const tasks = taskApi(caller);
  return {
    id: config.id,
    config,
    datastores: datastoreApi(caller),
    content: contentApi(caller),
    jobs: jobApi(caller, features),
    tasks,
    node: nodeApi(caller, tasks),
    permissions: (paths = [], options) => permissions(caller, paths, options),
    version: async (options) => {
      const answer = await caller.row('GET /version', {}, {}, { where, options }, (row) => row);
      if (!answer.ok) return answer;
      return ok(versionOf(answer.value));
    },
    connection: () => session.connection(),
    serverNow: () => session.serverNow(),
    dryRun: (planned) =>
      serverOver(shared, {
        call: plannedCalls(calls, planned),
        serverNow: () => session.serverNow(),
      }),
    reset: () => {
      walks.reset();
      session.reset();
    },
    close: () => session.close(),
  };
}
