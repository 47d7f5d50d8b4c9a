import { migrateScript } from '../../world/guest-migrate.ts';
import { refuseMarked } from '../../world/guest-power.ts';
import { requestHaMigration } from '../../world/ha.ts';
import {
  localDevices,
  localVolumes,
  missingMappings,
  missingStorages,
} from '../../world/migrate-check.ts';
import type { Migration } from '../../world/migration.ts';
import type { GuestState, GuestType } from '../../world/model.ts';
import { diskStorage, storageOn } from '../../world/volumes.ts';
import type { World } from '../../world/world.ts';
import { items } from '../config-values.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import { findGuest, guestTask, notInDemo, rootOnly } from '../guest-access.ts';
import {
  guestParameters,
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalText,
  text,
} from '../parameter-kinds.ts';

function others(world: World, guest: GuestState): string[] {
  return [...world.nodes.keys()].filter((node) => node !== guest.node);
}

/** Where its storages and mapped devices are, whether the node is on or not. */
function nodesFor(world: World, guest: GuestState): Record<string, unknown> {
  const allowed: string[] = [];
  const refused: Record<string, Record<string, string[]>> = {};
  for (const node of others(world, guest)) {
    const storages = missingStorages(world, guest, node);
    const mappings = missingMappings(world, guest, node);
    if (storages.length === 0 && mappings.length === 0) {
      allowed.push(node);
      continue;
    }
    refused[node] = {
      ...(storages.length > 0 ? { unavailable_storages: storages } : {}),
      ...(mappings.length > 0 ? { 'unavailable-resources': mappings } : {}),
    };
  }
  return { allowed_nodes: allowed, not_allowed_nodes: refused };
}

function machineCheck(call: Call): unknown {
  const { world } = call;
  const guest = findGuest(call, 'qemu');
  refuseMarked(guest);
  const { listed, mapped } = localDevices(guest);
  return {
    running: guest.status === 'running' ? 1 : 0,
    ...nodesFor(world, guest),
    ...(guest.ha ? { 'dependent-ha-resources': [] } : {}),
    local_disks: localVolumes(world, guest).map(({ volid, size, cdrom, unused }) => ({
      volid,
      size,
      cdrom: cdrom ? 1 : 0,
      is_unused: unused ? 1 : 0,
    })),
    local_resources: listed,
    'mapped-resources': [...mapped.keys()],
    'mapped-resource-info': Object.fromEntries([...mapped].map(([key, name]) => [key, { name }])),
    'has-dbus-vmstate': 1,
  };
}

/** A container's storages are not looked at here: only its migration tells. */
function containerCheck(call: Call): unknown {
  const { world } = call;
  const guest = findGuest(call, 'lxc');
  refuseMarked(guest);
  return {
    running: guest.status === 'running' ? 1 : 0,
    'allowed-nodes': others(world, guest),
    'not-allowed-nodes': {},
    ...(guest.ha ? { 'dependent-ha-resources': [] } : {}),
  };
}

function checkTarget(call: Call, guest: GuestState): string {
  const target = call.required('target');
  if (target === guest.node) throw parameterErrors({ target: 'target is local node.' });
  if (!call.world.nodes.has(target)) throw died(`no such cluster node '${target}'`);
  return target;
}

/** Told target storages must be there and the caller may use them; without any, the same ones must be there. */
function checkStorages(call: Call, guest: GuestState, wish: Migration): void {
  const { world } = call;
  const { targetStorage, target } = wish;
  if (targetStorage === undefined || targetStorage === '1') {
    if (guest.type === 'lxc') return;
    for (const { storage } of localVolumes(world, guest)) storageOn(world, target, storage);
    return;
  }
  call.need(`/vms/${guest.vmid}`, 'VM.Config.Disk');
  for (const pair of items(targetStorage)) {
    const name = pair.split(':').at(-1) ?? pair;
    diskStorage(world, target, name, guest.type);
    call.need(`/storage/${name}`, 'Datastore.AllocateSpace');
  }
}

function migrate(call: Call, type: GuestType): string {
  rootOnly(call, 'force', 'migration_type', 'migration_network');
  notInDemo(call, 'force', 'migration_type', 'migration_network');
  const { world } = call;
  const guest = findGuest(call, type);
  const running = guest.status === 'running';
  const wish: Migration = {
    target: checkTarget(call, guest),
    online: call.flag('online'),
    restart: call.flag('restart'),
    withLocalDisks: call.flag('with-local-disks'),
    targetStorage: call.text(type === 'qemu' ? 'targetstorage' : 'target-storage'),
    bwlimit: call.number('bwlimit'),
    timeout: call.number('timeout'),
  };
  if (type === 'qemu') refuseMarked(guest);
  if (type === 'qemu' && running && !wish.online) {
    throw died("can't migrate running VM without --online");
  }
  if (type === 'lxc' && running && !wish.online && !wish.restart) {
    throw died("can't migrate running container without --online or --restart");
  }
  checkStorages(call, guest, wish);
  if (guest.ha) return requestHaMigration(world, guest, wish.target, call.who);
  return guestTask(call, guest, type === 'qemu' ? 'qmigrate' : 'vzmigrate', (task) =>
    migrateScript(world, guest, task, wish),
  );
}

const may = { path: '/vms/{vmid}', privileges: ['VM.Migrate'] };
const checkParameters = { ...guestParameters, target: optionalText({ format: 'pve-node' }) };
const target = text({ format: 'pve-node' });

export const migrateEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/migrate',
    permission: may,
    proxyto: 'node',
    parameters: checkParameters,
    handler: machineCheck,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/lxc/{vmid}/migrate',
    permission: may,
    proxyto: 'node',
    parameters: checkParameters,
    handler: containerCheck,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/migrate',
    permission: may,
    proxyto: 'node',
    needsQuorum: true,
    parameters: {
      ...guestParameters,
      target,
      bwlimit: optionalInteger({ minimum: 0 }),
      force: optionalFlag(),
      migration_network: optionalText(),
      migration_type: optionalText({ enum: ['secure', 'insecure'] }),
      online: optionalFlag(),
      targetstorage: optionalText({ format: 'storage-pair-list' }),
      'with-conntrack-state': optionalFlag(),
      'with-local-disks': optionalFlag(),
    },
    handler: (call) => migrate(call, 'qemu'),
  },
  {
    method: 'POST',
    path: '/nodes/{node}/lxc/{vmid}/migrate',
    permission: may,
    proxyto: 'node',
    needsQuorum: true,
    parameters: {
      ...guestParameters,
      target,
      bwlimit: optionalNumber({ minimum: 0 }),
      online: optionalFlag(),
      restart: optionalFlag(),
      'target-storage': optionalText({ format: 'storage-pair-list' }),
      timeout: optionalInteger(),
    },
    handler: (call) => migrate(call, 'lxc'),
  },
];
