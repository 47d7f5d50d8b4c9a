import { guestMemory } from '../../world/meter.ts';
import type { FileVolume, StorageState } from '../../world/model.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import {
  nodeParameter,
  optionalFlag,
  optionalText,
  optionalVmid,
  storageParameters,
  text,
} from '../parameter-kinds.ts';

type Row = Record<string, unknown>;

const types =
  'btrfs cephfs cifs dir esxi iscsi iscsidirect lvm lvmthin nfs pbs rbd zfs zfspool'.split(' ');
const see = ['Datastore.Audit', 'Datastore.AllocateSpace'] as const;

function maySee(call: Call, storage: StorageState): boolean {
  return call.mayAny(`/storage/${storage.storage}`, ...see);
}

function find(call: Call): StorageState {
  const name = call.required('storage');
  const storage = call.world.storages.get(name);
  if (!storage) throw died(`storage '${name}' does not exist`);
  if (!storage.nodes.includes(call.node)) {
    throw died(`storage '${name}' is not available on node '${call.node}'`);
  }
  return storage;
}

function status(call: Call, storage: StorageState): Row {
  const { world, node } = call;
  const usage = world.meter.storage(storage, node, [...world.guests.values()]);
  return {
    type: storage.type,
    content: storage.content,
    shared: storage.shared ? 1 : 0,
    enabled: 1,
    active: usage ? 1 : 0,
    total: usage?.total ?? 0,
    used: usage?.used ?? 0,
    avail: usage ? usage.total - usage.used : 0,
  };
}

function formats(storage: StorageState): Row {
  const files = storage.type === 'dir' || storage.type === 'nfs';
  return files
    ? { default: 'qcow2', supported: ['qcow2', 'raw', 'subvol', 'vmdk'] }
    : { default: 'raw', supported: storage.type === 'zfspool' ? ['raw', 'subvol'] : ['raw'] };
}

function list(call: Call): Row[] {
  const wanted = call
    .text('content')
    ?.split(/[,;\s]+/)
    .filter(Boolean);
  const only = call.text('storage');
  const target = call.text('target');
  return [...call.world.storages.values()]
    .filter(
      (storage) =>
        storage.nodes.includes(call.node) &&
        maySee(call, storage) &&
        (only === undefined || storage.storage === only) &&
        (target === undefined || storage.nodes.includes(target)) &&
        (!wanted || storage.content.split(',').some((one) => wanted.includes(one))),
    )
    .map((storage) => {
      const row: Row = { storage: storage.storage, ...status(call, storage) };
      if (row.active === 1) row.used_fraction = Number(row.used) / Number(row.total);
      if (call.flag('format')) row.formats = formats(storage);
      return row;
    });
}

function formatOf(storage: StorageState, volname: string): string {
  if (volname.endsWith('.qcow2')) return 'qcow2';
  if (/(?:^|\/)(?:sub|base)vol-/.test(volname)) return 'subvol';
  return volname.endsWith('.raw') || storage.type !== 'dir' ? 'raw' : 'qcow2';
}

/** Guest disks on this storage; somebody who may not change them does not see them. */
function guestVolumes(call: Call, storage: StorageState): Row[] {
  const rows: Row[] = [];
  const all = call.may(`/storage/${storage.storage}`, 'Datastore.Allocate');
  for (const guest of call.world.guests.values()) {
    if (!storage.shared && guest.node !== call.node) continue;
    if (!all && !call.may(`/vms/${guest.vmid}`, 'VM.Config.Disk')) continue;
    const content = guest.type === 'qemu' ? 'images' : 'rootdir';
    for (const disk of call.world.meter.disksOf(guest.config)) {
      if (disk.storage !== storage.storage || disk.volname.startsWith('iso/')) continue;
      const volid = `${disk.storage}:${disk.volname}`;
      const size = disk.size || (call.world.volumeSizes.get(volid) ?? 0);
      rows.push({
        volid,
        content,
        format: formatOf(storage, disk.volname),
        size: size === 0 ? 4 * 2 ** 20 : size,
        vmid: guest.vmid,
        ctime: guest.startedAt ?? 1_767_225_600,
      });
    }
    for (const { vmstate, config } of guest.snapshots) {
      if (!vmstate?.startsWith(`${storage.storage}:`)) continue;
      rows.push({
        volid: vmstate,
        content: 'images',
        format: 'raw',
        size: Math.round(guestMemory(config) * 1.1),
        vmid: guest.vmid,
      });
    }
  }
  return rows;
}

/** Backups need more than looking: without it they are left out and nothing says so. */
function maySeeFile(call: Call, storage: StorageState, file: FileVolume): boolean {
  const path = `/storage/${storage.storage}`;
  if (file.content !== 'backup' || call.may(path, 'Datastore.Allocate')) return true;
  return call.may(path, 'Datastore.AllocateSpace') && call.may(`/vms/${file.vmid}`, 'VM.Backup');
}

function files(call: Call, storage: StorageState): FileVolume[] {
  return call.world.files.filter(
    (file) =>
      file.storage === storage.storage && (file.node === undefined || file.node === call.node),
  );
}

function offlineText({ storage, type, settings }: StorageState): string {
  return type === 'pbs'
    ? `${storage}: error fetching datastores - 500 Can't connect to ${settings.server}:8007 (Connection refused)`
    : `storage '${storage}' is not online`;
}

function content(call: Call): Row[] {
  const storage = find(call);
  const kind = call.text('content');
  const vmid = call.number('vmid');
  if (storage.inactiveOn.has(call.node)) throw died(offlineText(storage));
  const rows: Row[] = files(call, storage)
    .filter((file) => maySeeFile(call, storage, file))
    .map((file) => ({
      volid: file.volid,
      content: file.content,
      format: file.format,
      size: file.size,
      ctime: file.ctime,
      ...(file.vmid === undefined ? {} : { vmid: file.vmid }),
      ...(file.subtype === undefined ? {} : { subtype: file.subtype }),
      ...(file.notes === undefined ? {} : { notes: file.notes.split('\n')[0] }),
      ...(file.protected ? { protected: 1 } : {}),
      ...(file.encrypted === undefined ? {} : { encrypted: file.encrypted }),
      ...(file.verification ? { verification: file.verification } : {}),
    }));
  rows.push(...guestVolumes(call, storage));
  return rows
    .filter(
      (row) =>
        (kind === undefined || row.content === kind) && (vmid === undefined || row.vmid === vmid),
    )
    .sort((a, b) => (String(a.volid) < String(b.volid) ? -1 : 1));
}

/** What pruning would do: nothing is filtered here, which is how an auditor can see the backups. */
function pruneDryRun(call: Call): Row[] {
  const storage = find(call);
  const keep = call.text('prune-backups') ?? 'keep-all=1';
  const last = /^keep-last=(\d+)$/.exec(keep)?.[1];
  if (keep !== 'keep-all=1' && last === undefined) {
    throw died(`the demo homelab prunes by 'keep-all=1' or 'keep-last=N' only`);
  }
  const type = call.text('type');
  const vmid = call.number('vmid');
  const seen = new Map<string, number>();
  return files(call, storage)
    .filter(
      (file) =>
        file.content === 'backup' &&
        (type === undefined || file.subtype === type) &&
        (vmid === undefined || file.vmid === vmid),
    )
    .sort((a, b) => b.ctime - a.ctime)
    .map((file) => {
      const group = `${file.subtype}/${file.vmid}`;
      const count = (seen.get(group) ?? 0) + (file.protected ? 0 : 1);
      seen.set(group, count);
      const kept = last === undefined || Number(last) === 0 || count <= Number(last);
      const mark = file.protected ? 'protected' : kept ? 'keep' : 'remove';
      return { volid: file.volid, ctime: file.ctime, type: file.subtype, vmid: file.vmid, mark };
    });
}

function configRow(storage: StorageState): Row {
  const everywhere = storage.shared || storage.storage === 'local';
  return {
    storage: storage.storage,
    type: storage.type,
    content: storage.content,
    ...storage.settings,
    ...(everywhere ? {} : { nodes: storage.nodes.join(',') }),
    ...(storage.shared ? { shared: 1 } : {}),
    digest: '4f1b0d6a5d3c2b1a09f8e7d6c5b4a39281706f5e',
  };
}

const one = { path: '/storage/{storage}', privileges: [...see], any: true };

export const storageEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/storage',
    permission: 'all',
    parameters: { type: optionalText({ enum: types }) },
    handler: (call) =>
      [...call.world.storages.values()]
        .filter((storage) => maySee(call, storage))
        .filter((storage) => (call.text('type') ?? storage.type) === storage.type)
        .map(configRow),
  },
  {
    method: 'GET',
    path: '/storage/{storage}',
    permission: { path: '/storage/{storage}', privileges: ['Datastore.Allocate'] },
    parameters: { storage: text({ format: 'pve-storage-id' }) },
    handler: (call) => {
      const storage = call.world.storages.get(call.required('storage'));
      if (!storage) throw died(`storage '${call.required('storage')}' does not exist`);
      return configRow(storage);
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage',
    permission: 'all',
    proxyto: 'node',
    parameters: {
      ...nodeParameter,
      content: optionalText({ format: 'pve-storage-content-list' }),
      enabled: optionalFlag(),
      format: optionalFlag(),
      storage: optionalText({ format: 'pve-storage-id' }),
      target: optionalText({ format: 'pve-node' }),
    },
    handler: list,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/status',
    permission: one,
    proxyto: 'node',
    parameters: storageParameters,
    handler: (call) => status(call, find(call)),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/content',
    permission: one,
    proxyto: 'node',
    parameters: {
      ...storageParameters,
      content: optionalText({ format: 'pve-storage-content' }),
      vmid: optionalVmid,
    },
    handler: content,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/prunebackups',
    permission: one,
    proxyto: 'node',
    parameters: {
      ...storageParameters,
      'prune-backups': optionalText(),
      type: optionalText({ enum: ['qemu', 'lxc'] }),
      vmid: optionalVmid,
    },
    handler: pruneDryRun,
  },
];
