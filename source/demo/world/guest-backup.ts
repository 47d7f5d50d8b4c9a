import { archiveName } from './archive-name.ts';
import { dataDisks } from './disks.ts';
import { guestWord, refuseLocked, setRunning, setStopped } from './guest-power.ts';
import { type FileVolume, type GuestState, guestName } from './model.ts';
import { beginPbsBackup } from './pbs/write.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import type { World } from './world.ts';

const gib = 2 ** 30;
/** Bytes a backup reads in one second of work. */
const readRate = 0.9 * gib;

export interface BackupRequest {
  readonly guests: readonly GuestState[];
  readonly storage: string;
  readonly mode: 'snapshot' | 'suspend' | 'stop';
  readonly notes: string;
  readonly protected: boolean;
  /** `zst`, `lzo`, `gz`, or nothing. */
  readonly packed: string;
  /** Older ones go by the storage's retention. */
  readonly remove: boolean;
  /** KiB/s */
  readonly bwlimit?: number | undefined;
}

/** How many backups of a guest the storage keeps by `prune-backups`; undefined = all. */
export function keptBackups(world: World, storage: string): number | undefined {
  const last = /^keep-last=(\d+)$/.exec(
    world.storages.get(storage)?.settings['prune-backups'] ?? '',
  )?.[1];
  return last === undefined ? undefined : Number(last);
}

/** Its backups there that nothing protects, newest first. */
function unprotected(world: World, guest: GuestState, storage: string): FileVolume[] {
  return world.files
    .filter(
      (file) =>
        file.content === 'backup' &&
        file.storage === storage &&
        file.vmid === guest.vmid &&
        file.subtype === guest.type &&
        !file.protected &&
        (file.node === undefined || file.node === guest.node),
    )
    .sort((a, b) => b.ctime - a.ctime);
}

/** What is refused before a guest is touched. */
function refuseBackup(world: World, guest: GuestState, request: BackupRequest): void {
  const { storage, mode, remove } = request;
  if (mode === 'stop' && guest.ha?.request === 'started') {
    throw new TaskFailure(
      'Cannot execute a backup with stop mode on a HA managed and enabled Service. Use snapshot mode or disable the Service.',
    );
  }
  const limit = keptBackups(world, storage);
  if (limit === undefined || remove || request.protected) return;
  if (unprotected(world, guest, storage).length >= limit) {
    throw new TaskFailure(
      `There is a max backup limit of ${limit} enforced by the target storage or the vzdump parameters. Either increase the limit or delete old backups.`,
    );
  }
}

function prune(world: World, guest: GuestState, task: TaskControl, storage: string): void {
  const limit = keptBackups(world, storage);
  if (limit === undefined) return;
  task.log(`INFO: prune older backups with retention: keep-last=${limit}`);
  const gone = new Set(unprotected(world, guest, storage).slice(limit));
  for (const { volid } of gone) task.log(`INFO: removing backup '${volid}'`);
  const left = world.files.filter((file) => !gone.has(file));
  world.files.splice(0, world.files.length, ...left);
  const words = gone.size > 0 ? ' not covered by keep-retention policy' : '';
  task.log(`INFO: pruned ${gone.size} backup(s)${words}`);
}

function fillNotes(template: string, guest: GuestState, cluster: string | undefined): string {
  const values: Readonly<Record<string, string>> = {
    cluster: cluster ?? 'standalone node',
    guestname: guestName(guest),
    node: guest.node,
    vmid: String(guest.vmid),
  };
  return template
    .replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole)
    .replaceAll('\\n', '\n');
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

function stamp(world: World): string {
  return new Date(world.clock.now).toISOString().slice(0, 19).replace('T', ' ');
}

function* copyDisks(guest: GuestState, task: TaskControl, bwlimit?: number): TaskScript {
  const disks = dataDisks(guest.config).filter((disk) => disk.backup);
  for (const disk of disks) {
    const size = `${Math.round(disk.size / gib)}G`;
    task.log(`INFO: include disk '${disk.key}' '${disk.storage}:${disk.volname}' ${size}`);
  }
  const total = disks.reduce((sum, disk) => sum + disk.size, 0);
  const rate = Math.min(readRate, bwlimit ? bwlimit * 1024 : readRate);
  const seconds = Math.max(3, Math.min(60, Math.round((total * guest.diskUsed) / rate)));
  for (let second = 3; second < seconds; second += 3) {
    yield 3;
    const part = second / seconds;
    const done = ((total * part) / gib).toFixed(1);
    task.log(
      `INFO: ${String(Math.round(part * 100)).padStart(3)}% (${done} GiB of ${(total / gib).toFixed(1)} GiB) in ${second}s`,
    );
  }
  yield 3;
  task.log(
    `INFO: 100% (${(total / gib).toFixed(1)} GiB of ${(total / gib).toFixed(1)} GiB) in ${seconds}s`,
  );
}

function writeArchive(
  world: World,
  guest: GuestState,
  task: TaskControl,
  request: BackupRequest,
  name: string,
  begun: number,
): void {
  const { storage } = request;
  const size = Math.round(
    dataDisks(guest.config).reduce((sum, disk) => sum + (disk.backup ? disk.size : 0), 0) *
      guest.diskUsed *
      0.45,
  );
  const file: FileVolume = {
    volid: `${storage}:backup/${name}`,
    ...(world.storages.get(storage)?.shared ? {} : { node: guest.node }),
    storage,
    content: 'backup',
    format: `${guest.type === 'qemu' ? 'vma' : 'tar'}${request.packed === '' ? '' : `.${request.packed}`}`,
    size,
    ctime: begun,
    vmid: guest.vmid,
    subtype: guest.type,
    notes: fillNotes(request.notes, guest, world.clusterName),
    ...(request.protected ? { protected: true } : {}),
    config: guest.config,
  };
  world.files.push(file);
  task.log(`INFO: archive file size: ${(size / gib).toFixed(2)}GB`);
}

function* backupOne(
  world: World,
  guest: GuestState,
  task: TaskControl,
  request: BackupRequest,
): TaskScript {
  const { storage, mode } = request;
  const begun = world.clock.seconds;
  const word = guestWord(guest);
  task.log(`INFO: Starting Backup of ${word} ${guest.vmid} (${guest.type})`);
  task.log(`INFO: Backup started at ${stamp(world)}`);
  refuseLocked(guest);
  refuseBackup(world, guest, request);
  task.log(`INFO: status = ${guest.status}`);
  task.log(`INFO: ${word} Name: ${guestName(guest)}`);
  const runs = guest.status === 'running';
  const server = beginPbsBackup(world, storage, guest);
  world.change(guest, (one) => {
    one.lock = 'backup';
  });
  try {
    task.log(`INFO: backup mode: ${runs ? mode : 'stop'}`);
    if (runs && mode === 'stop') setStopped(world, guest);
    const name = archiveName(guest.type, guest.vmid, begun, request.packed);
    const root = world.storages.get(storage)?.settings.path ?? `/mnt/pve/${storage}`;
    task.log(
      server
        ? `INFO: creating Proxmox Backup Server archive '${server.name}'`
        : `INFO: creating vzdump archive '${root}/dump/${name}'`,
    );
    if (runs && mode === 'stop') setRunning(world, guest);
    yield* copyDisks(guest, task, request.bwlimit);
    const notes = fillNotes(request.notes, guest, world.clusterName);
    if (server) server.finish({ notes, protected: request.protected });
    else writeArchive(world, guest, task, request, name, begun);
    if (request.remove) prune(world, guest, task, storage);
  } finally {
    server?.abort();
    world.change(guest, (one) => {
      one.lock = undefined;
    });
  }
  const took = clock(world.clock.seconds - begun);
  task.log(`INFO: Finished Backup of ${word} ${guest.vmid} (${took})`);
  task.log(`INFO: Backup finished at ${stamp(world)}`);
}

/** Backs guests of one node up; another backup on that node is waited for. */
export function* backupScript(
  world: World,
  node: string,
  task: TaskControl,
  request: BackupRequest,
): TaskScript {
  if (world.backupLocks.has(node)) {
    task.log('INFO: trying to get global lock - waiting...');
    while (world.backupLocks.has(node)) yield 1;
    task.log('INFO: got global lock');
  }
  world.backupLocks.add(node);
  try {
    yield* backupAll(world, task, request);
  } finally {
    world.backupLocks.delete(node);
  }
}

/** One after the other; one that fails does not keep the others from theirs. */
function* backupAll(world: World, task: TaskControl, request: BackupRequest): TaskScript {
  const ids = request.guests.map((guest) => guest.vmid).join(' ');
  task.log(
    `INFO: starting new backup job: vzdump ${ids} --storage ${request.storage} --mode ${request.mode}`,
  );
  let failed = false;
  for (const guest of request.guests) {
    try {
      yield* backupOne(world, guest, task, request);
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error;
      failed = true;
      task.log(`ERROR: Backup of ${guestWord(guest)} ${guest.vmid} failed - ${error.message}`);
      task.log(`INFO: Failed at ${stamp(world)}`);
    }
  }
  task.log(
    failed ? 'INFO: Backup job finished with errors' : 'INFO: Backup job finished successfully',
  );
  if (failed) throw new TaskFailure('job errors');
}
