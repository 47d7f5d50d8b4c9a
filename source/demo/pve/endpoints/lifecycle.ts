import { refuseHeld } from '../../world/file-lock.ts';
import { cloneScript, planClone } from '../../world/guest-clone.ts';
import { checkDestroy, destroyScript } from '../../world/guest-destroy.ts';
import { checkTemplate, makeTemplate, templateScript } from '../../world/guest-template.ts';
import type { GuestType } from '../../world/model.ts';
import { property } from '../../world/property-string.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted } from '../errors.ts';
import { findGuest, guestTask, needAllocate, notInDemo, rootOnly } from '../guest-access.ts';
import {
  guestParameters,
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalText,
  optionalVmid,
} from '../parameter-kinds.ts';
import { driveNames } from './guest-disks.ts';

const { optional: _needed, ...newid } = optionalVmid;
const prefix = { qemu: 'qm', lxc: 'vz' } as const;

function clone(call: Call, type: GuestType): string {
  const { world } = call;
  const guest = findGuest(call, type);
  const number = call.number('newid') ?? 0;
  const pool = call.text('pool');
  needAllocate(call, number, pool);
  if (pool !== undefined) {
    if (!world.pools.has(pool)) throw died(`pool '${pool}' does not exist`);
    call.need(`/pool/${pool}`, 'VM.Allocate');
  }
  const target = call.text('target');
  if (target !== undefined && !world.nodes.has(target)) {
    throw died(`no such cluster node '${target}'`);
  }
  const plan = planClone(world, guest, {
    newid: number,
    name: call.text(type === 'qemu' ? 'name' : 'hostname'),
    description: call.text('description'),
    full: call.parameters.full === undefined ? undefined : call.flag('full'),
    storage: call.text('storage'),
    format: call.text('format'),
    snapname: call.text('snapname'),
    pool,
    target,
    bwlimit: call.number('bwlimit'),
  });
  const storages = plan.disks.map(({ volid }) => plan.storage ?? volid.split(':')[0] ?? '');
  for (const storage of new Set(storages)) {
    call.need(`/storage/${storage}`, 'Datastore.AllocateSpace');
  }
  for (const [key, value] of Object.entries(plan.source)) {
    const bridge = /^net\d+$/.test(key) ? property(String(value), 'bridge') : undefined;
    if (bridge !== undefined) call.need(`/sdn/zones/localnetwork/${bridge}`, 'SDN.Use');
  }
  return guestTask(call, guest, `${prefix[type]}clone`, (task) =>
    cloneScript(world, guest, task, plan),
  );
}

function template(call: Call, type: GuestType): string | null {
  const { world } = call;
  const guest = findGuest(call, type);
  checkTemplate(world, guest);
  if (type === 'lxc') {
    refuseHeld(guest);
    makeTemplate(world, guest);
    return null;
  }
  notInDemo(call, 'disk');
  return guestTask(call, guest, 'qmtemplate', (task) => templateScript(world, guest, task));
}

function destroy(call: Call, type: GuestType): string {
  rootOnly(call, 'skiplock');
  notInDemo(call, 'skiplock');
  const { world } = call;
  const guest = findGuest(call, type);
  const { pool } = guest;
  if (pool !== undefined && !call.may(`/vms/${guest.vmid}`, 'VM.Allocate')) {
    throw notPermitted(`/vms/${guest.vmid}, VM.Allocate`);
  }
  const wish = {
    purge: call.flag('purge'),
    unreferenced: call.flag('destroy-unreferenced-disks'),
    force: call.flag('force'),
  };
  checkDestroy(world, guest, wish);
  return guestTask(call, guest, `${prefix[type]}destroy`, (task) =>
    destroyScript(world, guest, task, wish),
  );
}

function endpointsOf(type: GuestType): Endpoint[] {
  const path = `/nodes/{node}/${type}/{vmid}`;
  const common = { proxyto: 'node', needsQuorum: true } as const;
  const own = { path: '/vms/{vmid}', privileges: ['VM.Allocate'] };
  return [
    {
      ...common,
      method: 'POST',
      path: `${path}/clone`,
      permission: { path: '/vms/{vmid}', privileges: ['VM.Clone'] },
      parameters: {
        ...guestParameters,
        bwlimit: type === 'qemu' ? optionalInteger({ minimum: 0 }) : optionalNumber({ minimum: 0 }),
        description: optionalText(),
        full: optionalFlag(),
        newid,
        pool: optionalText({ format: 'pve-poolid' }),
        snapname: optionalText({ maxLength: 40, format: 'pve-configid' }),
        storage: optionalText({ format: 'pve-storage-id' }),
        target: optionalText({ format: 'pve-node' }),
        ...(type === 'qemu'
          ? {
              format: optionalText({ enum: ['raw', 'qcow2', 'vmdk'] }),
              name: optionalText({ format: 'dns-name' }),
            }
          : { hostname: optionalText({ format: 'dns-name' }) }),
      },
      handler: (call) => clone(call, type),
    },
    {
      ...common,
      method: 'POST',
      path: `${path}/template`,
      permission: own,
      parameters:
        type === 'qemu'
          ? { ...guestParameters, disk: optionalText({ enum: driveNames }) }
          : guestParameters,
      handler: (call) => template(call, type),
    },
    {
      ...common,
      method: 'DELETE',
      path,
      permission: own,
      parameters: {
        ...guestParameters,
        'destroy-unreferenced-disks': optionalFlag(),
        purge: optionalFlag(),
        ...(type === 'qemu' ? { skiplock: optionalFlag() } : { force: optionalFlag() }),
      },
      handler: (call) => destroy(call, type),
    },
  ];
}

export const lifecycleEndpoints: readonly Endpoint[] = [
  ...endpointsOf('qemu'),
  ...endpointsOf('lxc'),
];
