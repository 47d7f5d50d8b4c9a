import type { Failure } from '../../domain/failure.ts';
import type { PbsSyncJob } from '../../domain/pbs-job.ts';
import type { Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import type { PbsJobApi } from '../pbs-api.ts';
import type { CallOptions } from '../types.ts';
import type { PbsCaller } from './caller.ts';
import { decodePruneJobs, decodeSyncJobs, decodeVerifyJobs } from './decode-job.ts';

/** What one server was found to know; told once and kept as long as the program runs. */
export interface PbsFeatures {
  /** `sync-direction`, since 3.3. */
  direction?: boolean;
}

export function jobApi(caller: PbsCaller, features: PbsFeatures): PbsJobApi {
  const { server, here } = caller;
  return {
    prune: (options) =>
      caller.list('GET /admin/prune', {}, {}, { where: here, options }, (data) =>
        decodePruneJobs(server, data, caller.now()),
      ),
    sync: (options) => syncJobs(caller, features, options),
    verify: (options) =>
      caller.list('GET /admin/verify', {}, {}, { where: here, options }, (data) =>
        decodeVerifyJobs(server, data, caller.now()),
      ),
    run: (kind, id, options) => {
      const where = say`${here} · ${sanitise(kind)} job ${sanitise(id)}`;
      return caller.start(`POST /admin/${kind}/{id}/run`, { id }, {}, { where, options });
    },
  };
}

/** Without `sync-direction=all` only pull jobs are told; a server that does not know it refuses it, and has no others. */
async function syncJobs(
  caller: PbsCaller,
  features: PbsFeatures,
  options: CallOptions | undefined,
): Promise<Result<readonly PbsSyncJob[]>> {
  const ask = (parameters: Readonly<Record<string, string>>) =>
    caller.list('GET /admin/sync', {}, parameters, { where: caller.here, options }, (data) =>
      decodeSyncJobs(caller.server, data, caller.now()),
    );
  if (features.direction === false) return ask({});
  const answer = await ask({ 'sync-direction': 'all' });
  if (answer.ok) features.direction = true;
  if (answer.ok || !unknownParameter(answer.failure)) return answer;
  features.direction = false;
  return ask({});
}

function unknownParameter({ status, fields, detail }: Failure): boolean {
  return (
    status === 400 &&
    (fields?.['sync-direction'] !== undefined || /sync-direction/.test(detail ?? ''))
  );
}
