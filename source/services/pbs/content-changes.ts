import type { GroupAt } from '../../domain/pbs.ts';
import type { KeepOptions, PruneMark } from '../../domain/pbs-content.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import type { PbsContentApi } from '../pbs-api.ts';
import type { CallOptions } from '../types.ts';
import type { PbsCaller } from './caller.ts';
import { decodePruneMarks } from './decode-content.ts';
import {
  groupKey,
  groupParameters,
  keepParameters,
  placeOf,
  snapshotParameters,
} from './places.ts';
import { walkWait } from './waits.ts';

type Changes = Pick<
  PbsContentApi,
  | 'setNotes'
  | 'setGroupNotes'
  | 'setProtected'
  | 'forget'
  | 'forgetGroup'
  | 'changeOwner'
  | 'pruneDryRun'
  | 'prune'
  | 'pruneDatastore'
  | 'verify'
>;

/** Everything that changes what is in a datastore, and the dry run of the one that removes most. */
export function contentChanges(caller: PbsCaller): Changes {
  return {
    setNotes: (at, notes, options) =>
      caller.start(
        'PUT /admin/datastore/{store}/notes',
        { store: at.store },
        { ...snapshotParameters(at), notes },
        { where: caller.content(at), options },
      ),
    setGroupNotes: (at, notes, options) =>
      caller.start(
        'PUT /admin/datastore/{store}/group-notes',
        { store: at.store },
        { ...groupParameters(at), notes },
        { where: caller.content(at), options },
      ),
    setProtected: (at, on, options) =>
      caller.start(
        'PUT /admin/datastore/{store}/protected',
        { store: at.store },
        { ...snapshotParameters(at), protected: on },
        { where: caller.content(at), options },
      ),
    forget: (at, options) =>
      caller.start(
        'DELETE /admin/datastore/{store}/snapshots',
        { store: at.store },
        snapshotParameters(at),
        { where: caller.content(at), options },
      ),
    forgetGroup: (at, options) =>
      caller.start(
        'DELETE /admin/datastore/{store}/groups',
        { store: at.store },
        groupParameters(at),
        { where: caller.content(at), options },
      ),
    changeOwner: (at, owner, options) =>
      caller.start(
        'POST /admin/datastore/{store}/change-owner',
        { store: at.store },
        { ...groupParameters(at), 'new-owner': owner },
        { where: caller.content(at), options },
      ),
    pruneDryRun: (at, keep, options) => pruneDryRun(caller, at, keep, options),
    prune: (at, keep, options) =>
      caller.start(
        'POST /admin/datastore/{store}/prune',
        { store: at.store },
        { ...groupParameters(at), ...keepParameters(keep), 'use-task': true },
        { where: caller.content(at), options },
      ),
    pruneDatastore: (at, keep, { maxDepth, dryRun } = {}, options) =>
      caller.start(
        'POST /admin/datastore/{store}/prune-datastore',
        { store: at.store },
        { ...placeOf(at), ...keepParameters(keep), 'max-depth': maxDepth, 'dry-run': dryRun },
        { where: caller.content(at), options },
      ),
    verify: (at, { ignoreVerified, outdatedAfter, maxDepth } = {}, options) =>
      caller.start(
        'POST /admin/datastore/{store}/verify',
        { store: at.store },
        {
          ...placeOf(at),
          ...('type' in at ? groupKey(at) : {}),
          ...('time' in at ? { 'backup-time': at.time } : {}),
          'ignore-verified': ignoreVerified,
          'outdated-after': outdatedAfter,
          'max-depth': maxDepth,
        },
        { where: caller.content(at), options },
      ),
  };
}

async function pruneDryRun(
  caller: PbsCaller,
  at: GroupAt,
  keep: KeepOptions,
  options: CallOptions | undefined,
): Promise<Result<readonly PruneMark[]>> {
  const where = caller.content(at);
  const answer = await caller.list(
    'POST /admin/datastore/{store}/prune',
    { store: at.store },
    { ...groupParameters(at), ...keepParameters(keep), 'dry-run': true },
    { where, options: { wait: walkWait, ...options }, reads: true },
    (data) => decodePruneMarks(at, data),
  );
  // A dry run whose answer was lost leaves nothing in doubt.
  if (!answer.ok && answer.failure.kind === 'unanswered') {
    return fail({ kind: 'timeout', what: say`The dry run was not answered`, where });
  }
  if (!answer.ok) return answer;
  const what = say`The server did not tell for every snapshot whether it is kept`;
  return answer.value ? ok(answer.value) : fail({ kind: 'bad-answer', what, where });
}
