import { describeMissing, needsOf, type PbsQuestion } from '../../domain/pbs-access.ts';
import type { PbsTime } from '../../domain/pbs-node.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { PbsNodeApi, PbsTaskApi } from '../pbs-api.ts';
import type { CallOptions } from '../types.ts';
import type { PbsCaller } from './caller.ts';
import { decodeNodePoints, decodeNodeStatus, decodeServices, decodeTime } from './decode-node.ts';

export function nodeApi(caller: PbsCaller, tasks: PbsTaskApi): PbsNodeApi {
  const { here: where } = caller;
  let known: SafeText | undefined;
  return {
    status: async (options) =>
      named(
        'node',
        await caller.row('GET /nodes/{node}/status', {}, {}, { where, options }, (row) =>
          decodeNodeStatus(caller.server, row),
        ),
      ),
    rrd: async (timeframe, options) =>
      named(
        'node',
        await caller.list(
          'GET /nodes/{node}/rrd',
          {},
          { timeframe, cf: 'AVERAGE' },
          { where, options },
          (data) => decodeNodePoints(data, caller.now()),
        ),
      ),
    time: (options) => time(caller, options),
    services: async (options) =>
      named(
        'services',
        await caller.list('GET /nodes/{node}/services', {}, {}, { where, options }, decodeServices),
      ),
    serviceCommand: (service, command, options) =>
      caller.start(
        `POST /nodes/{node}/services/{service}/${command}`,
        { service },
        {},
        { where: say`${where} · service ${sanitise(service)}`, options },
      ),
    command: (command, options) =>
      caller.start('POST /nodes/{node}/status', {}, { command }, { where, options }),
    name: async (options) => {
      if (known !== undefined) return ok(known);
      const newest = await tasks.list({ limit: 1 }, options);
      if (!newest.ok) return newest;
      known = newest.value[0]?.node;
      return ok(known);
    },
  };
}

/** A refusal that does not say what is missing, with the privilege that the question needs. */
function named<T>(question: PbsQuestion, result: Result<T>): Result<T> {
  if (result.ok || result.failure.kind !== 'denied' || result.failure.privilege) return result;
  const [need] = needsOf(question);
  if (!need) return result;
  const privilege = { path: sanitise(need.path), names: need.anyOf.map(sanitise) };
  return fail({
    ...result.failure,
    what: say`Not permitted: ${describeMissing([need])} is missing`,
    privilege,
  });
}

async function time(caller: PbsCaller, options: CallOptions | undefined): Promise<Result<PbsTime>> {
  const where = caller.here;
  const answer = await caller.row('GET /nodes/{node}/time', {}, {}, { where, options }, decodeTime);
  if (!answer.ok) return answer;
  return answer.value
    ? ok(answer.value)
    : fail({ kind: 'bad-answer', what: say`The server told no time`, where });
}
