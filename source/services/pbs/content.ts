import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitiseBlock, say } from '../../domain/safe-text.ts';
import type { PbsContentApi } from '../pbs-api.ts';
import type { CallOptions } from '../types.ts';
import type { PbsCaller } from './caller.ts';
import { contentChanges } from './content-changes.ts';
import { decodeFiles, decodeGroups, decodeNamespaces } from './decode-content.ts';
import type { PbsEndpoint, PbsParameters } from './endpoints.ts';
import { groupParameters, placeOf, snapshotParameters } from './places.ts';
import { listSnapshots } from './snapshots.ts';
import { walkWait } from './waits.ts';

export function contentApi(caller: PbsCaller): PbsContentApi {
  const { server } = caller;
  const groups: PbsContentApi['groups'] = (at, options) =>
    caller.walks.walk(at.store, () =>
      caller.list(
        'GET /admin/datastore/{store}/groups',
        { store: at.store },
        placeOf(at),
        { where: caller.content(at), options: { wait: walkWait, ...options } },
        (data) => decodeGroups(server, at, data, caller.now()),
      ),
    );
  return {
    groups,
    namespaces: (store, { parent, maxDepth } = {}, options) =>
      caller.walks.walk(store, () =>
        caller.list(
          'GET /admin/datastore/{store}/namespace',
          { store },
          { parent: parent || undefined, 'max-depth': maxDepth },
          { where: caller.store(store), options: { wait: walkWait, ...options } },
          decodeNamespaces,
        ),
      ),
    snapshots: (at, options) => listSnapshots(caller, groups, at, options),
    files: (at, options) =>
      caller.list(
        'GET /admin/datastore/{store}/files',
        { store: at.store },
        snapshotParameters(at),
        { where: caller.content(at), options },
        (data) => decodeFiles(data),
      ),
    notes: (at, options) => notes(caller, 'notes', at, snapshotParameters(at), options),
    groupNotes: (at, options) => notes(caller, 'group-notes', at, groupParameters(at), options),
    protection: async (at, options) => {
      const where = caller.content(at);
      const answer = await caller.envelope(
        'GET /admin/datastore/{store}/protected',
        { store: at.store },
        snapshotParameters(at),
        { where, options },
      );
      if (!answer.ok) return answer;
      const { data } = answer.value;
      return typeof data === 'boolean'
        ? ok(data)
        : fail({ kind: 'bad-answer', what: say`The protection was not told`, where });
    },
    ...contentChanges(caller),
  };
}

/** Notes are a text; none are an empty one. */
async function notes(
  caller: PbsCaller,
  kind: 'notes' | 'group-notes',
  at: Parameters<PbsCaller['content']>[0],
  parameters: PbsParameters,
  options: CallOptions | undefined,
): Promise<Result<readonly SafeText[]>> {
  const endpoint: PbsEndpoint = `GET /admin/datastore/{store}/${kind}`;
  const where = caller.content(at);
  const answer = await caller.envelope(endpoint, { store: at.store }, parameters, {
    where,
    options,
  });
  if (!answer.ok) return answer;
  const data = answer.value.data ?? '';
  return typeof data === 'string'
    ? ok(sanitiseBlock(data))
    : fail({ kind: 'bad-answer', what: say`The notes are no text`, where });
}
