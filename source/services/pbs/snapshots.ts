import { type BackupType, backupTypes, type NamespaceAt } from '../../domain/pbs.ts';
import type { PbsSnapshot } from '../../domain/pbs-content.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import type { PbsContentApi } from '../pbs-api.ts';
import type { CallOptions } from '../types.ts';
import { nothingTold, type PbsCaller } from './caller.ts';
import { snapshotDecoder } from './decode-content.ts';
import { groupKey, placeOf } from './places.ts';
import { decodeRows } from './rows.ts';
import { manifestsWait, walkWait } from './waits.ts';

type Scope = NamespaceAt & { readonly type?: BackupType; readonly id?: string };
type Listed = Result<readonly PbsSnapshot[]>;

/** Groups asked at a time where a namespace is too large for one answer. */
const together = 4;

/** A namespace's snapshots in one answer, or in several when one would be too large; never a part of them. */
export async function listSnapshots(
  caller: PbsCaller,
  groups: PbsContentApi['groups'],
  scope: Scope,
  options: CallOptions | undefined,
): Promise<Listed> {
  const answer = await ask(caller, scope, options);
  if (answer.ok || !answer.failure.oversize || scope.id !== undefined) return answer;
  if (scope.type === undefined) {
    return inParts(backupTypes, 1, (type) =>
      listSnapshots(caller, groups, { ...scope, type }, options),
    );
  }
  const listed = await groups(scope, options);
  if (!listed.ok) return listed;
  const ids = listed.value.filter((group) => group.type === scope.type).map(({ id }) => id);
  return inParts(ids, together, (id) => ask(caller, { ...scope, id }, options));
}

function ask(caller: PbsCaller, scope: Scope, options: CallOptions | undefined): Promise<Listed> {
  const where = caller.content(scope);
  const wait = scope.id === undefined ? manifestsWait : walkWait;
  return caller.walks.walk(scope.store, async () => {
    const answer = await caller.envelope(
      'GET /admin/datastore/{store}/snapshots',
      { store: scope.store },
      { ...placeOf(scope), ...groupKey(scope) },
      { where, options: { wait, ...options }, raw: true },
    );
    if (!answer.ok) return answer;
    const body = String(answer.value.data);
    if (/^\s*\{\s*"data"\s*:\s*null\b/.test(body)) return fail(nothingTold(where));
    const decode = snapshotDecoder(caller.server, scope, caller.now());
    const rows = await decodeRows(body, decode);
    const what = say`The list of snapshots does not have the shape the API promises`;
    return rows ? ok(rows) : fail({ kind: 'bad-answer', what, where });
  });
}

/** Some at a time, in order; the first failure is the answer. */
async function inParts<P>(
  parts: readonly P[],
  atOnce: number,
  work: (part: P) => Promise<Listed>,
): Promise<Listed> {
  const found: PbsSnapshot[] = [];
  for (let from = 0; from < parts.length; from += atOnce) {
    const answers = await Promise.all(parts.slice(from, from + atOnce).map(work));
    for (const answer of answers) {
      if (!answer.ok) return answer;
      for (const snapshot of answer.value) found.push(snapshot);
    }
  }
  return ok(found);
}
