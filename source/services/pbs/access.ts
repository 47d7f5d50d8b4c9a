import type { Permissions } from '../../domain/permission.ts';
import { ok, type Result } from '../../domain/result.ts';
import { decodePermissions } from '../pve/decode-cluster.ts';
import type { CallOptions } from '../types.ts';
import type { PbsCaller } from './caller.ts';

/** The list, and each path by name: nothing told of a path by name means that nothing is held there. */
export async function permissions(
  caller: PbsCaller,
  paths: readonly string[],
  options: CallOptions | undefined,
): Promise<Result<Permissions>> {
  const ask = (parameters: { path?: string }) =>
    caller.row(
      'GET /access/permissions',
      {},
      parameters,
      { where: caller.here, options },
      decodePermissions,
    );
  const answers = await Promise.all([
    ask({}),
    ...paths.map(async (path) => {
      const answer = await ask({ path });
      if (!answer.ok) return answer;
      return ok(new Map([[path, answer.value.get(path) ?? new Map<string, boolean>()]]));
    }),
  ]);
  const all = new Map<string, ReadonlyMap<string, boolean>>();
  for (const answer of answers) {
    if (!answer.ok) return answer;
    for (const [path, privileges] of answer.value) all.set(path, privileges);
  }
  return ok(all);
}
