import type { PbsDatastoreApi } from '../pbs-api.ts';
import type { PbsCaller } from './caller.ts';
import {
  decodeEntries,
  decodeOperations,
  decodePoints,
  decodeStatus,
  decodeUsage,
} from './decode-datastore.ts';
import { decodeGcJobs } from './decode-job.ts';
import { walkWait } from './waits.ts';

export function datastoreApi(caller: PbsCaller): PbsDatastoreApi {
  const { server, here } = caller;
  return {
    usage: (options) =>
      caller.list('GET /status/datastore-usage', {}, {}, { where: here, options }, (data) =>
        decodeUsage(server, data, caller.now()),
      ),
    list: (options) =>
      caller.list('GET /admin/datastore', {}, {}, { where: here, options }, (data) =>
        decodeEntries(server, data),
      ),
    status: (store, options) =>
      caller.walks.walk(store, () =>
        caller.row(
          'GET /admin/datastore/{store}/status',
          { store },
          { verbose: true },
          { where: caller.store(store), options: { wait: walkWait, ...options } },
          (row) => decodeStatus(server, store, row),
        ),
      ),
    rrd: (store, timeframe, options) =>
      caller.list(
        'GET /admin/datastore/{store}/rrd',
        { store },
        { timeframe, cf: 'AVERAGE' },
        { where: caller.store(store), options },
        (data) => decodePoints(data, caller.now()),
      ),
    activeOperations: (store, options) =>
      caller.row(
        'GET /admin/datastore/{store}/active-operations',
        { store },
        {},
        { where: caller.store(store), options },
        decodeOperations,
      ),
    gc: (options) =>
      caller.list('GET /admin/gc', {}, {}, { where: here, options }, (data) =>
        decodeGcJobs(server, data, caller.now()),
      ),
    startGc: (store, options) =>
      caller.start(
        'POST /admin/datastore/{store}/gc',
        { store },
        {},
        { where: caller.store(store), options },
      ),
    mount: (store, options) =>
      caller.start(
        'POST /admin/datastore/{store}/mount',
        { store },
        {},
        { where: caller.store(store), options },
      ),
    unmount: (store, options) =>
      caller.start(
        'POST /admin/datastore/{store}/unmount',
        { store },
        {},
        { where: caller.store(store), options },
      ),
  };
}
