import { backupScript } from '../../world/guest-backup.ts';
import { type GuestState, isTemplate } from '../../world/model.ts';
import type { Call, Endpoint, ParameterTable } from '../endpoint.ts';
import { died, notPermitted, parameterErrors } from '../errors.ts';
import { notInDemo, rootOnly } from '../guest-access.ts';
import {
  nodeParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  text,
} from '../parameter-kinds.ts';
import { findVolume, needBackup } from './volumes.ts';

const count = optionalInteger({ minimum: 0 });

const parameters: ParameterTable = {
  all: optionalFlag(),
  bwlimit: count,
  compress: optionalText({ enum: ['0', '1', 'gzip', 'lzo', 'zstd'] }),
  dumpdir: optionalText(),
  exclude: optionalText({ format: 'pve-vmid-list' }),
  'exclude-path': { type: 'array', optional: true },
  fleecing: optionalText(),
  ionice: optionalInteger({ minimum: 0, maximum: 8 }),
  'job-id': optionalText({ maxLength: 50, pattern: /^\S+$/ }),
  lockwait: count,
  mailnotification: optionalText({ enum: ['always', 'failure'] }),
  mailto: optionalText(),
  mode: optionalText({ enum: ['snapshot', 'suspend', 'stop'] }),
  node: optionalText({ format: 'pve-node' }),
  'notes-template': optionalText({ maxLength: 1024, requires: 'storage' }),
  'notification-mode': optionalText({ enum: ['auto', 'legacy-sendmail', 'notification-system'] }),
  'pbs-change-detection-mode': optionalText({ enum: ['legacy', 'data', 'metadata'] }),
  performance: optionalText(),
  pigz: optionalInteger(),
  pool: optionalText(),
  protected: optionalFlag({ requires: 'storage' }),
  'prune-backups': optionalText(),
  quiet: optionalFlag(),
  remove: optionalFlag(),
  script: optionalText(),
  stdexcludes: optionalFlag(),
  stdout: optionalFlag(),
  stop: optionalFlag(),
  stopwait: count,
  storage: optionalText({ format: 'pve-storage-id' }),
  tmpdir: optionalText(),
  vmid: optionalText({ format: 'pve-vmid-list' }),
  zstd: optionalInteger(),
};

function ids(text: string | undefined): number[] {
  return (text ?? '')
    .split(/[,;\s\0]+/)
    .filter(Boolean)
    .map(Number);
}

/** What an archive's name ends with, by `compress`. */
const endings: Readonly<Record<string, string>> = {
  '1': 'lzo',
  gzip: 'gz',
  lzo: 'lzo',
  zstd: 'zst',
};

/** The guests of this node that the request means. */
function chosen(call: Call): GuestState[] {
  const { world, node } = call;
  const pool = call.text('pool');
  const given = ids(call.text('vmid'));
  const excluded = ids(call.text('exclude'));
  if (!call.flag('all') && pool === undefined && given.length === 0) {
    throw parameterErrors({ vmid: 'property is missing and it is not optional' });
  }
  return world
    .guestsOf(node)
    .filter((guest) => pool === undefined || guest.pool === pool)
    .filter((guest) => given.length === 0 || given.includes(guest.vmid))
    .filter((guest) => !excluded.includes(guest.vmid) && (given.length > 0 || !isTemplate(guest)))
    .sort((a, b) => a.vmid - b.vmid);
}

function backup(call: Call): string {
  rootOnly(call, 'script', 'tmpdir', 'dumpdir', 'job-id');
  notInDemo(
    call,
    ...['dumpdir', 'exclude-path', 'fleecing', 'job-id', 'mailto', 'performance'],
    ...['prune-backups', 'script', 'stdout', 'stop', 'tmpdir'],
  );
  const { world, node } = call;
  const name = call.text('storage') ?? 'local';
  const storage = world.storages.get(name);
  if (!storage?.nodes.includes(node)) throw died(`storage '${name}' does not exist`);
  if (!storage.content.split(',').includes('backup')) {
    throw died(`storage '${name}' does not support 'backup' content`);
  }
  if (call.parameters.bwlimit !== undefined) call.need('/', 'Sys.Modify');
  const guests = chosen(call);
  for (const guest of guests) call.need(`/vms/${guest.vmid}`, 'VM.Backup');
  if (!call.may(`/storage/${name}`, 'Datastore.AllocateSpace')) {
    throw notPermitted(`/storage/${name}, Datastore.AllocateSpace`);
  }
  if (guests.length === 0) return 'OK';
  const mode = call.text('mode');
  const [first] = guests;
  return world.tasks.start(
    {
      node,
      type: 'vzdump',
      id: guests.length === 1 && first ? String(first.vmid) : '',
      auth: call.who,
    },
    (task) =>
      backupScript(world, node, task, {
        guests,
        storage: name,
        mode: mode === 'stop' || mode === 'suspend' ? mode : 'snapshot',
        notes: call.text('notes-template') ?? '',
        protected: call.flag('protected'),
        packed: endings[call.text('compress') ?? 'zstd'] ?? '',
        // Proxmox's default is to remove.
        remove: call.parameters.remove === undefined || call.flag('remove'),
        bwlimit: call.number('bwlimit'),
      }),
  );
}

function defaults(call: Call): Record<string, unknown> {
  const name = call.text('storage') ?? 'local';
  const path = `/storage/${name}`;
  if (!call.mayAny(path, 'Datastore.Audit', 'Datastore.AllocateSpace')) {
    throw notPermitted(`${path}, Datastore.Audit|Datastore.AllocateSpace`);
  }
  const storage = call.world.storages.get(name);
  if (!storage) throw died(`storage '${name}' does not exist`);
  const keep = storage.settings['prune-backups'];
  return { storage: name, 'prune-backups': keep ?? 'keep-all=1' };
}

/** The configuration as it stands in its file: one line for each key. */
function extractConfig(call: Call): string {
  const file = findVolume(call, call.required('volume'));
  needBackup(call, file);
  if (file.vmid !== undefined) call.need(`/vms/${file.vmid}`, 'VM.Backup');
  const config = file.config ?? call.world.guests.get(file.vmid ?? 0)?.config;
  if (!config) throw died(`unable to extract configuration from '${file.volid}'`);
  const lines = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  return lines.map(([key, value]) => `${key}: ${value}\n`).join('');
}

export const vzdumpEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/vzdump',
    permission: 'all',
    proxyto: 'node',
    needsQuorum: true,
    parameters,
    handler: backup,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/vzdump/defaults',
    permission: 'all',
    proxyto: 'node',
    parameters: { ...nodeParameter, storage: optionalText({ format: 'pve-storage-id' }) },
    handler: defaults,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/vzdump/extractconfig',
    permission: 'all',
    proxyto: 'node',
    parameters: { ...nodeParameter, volume: text() },
    handler: extractConfig,
  },
];
