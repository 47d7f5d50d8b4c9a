import { archiveName } from './archive-name.ts';
import { dataDisks } from './disks.ts';
import { guestWord, refuseLocked, setRunning, setStopped } from './guest-power.ts';
import { type FileVolume, type GuestState, guestName } from './model.ts';
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

function* copyDisks(guest: GuestState, task: TaskControl): TaskScript {
  const disks = dataDisks(guest.config).filter((disk) => disk.backup);
  for (const disk of disks) {
    const size = `${Math.round(disk.size / gib)}G`;
    task.log(`INFO: include disk '${disk.key}' '${disk.storage}:${disk.volname}' ${size}`);
  }
  const total = disks.reduce((sum, disk) => sum + disk.size, 0);
  const seconds = Math.max(3, Math.min(60, Math.round((total * guest.diskUsed) / readRate)));
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
  task.log(`INFO: status = ${guest.status}`);
  task.log(`INFO: ${word} Name: ${guestName(guest)}`);
  const runs = guest.status === 'running';
  world.change(guest, (one) => {
    one.lock = 'backup';
  });
  try {
    task.log(`INFO: backup mode: ${runs ? mode : 'stop'}`);
    if (runs && mode === 'stop') setStopped(world, guest);
    const name = archiveName(guest.type, guest.vmid, begun);
    const root = world.storages.get(storage)?.settings.path ?? `/mnt/pve/${storage}`;
    task.log(`INFO: creating vzdump archive '${root}/dump/${name}'`);
    if (runs && mode === 'stop') setRunning(world, guest);
    yield* copyDisks(guest, task);
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
      format: guest.type === 'qemu' ? 'vma.zst' : 'tar.zst',
      size,
      ctime: begun,
      vmid: guest.vmid,
      subtype: guest.type,
      notes: fillNotes(request.notes, guest, world.clusterName),
      ...(request.protected ? { protected: true } : {}),
    };
    world.files.push(file);
    task.log(`INFO: archive file size: ${(size / gib).toFixed(2)}GB`);
  } finally {
    world.change(guest, (one) => {
      one.lock = undefined;
    });
  }
  const took = clock(world.clock.seconds - begun);
  task.log(`INFO: Finished Backup of ${word} ${guest.vmid} (${took})`);
  task.log(`INFO: Backup finished at ${stamp(world)}`);
}

/** Backs the guests up one after the other; one that fails does not keep the others from theirs. */
export function* backupScript(world: World, task: TaskControl, request: BackupRequest): TaskScript {
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
