import {
  createSnapshotScript,
  deleteSnapshotScript,
  rollbackScript,
  snapshotConfig,
} from '../../world/guest-snapshots.ts';
import type { GuestType } from '../../world/model.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import { configAnswer, configDigest, findGuest, guestTask } from '../guest-access.ts';
import {
  guestParameters,
  optionalFlag,
  optionalText,
  snapshotParameters,
  text,
} from '../parameter-kinds.ts';

const prefix = { qemu: 'qm', lxc: 'vz' } as const;

function list(call: Call, type: GuestType): unknown[] {
  const guest = findGuest(call, type);
  const rows: unknown[] = guest.snapshots.map((one) => ({
    name: one.name,
    description: one.description,
    snaptime: one.snaptime,
    ...(one.parent === undefined ? {} : { parent: one.parent }),
    ...(type === 'qemu' ? { vmstate: one.vmstate === undefined ? 0 : 1 } : {}),
    ...(one.snapstate === undefined ? {} : { snapstate: one.snapstate }),
  }));
  rows.push({
    name: 'current',
    description: 'You are here!',
    digest: configDigest(guest),
    running: guest.status === 'running' ? 1 : 0,
    ...(guest.parent === undefined ? {} : { parent: guest.parent }),
  });
  return rows;
}

function create(call: Call, type: GuestType): string {
  const { world } = call;
  const guest = findGuest(call, type);
  const snapname = call.required('snapname');
  if (snapname === 'current' || snapname.toLowerCase() === 'pending') {
    throw died(`unable to use snapshot name '${snapname}' (reserved name)`);
  }
  return guestTask(call, guest, `${prefix[type]}snapshot`, (task) =>
    createSnapshotScript(world, guest, task, {
      snapname,
      description: call.text('description') ?? '',
      vmstate: call.flag('vmstate'),
    }),
  );
}

function rollback(call: Call, type: GuestType): string {
  const { world } = call;
  const guest = findGuest(call, type);
  const request = { snapname: call.required('snapname'), start: call.flag('start') };
  return guestTask(call, guest, `${prefix[type]}rollback`, (task) =>
    rollbackScript(world, guest, task, request),
  );
}

function remove(call: Call, type: GuestType): string {
  const { world } = call;
  const guest = findGuest(call, type);
  const snapname = call.required('snapname');
  if (snapname === 'current') {
    throw died(`unable to delete snapshot '${snapname}' (reserved name)`);
  }
  return guestTask(call, guest, `${prefix[type]}delsnapshot`, (task) =>
    deleteSnapshotScript(world, guest, task, snapname),
  );
}

function findSnapshot(call: Call, type: GuestType) {
  const guest = findGuest(call, type);
  const snapname = call.required('snapname');
  const snapshot = guest.snapshots.find((one) => one.name === snapname);
  if (!snapshot) throw died(`snapshot '${snapname}' does not exist`);
  return { guest, snapshot };
}

function describe(call: Call, type: GuestType): null {
  const { guest, snapshot } = findSnapshot(call, type);
  call.world.change(guest, () => {
    snapshot.description = call.text('description') ?? snapshot.description;
  });
  return null;
}

function endpointsOf(type: GuestType): Endpoint[] {
  const path = `/nodes/{node}/${type}/{vmid}/snapshot`;
  const one = `${path}/{snapname}`;
  const may = (...privileges: string[]) => ({ path: '/vms/{vmid}', privileges, any: true });
  const common = { proxyto: 'node' } as const;
  return [
    {
      ...common,
      method: 'GET',
      path,
      permission: may('VM.Audit'),
      parameters: guestParameters,
      handler: (call) => list(call, type),
    },
    {
      ...common,
      method: 'POST',
      path,
      permission: may('VM.Snapshot'),
      needsQuorum: true,
      parameters: {
        ...guestParameters,
        snapname: text({ maxLength: 40, format: 'pve-configid' }),
        description: optionalText(),
        ...(type === 'qemu' ? { vmstate: optionalFlag() } : {}),
      },
      handler: (call) => create(call, type),
    },
    {
      method: 'GET',
      path: one,
      permission: 'all',
      parameters: snapshotParameters,
      handler: () => [{ cmd: 'rollback' }, { cmd: 'config' }],
    },
    {
      ...common,
      method: 'DELETE',
      path: one,
      permission: may('VM.Snapshot'),
      needsQuorum: true,
      parameters: { ...snapshotParameters, force: optionalFlag() },
      handler: (call) => remove(call, type),
    },
    {
      ...common,
      method: 'POST',
      path: `${one}/rollback`,
      permission: may('VM.Snapshot', 'VM.Snapshot.Rollback'),
      needsQuorum: true,
      parameters: { ...snapshotParameters, start: optionalFlag() },
      handler: (call) => rollback(call, type),
    },
    {
      ...common,
      method: 'GET',
      path: `${one}/config`,
      permission: may('VM.Snapshot', 'VM.Snapshot.Rollback', 'VM.Audit'),
      parameters: snapshotParameters,
      handler: (call) => {
        const { guest, snapshot } = findSnapshot(call, type);
        return configAnswer(guest, snapshotConfig(guest, snapshot));
      },
    },
    {
      ...common,
      method: 'PUT',
      path: `${one}/config`,
      permission: may('VM.Snapshot'),
      needsQuorum: true,
      parameters: { ...snapshotParameters, description: optionalText() },
      handler: (call) => describe(call, type),
    },
  ];
}

export const snapshotEndpoints: readonly Endpoint[] = [
  ...endpointsOf('qemu'),
  ...endpointsOf('lxc'),
];
