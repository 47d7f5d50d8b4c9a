import type { ResourceMapping } from '../../domain/cluster.ts';
import { vmidProblem } from '../../domain/guest-values.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { integer, rowsOf, text } from '../decode.ts';
import type { CallOptions, ClusterApi } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeBridges, decodeClusterOptions, decodeMappings } from './decode-cluster-options.ts';
import { decodeDirectories } from './decode-hardware.ts';

export function clusterApi(caller: Caller): ClusterApi {
  const where = caller.here;
  return {
    nextid: (wanted, options) => nextid(caller, wanted, options),
    options: (options) =>
      caller.row('GET /cluster/options', {}, {}, { where, options }, decodeClusterOptions),
    bridges: (node, options) =>
      caller.list(
        'GET /nodes/{node}/network',
        { node },
        // Bridges of the node, Open vSwitch's too, and the SDN's vnets.
        { type: 'any_bridge' },
        { where: caller.node(node), options },
        decodeBridges,
      ),
    pools: (options) =>
      caller.list('GET /pools', {}, {}, { where, options }, (data) =>
        rowsOf(data).flatMap((row) => text(row.poolid) ?? []),
      ),
    mappings: (options) => mappings(caller, options),
    directories: async (options) => {
      const answer = await caller.list(
        'GET /cluster/mapping/dir',
        {},
        {},
        { where, options },
        decodeDirectories,
      );
      // Directories came with PVE 8.4.
      return !answer.ok && answer.failure.kind === 'unsupported' ? ok([]) : answer;
    },
  };
}

async function nextid(
  caller: Caller,
  wanted: number | undefined,
  options: CallOptions | undefined,
): Promise<Result<number>> {
  const where = caller.here;
  const problem = wanted === undefined ? undefined : vmidProblem(wanted);
  if (problem !== undefined) {
    return caller.impossible(say`The id is not valid: ${sanitise(problem)}`, where);
  }
  const parameters = wanted === undefined ? {} : { vmid: wanted };
  const answer = await caller.envelope('GET /cluster/nextid', {}, parameters, { where, options });
  if (!answer.ok) {
    const { failure } = answer;
    if (wanted === undefined || failure.fields?.vmid === undefined) return answer;
    return fail({
      ...failure,
      what: say`The id ${wanted} is taken`,
      next: say`choose another one`,
    });
  }
  // A text on the wire, although the schema promises a number.
  const id = integer(answer.value.data);
  return id === undefined
    ? fail({ kind: 'bad-answer', what: say`The server named no free id`, where })
    : ok(id);
}

async function mappings(
  caller: Caller,
  options: CallOptions | undefined,
): Promise<Result<readonly ResourceMapping[]>> {
  const all = await Promise.all(
    (['pci', 'usb'] as const).map(async (kind) => {
      const answer = await caller.list(
        `GET /cluster/mapping/${kind}`,
        {},
        {},
        { where: caller.here, options },
        (data) => decodeMappings(kind, data),
      );
      // Mappings came with PVE 8.
      return !answer.ok && answer.failure.kind === 'unsupported' ? ok([]) : answer;
    }),
  );
  const failed = all.find((each) => !each.ok);
  if (failed) return failed;
  return ok(all.flatMap((each) => (each.ok ? each.value : [])));
}
