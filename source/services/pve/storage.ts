import { sanitise, say } from '../../domain/safe-text.ts';
import type { StorageApi } from '../types.ts';
import type { Caller } from './caller.ts';
import { decodeStorageTypes, decodeVolumes } from './decode-storage.ts';

export function storageApi(caller: Caller): StorageApi {
  return {
    content: (node, storage, options) =>
      caller.list(
        'GET /nodes/{node}/storage/{storage}/content',
        { node, storage },
        {},
        { where: say`${caller.node(node)} · storage ${sanitise(storage)}`, options },
        (data) => decodeVolumes(data, caller.session.serverNow()),
      ),
    types: (options) =>
      caller.list('GET /storage', {}, {}, { where: caller.here, options }, decodeStorageTypes),
  };
}
