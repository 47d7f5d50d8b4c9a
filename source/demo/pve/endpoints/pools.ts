import type { Call, Endpoint } from '../endpoint.ts';
import { ApiError } from '../errors.ts';
import { optionalText, text } from '../parameter-kinds.ts';
import { resourceRows } from '../resources.ts';

const kinds = ['qemu', 'lxc', 'storage'];

function members(call: Call, pool: string): unknown[] {
  const type = call.text('type');
  return resourceRows(call, 'vm').filter(
    (row) => row.pool === pool && (type === undefined || row.type === type),
  );
}

function checkExists(call: Call, pool: string): void {
  if (!call.world.pools.has(pool)) throw new ApiError(500, `pool '${pool}' does not exist`);
}

function list(call: Call): unknown[] {
  const { world } = call;
  const poolid = call.text('poolid');
  if (poolid !== undefined) {
    call.need(`/pool/${poolid}`, 'Pool.Audit');
    checkExists(call, poolid);
    return [{ poolid, comment: world.pools.get(poolid), members: members(call, poolid) }];
  }
  return [...world.pools]
    .filter(([pool]) => call.may(`/pool/${pool}`, 'Pool.Audit'))
    .map(([pool, comment]) => ({ poolid: pool, comment }));
}

export const poolEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/pools',
    permission: 'all',
    parameters: {
      poolid: optionalText({ format: 'pve-poolid' }),
      type: optionalText({ enum: kinds, requires: 'poolid' }),
    },
    handler: list,
  },
  {
    method: 'GET',
    path: '/pools/{poolid}',
    permission: { path: '/pool/{poolid}', privileges: ['Pool.Audit'] },
    parameters: { poolid: text({ format: 'pve-poolid' }), type: optionalText({ enum: kinds }) },
    handler: (call) => {
      const pool = call.required('poolid');
      checkExists(call, pool);
      return { comment: call.world.pools.get(pool), members: members(call, pool) };
    },
  },
];
