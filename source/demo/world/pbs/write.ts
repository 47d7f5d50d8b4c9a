import { dataDisks } from '../disks.ts';
import type { GuestState } from '../model.ts';
import { type TaskControl, TaskFailure, type TaskScript } from '../tasks.ts';
import type { World } from '../world.ts';
import { pveOwner } from './accounts.ts';
import {
  type BackupFile,
  type BackupGroup,
  type BackupSnapshot,
  backupTimeText,
  type CryptMode,
} from './model.ts';

const mib = 2 ** 20;

/** The archives of a guest's backup and their sizes: whole disks for a VM, files for a container. */
export function guestFiles(
  guest: Pick<GuestState, 'type' | 'config' | 'diskUsed'>,
  crypt: CryptMode = 'none',
): BackupFile[] {
  const file = (filename: string, size: number, mode = crypt): BackupFile => ({
    filename,
    'crypt-mode': mode,
    size: Math.round(size),
  });
  const disks = dataDisks(guest.config).filter((disk) => disk.backup);
  const total = disks.reduce((sum, disk) => sum + disk.size, 0);
  const end = [
    file('client.log.blob', 1_840),
    file('index.json.blob', 640, crypt === 'encrypt' ? 'sign-only' : 'none'),
  ];
  if (guest.type === 'lxc') {
    return [
      file('catalog.pcat1.didx', 0.002 * total * guest.diskUsed),
      file('pct.conf.blob', 410),
      file('root.pxar.didx', total * guest.diskUsed),
      ...end,
    ];
  }
  return [
    ...disks.map((disk) => file(`drive-${disk.key}.img.fidx`, disk.size)),
    file('qemu-server.conf.blob', 612),
    ...end,
  ];
}

/** Without the index nobody counts it as a backup. */
export function unfinished(files: readonly BackupFile[]): BackupFile[] {
  return files.filter(({ filename }) => !/^(?:index\.json|client\.log)\.blob$/.test(filename));
}

export function sizeOf(files: readonly BackupFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** A backup that a vzdump task writes: `finish` makes it whole, `abort` leaves it as it is. */
export interface RunningBackup {
  /** `vm/100/2026-07-18T20:00:03Z` */
  readonly name: string;
  finish(result: { readonly notes: string; readonly protected: boolean }): void;
  abort(): void;
}

function* follow(state: { over: boolean; failed: boolean }, task: TaskControl): TaskScript {
  while (!state.over) yield 1;
  if (state.failed) throw new TaskFailure('backup ended but finished flag is not set.');
  task.log('successfully finished backup');
  task.log('backup finished successfully');
}

/**
 * Begins a guest's backup to a storage of type `pbs`; undefined for other storages. The server has a task of its own
 * as long as it lasts.
 * @throws TaskFailure when the server or its datastore cannot be used
 */
export function beginPbsBackup(
  world: World,
  storageName: string,
  guest: GuestState,
): RunningBackup | undefined {
  const storage = world.storages.get(storageName);
  if (storage?.type !== 'pbs') return undefined;
  const { server, datastore = '', namespace: ns = '' } = storage.settings;
  const place = world.pbs.hostAt(server);
  const host = world.pbs.realm?.hosts.get(place?.name ?? '');
  const lost = (why: string) =>
    new TaskFailure(
      `could not activate storage '${storageName}': ${storageName}: error fetching datastores - ${why}`,
    );
  if (!host || host.place.down) {
    throw lost(`500 Can't connect to ${server}:8007 (Connection refused)`);
  }
  const store = host.stores.get(datastore);
  const problem = store ? host.unavailable(store, 'write') : `no such datastore '${datastore}'`;
  if (!store || problem !== undefined) throw lost(`400 ${problem}`);
  const type = guest.type === 'qemu' ? 'vm' : 'ct';
  const id = String(guest.vmid);
  const group: BackupGroup = host.groupFor(store, ns, type, id, pveOwner);
  const files = guestFiles(guest);
  const time = Math.max(world.clock.seconds, (group.snapshots.at(-1)?.time ?? 0) + 1);
  const unique = Math.round(sizeOf(files) * 0.02 + 40 * mib);
  const snapshot: BackupSnapshot = { time, files: unfinished(files), protected: false, unique };
  group.snapshots.push(snapshot);
  world.revision += 1;
  const state = { over: false, failed: false };
  const [user = '', token] = pveOwner.split('!');
  host.tasks.start(
    {
      node: host.name,
      type: 'backup',
      id: `${store.name}:${ns === '' ? '' : `${ns}/`}${type}/${id}`,
      auth: { user, ...(token === undefined ? {} : { token }) },
    },
    (task) => {
      task.log(`starting new backup on datastore '${store.name}' from ::ffff:${guest.node}:`);
      task.log(`created new backup snapshot "${type}/${id}/${backupTimeText(time)}"`);
      return follow(state, task);
    },
  );
  const end = (failed: boolean) => {
    if (state.over) return;
    state.over = true;
    state.failed = failed;
    world.revision += 1;
  };
  return {
    name: `${type}/${id}/${backupTimeText(time)}`,
    finish: (result) => {
      snapshot.files = files;
      snapshot.size = sizeOf(files);
      if (result.notes !== '') snapshot.comment = result.notes;
      snapshot.protected = result.protected;
      store.chunkBytes += unique;
      end(false);
    },
    // A client that goes away takes its unfinished snapshot with it.
    abort: () => {
      if (state.over) return;
      host.forget(store, group, snapshot);
      end(true);
    },
  };
}
