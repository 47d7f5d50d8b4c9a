import type { FileVolume } from '../../world/model.ts';
import { TaskFailure } from '../../world/tasks.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted } from '../errors.ts';
import {
  optionalFlag,
  optionalInteger,
  optionalText,
  storageParameters,
  text,
} from '../parameter-kinds.ts';

/**
 * A file that a volume id names, seen from the node of the path.
 * @throws ApiError 500 when it is not there
 */
export function findVolume(call: Call, volume: string): FileVolume {
  const storage = call.text('storage');
  const volid = volume.includes(':') ? volume : `${storage ?? ''}:${volume}`;
  const name = volid.slice(0, volid.indexOf(':'));
  if (storage !== undefined && storage !== name) throw died(`storage missmatch`);
  const state = call.world.storages.get(name);
  if (!state) throw died(`storage '${name}' does not exist`);
  if (!state.nodes.includes(call.node)) {
    throw died(`storage '${name}' is not available on node '${call.node}'`);
  }
  if (state.inactiveOn.has(call.node)) throw died(`storage '${name}' is not online`);
  const found = call.world.files.find(
    (file) => file.volid === volid && (file.node === undefined || file.node === call.node),
  );
  if (!found) throw died(`volume '${volid}' does not exist`);
  return found;
}

/**
 * Whoever may not allocate on the storage needs the guest's backup right as well.
 * @throws ApiError 403
 */
export function needBackup(call: Call, file: FileVolume): void {
  const path = `/storage/${file.storage}`;
  if (call.may(path, 'Datastore.Allocate')) return;
  if (file.content !== 'backup') {
    if (!call.mayAny(path, 'Datastore.AllocateSpace', 'Datastore.Audit')) {
      throw notPermitted(`${path}, Datastore.AllocateSpace|Datastore.Audit`);
    }
    return;
  }
  call.need(path, 'Datastore.AllocateSpace');
  call.need(`/vms/${file.vmid}`, 'VM.Backup');
}

function read(call: Call): Record<string, unknown> {
  const file = findVolume(call, call.required('volume'));
  needBackup(call, file);
  const root = call.world.storages.get(file.storage)?.settings.path ?? '/mnt';
  return {
    path: `${root}/dump/${file.volid.slice(file.volid.indexOf('/') + 1)}`,
    size: file.size,
    used: file.size,
    format: file.format,
    ...(file.notes === undefined ? {} : { notes: file.notes }),
    ...(file.content === 'backup' ? { protected: file.protected ? 1 : 0 } : {}),
  };
}

function change(call: Call): null {
  const file = findVolume(call, call.required('volume'));
  needBackup(call, file);
  const notes = call.text('notes');
  if (file.content !== 'backup') {
    throw died(`attribute 'notes' is not supported for storage type 'dir'`);
  }
  if (notes !== undefined) file.notes = notes === '' ? undefined : notes;
  if (call.parameters.protected !== undefined) file.protected = call.flag('protected');
  call.world.revision += 1;
  return null;
}

function remove(call: Call): string {
  const { world, node } = call;
  const file = findVolume(call, call.required('volume'));
  const path = `/storage/${file.storage}`;
  if (file.content === 'backup' && file.vmid !== undefined) {
    call.need(path, 'Datastore.AllocateSpace');
    call.need(`/vms/${file.vmid}`, 'VM.Backup');
  } else call.need(path, 'Datastore.Allocate');
  const owner = file.vmid === undefined ? '' : `${file.vmid}@`;
  const id = `${owner}${file.storage}`;
  return world.tasks.start({ node, type: 'imgdel', id, auth: call.who }, function* (task) {
    yield 1;
    if (file.protected) {
      const name = file.volid.slice(file.volid.indexOf(':') + 1);
      throw new TaskFailure(`cannot remove protected volume '${name}' on '${file.storage}'`);
    }
    const at = world.files.indexOf(file);
    if (at >= 0) world.files.splice(at, 1);
    world.revision += 1;
    task.log(`Removed volume '${file.volid}'`);
  });
}

const path = '/nodes/{node}/storage/{storage}/content/{volume}';
const { storage: _required, ...node } = storageParameters;
const parameters = {
  ...node,
  storage: optionalText({ format: 'pve-storage-id' }),
  volume: text(),
};

/** Single volumes of a storage: what they are, their notes and protection, and their end. */
export const volumeEndpoints: readonly Endpoint[] = [
  { method: 'GET', path, permission: 'all', proxyto: 'node', parameters, handler: read },
  {
    method: 'PUT',
    path,
    permission: 'all',
    proxyto: 'node',
    parameters: { ...parameters, notes: optionalText(), protected: optionalFlag() },
    handler: change,
  },
  {
    method: 'DELETE',
    path,
    permission: 'all',
    proxyto: 'node',
    parameters: { ...parameters, delay: optionalInteger({ minimum: 1, maximum: 30 }) },
    handler: remove,
  },
];
