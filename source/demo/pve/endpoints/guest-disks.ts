import { updateConfig } from '../../world/guest-config.ts';
import { checkMove, checkResize, moveScript, resizeScript } from '../../world/guest-disks.ts';
import { refuseLocked } from '../../world/guest-power.ts';
import { checkReassign, reassignScript } from '../../world/guest-reassign.ts';
import type { GuestState, GuestType } from '../../world/model.ts';
import { TaskFailure } from '../../world/tasks.ts';
import { items } from '../config-values.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import { configDigest, findGuest, guestTask, refuseStale, rootOnly } from '../guest-access.ts';
import {
  guestParameters,
  optionalFlag,
  optionalInteger,
  optionalNumber,
  optionalText,
  optionalVmid,
  text,
} from '../parameter-kinds.ts';

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index}`);
}

const drives = [
  ...numbered('ide', 4),
  ...numbered('scsi', 31),
  ...numbered('virtio', 16),
  ...numbered('sata', 6),
  'efidisk0',
  'tpmstate0',
];
const mounts = ['rootfs', ...numbered('mp', 256)];
const unused = numbered('unused', 256);
/** Disks of a VM that `template` takes as well. */
export const driveNames: readonly string[] = drives;

function resize(call: Call, type: GuestType): string {
  rootOnly(call, 'skiplock');
  const { world } = call;
  const guest = findGuest(call, type);
  const disk = call.required('disk');
  const size = call.required('size');
  const digest = call.text('digest');
  if (type === 'lxc') {
    refuseStale(guest, digest);
    checkResize(world, guest, disk, size);
  }
  const stillFresh = () => {
    const now = configDigest(guest);
    if (digest === undefined || digest === now) return;
    throw new TaskFailure('checksum mismatch (file change by other user?)');
  };
  return guestTask(call, guest, 'resize', (task) =>
    resizeScript(world, guest, task, disk, size, stillFresh),
  );
}

/** The names of the same things differ: `disk` and `target-disk`, `volume` and `target-volume`. */
const wording = {
  qemu: { disk: 'disk', target: 'target-disk', task: 'qmmove' },
  lxc: { disk: 'volume', target: 'target-volume', task: 'move_volume' },
} as const;

function reassign(call: Call, guest: GuestState, disk: string, targetVmid: number): string {
  const { world } = call;
  const names = wording[guest.type];
  call.need(`/vms/${targetVmid}`, 'VM.Config.Disk');
  const what = guest.type === 'qemu' ? 'disk' : 'volume';
  if (targetVmid === guest.vmid) {
    throw parameterErrors({
      'target-vmid': `must be different than source VMID to reassign ${what}`,
    });
  }
  const target = world.guests.get(targetVmid);
  const word = guest.type === 'qemu' ? 'VM' : 'CT';
  if (!target || target.type !== guest.type)
    throw died(`could not find target ${word} ${targetVmid}`);
  const targetDigest = call.text('target-digest');
  if (targetDigest !== undefined && targetDigest !== configDigest(target)) {
    throw died(
      `${word} ${targetVmid}: detected modified configuration - file changed by other user? Try again.`,
    );
  }
  const wish = { disk, target, targetDisk: call.text(names.target) ?? disk };
  checkReassign(world, guest, wish);
  const id = `${guest.vmid}-${disk}>${targetVmid}-${wish.targetDisk}`;
  return world.tasks.start({ node: guest.node, type: names.task, id, auth: call.who }, (task) =>
    reassignScript(world, guest, task, wish),
  );
}

function move(call: Call, type: GuestType): string {
  const { world } = call;
  const guest = findGuest(call, type);
  const names = wording[type];
  const disk = call.required(names.disk);
  const storage = call.text('storage');
  const targetVmid = call.number('target-vmid');
  if (storage !== undefined && targetVmid !== undefined) {
    const message = "either set 'storage' or 'target-vmid', but not both";
    throw parameterErrors({ 'target-vmid': message, storage: message });
  }
  const digest = call.text('digest');
  if (digest !== undefined && digest !== configDigest(guest)) {
    throw died('detected modified configuration - file changed by other user? Try again.');
  }
  if (targetVmid !== undefined) return reassign(call, guest, disk, targetVmid);
  if (storage === undefined) {
    const message = "both 'storage' and 'target-vmid' missing, either needs to be set";
    throw parameterErrors({ 'target-vmid': message, storage: message });
  }
  if (disk.startsWith('unused')) {
    throw died(
      type === 'qemu'
        ? `disk '${disk}' does not exist`
        : `cannot move volume '${disk}', only configured volumes can be moved to another storage`,
    );
  }
  call.need(`/storage/${storage}`, 'Datastore.AllocateSpace');
  const wish = {
    disk,
    storage,
    format: call.text('format'),
    remove: call.flag('delete'),
    bwlimit: call.number('bwlimit'),
  };
  checkMove(world, guest, wish);
  return guestTask(call, guest, names.task, (task) => moveScript(world, guest, task, wish));
}

function unlink(call: Call): null {
  const guest = findGuest(call, 'qemu');
  refuseLocked(guest);
  updateConfig(call.world, guest, {
    set: new Map(),
    remove: items(call.required('idlist')),
    revert: [],
    force: call.flag('force'),
  });
  return null;
}

const digest = optionalText({ maxLength: 40 });
const size = text({ pattern: /^\+?\d+(?:\.\d+)?[KMGT]?$/ });
const change = {
  permission: { path: '/vms/{vmid}', privileges: ['VM.Config.Disk'] },
  proxyto: 'node',
  needsQuorum: true,
} as const;
const moving = {
  delete: optionalFlag(),
  digest,
  storage: optionalText({ format: 'pve-storage-id' }),
  'target-digest': digest,
  'target-vmid': optionalVmid,
};

export const guestDiskEndpoints: readonly Endpoint[] = [
  {
    ...change,
    method: 'PUT',
    path: '/nodes/{node}/qemu/{vmid}/resize',
    parameters: {
      ...guestParameters,
      digest,
      disk: text({ enum: drives }),
      size,
      skiplock: optionalFlag(),
    },
    handler: (call) => resize(call, 'qemu'),
  },
  {
    ...change,
    method: 'PUT',
    path: '/nodes/{node}/lxc/{vmid}/resize',
    parameters: { ...guestParameters, digest, disk: text({ enum: mounts }), size },
    handler: (call) => resize(call, 'lxc'),
  },
  {
    ...change,
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/move_disk',
    parameters: {
      ...guestParameters,
      ...moving,
      bwlimit: optionalInteger({ minimum: 0 }),
      disk: text({ enum: [...drives, ...unused] }),
      format: optionalText({ enum: ['raw', 'qcow2', 'vmdk'] }),
      'target-disk': optionalText({ enum: [...drives, ...unused] }),
    },
    handler: (call) => move(call, 'qemu'),
  },
  {
    ...change,
    method: 'POST',
    path: '/nodes/{node}/lxc/{vmid}/move_volume',
    parameters: {
      ...guestParameters,
      ...moving,
      bwlimit: optionalNumber({ minimum: 0 }),
      volume: text({ enum: [...mounts, ...unused] }),
      'target-volume': optionalText({ enum: [...mounts, ...unused] }),
    },
    handler: (call) => move(call, 'lxc'),
  },
  {
    ...change,
    method: 'PUT',
    path: '/nodes/{node}/qemu/{vmid}/unlink',
    parameters: {
      ...guestParameters,
      force: optionalFlag(),
      idlist: text({ format: 'pve-configid-list' }),
    },
    handler: unlink,
  },
];
