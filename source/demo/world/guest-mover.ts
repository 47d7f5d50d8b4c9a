import { copyDisk, copySeconds } from './disk-copy.ts';
import { volumeOf } from './disks.ts';
import { guestWord } from './guest-power.ts';
import { type LocalVolume, localDevices, localVolumes, missingMappings } from './migrate-check.ts';
import { failedCopy, type Migration, MigrationLog, targetStorageOf } from './migration.ts';
import type { ConfigRecord, GuestState } from './model.ts';
import { readProperties, writeProperties } from './property-string.ts';
import { checkReplication, isReplicated, switchTargets } from './replication.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import {
  allocateVolume,
  formatOf,
  formatsOf,
  humanSize,
  inSnapshot,
  linkedTo,
  noSpace,
  storageOn,
} from './volumes.ts';
import type { World } from './world.ts';

/** Moves one guest, step by step. Every refusal is a {@link TaskFailure}; which phase it was in decides how the task ends. */
export class Mover {
  readonly world: World;
  readonly guest: GuestState;
  readonly wish: Migration;
  readonly task: TaskControl;
  readonly log: MigrationLog;
  readonly live: boolean;
  /** Old volume id → the one on the target. */
  readonly moved = new Map<string, string>();

  constructor(world: World, guest: GuestState, wish: Migration, task: TaskControl) {
    this.world = world;
    this.guest = guest;
    this.wish = wish;
    this.task = task;
    this.log = new MigrationLog(world, task);
    this.live = guest.type === 'qemu' && guest.status === 'running';
  }

  /** The other end must be there. */
  checkTarget(): void {
    const { target } = this.wish;
    this.world.faults.migrating(target);
    if (this.world.isOnline(target)) return;
    this.task.log('client_loop: send disconnect: Broken pipe');
    throw new TaskFailure(`connection to node '${target}' lost`);
  }

  /** What is checked before anything is done. */
  *prepare(): TaskScript {
    const { world, guest, wish } = this;
    if (guest.type === 'lxc' && guest.status === 'running') {
      if (wish.online) throw new TaskFailure('lxc live migration is currently not implemented');
      if (!wish.restart) {
        throw new TaskFailure('running container can only be migrated in restart mode');
      }
    }
    if (guest.type === 'qemu') checkReplication(world, guest, wish.target, this.live);
    if (guest.type === 'qemu') this.#checkDevices();
    for (const volume of localVolumes(world, guest)) {
      const name = targetStorageOf(wish.targetStorage, volume.storage);
      const storage = storageOn(world, wish.target, name);
      const kind = volume.volid.includes(':iso/')
        ? 'iso'
        : guest.type === 'qemu'
          ? 'images'
          : 'rootdir';
      if (!storage.content.split(',').includes(kind)) {
        throw new TaskFailure(
          `${volume.volid}: content type '${kind}' is not available on storage '${name}'`,
        );
      }
    }
    if (!world.isOnline(wish.target)) {
      yield 3;
      throw new TaskFailure("Can't connect to destination address using public key");
    }
  }

  #checkDevices(): void {
    const { world, guest, wish } = this;
    const { bound, mapped } = localDevices(guest);
    if (bound.length > 0) {
      throw new TaskFailure(`can't migrate VM which uses local devices: ${bound.join(', ')}`);
    }
    const missing = missingMappings(world, guest, wish.target);
    if (missing.length > 0) {
      throw new TaskFailure(
        `can't migrate to '${wish.target}': missing mapped devices ${missing.join(', ')}`,
      );
    }
    if (this.live && mapped.size > 0) {
      const names = [...mapped].map(([key, name]) => `${key}:${name}`).join(', ');
      throw new TaskFailure(
        `can't live migrate running VM which uses following mapped devices: ${names}`,
      );
    }
  }

  /** Looks at each local volume and tells all that is wrong before it gives up. */
  inspect(volumes: readonly LocalVolume[]): void {
    const { guest, log } = this;
    const what = guest.type === 'qemu' ? 'disk' : 'volume';
    const problems: string[] = [];
    for (const volume of volumes) {
      const { volid } = volume;
      const generated = /-cloudinit$/.test(volid) || volume.key === 'tpmstate0';
      if (guest.type === 'lxc') log.add(`found local volume '${volid}' (in current VM config)`);
      else if (generated) log.add(`found generated disk '${volid}' (in current VM config)`);
      else log.add(`found local disk '${volid}' (${volume.unused ? 'unused' : 'attached'})`);
      const problem = this.#problem(volume);
      if (problem !== undefined)
        problems.push(`can't migrate local ${what} '${volid}': ${problem}`);
    }
    for (const problem of problems) log.add(problem);
    if (problems.length > 0) throw new TaskFailure(`can't migrate ${guestWord(guest)} - check log`);
    for (const { volid } of volumes) {
      const [base, own] = volid.slice(volid.indexOf(':') + 1).split('/');
      if (own !== undefined && /^base(?:vol)?-/.test(base ?? '')) {
        throw new TaskFailure(`can't migrate '${volid}' as it's a clone of '${base}'`);
      }
    }
  }

  #problem(volume: LocalVolume): string | undefined {
    const { world, guest, wish, live } = this;
    const { volid } = volume;
    if (volume.cdrom) return volid.includes('-cloudinit') ? undefined : 'local cdrom image';
    const source = world.storages.get(volume.storage);
    const name = volid.slice(volid.indexOf(':') + 1);
    if (linkedTo(world, volume.storage, name).length > 0) return 'referenced by linked clone(s)';
    if (inSnapshot(guest, volid)) {
      if (live && !isReplicated(world, guest, volid, wish.target))
        return 'online storage migration not possible if non-replicated snapshot exists';
      const files = guest.type === 'qemu' && formatOf(source, volid) === 'qcow2';
      if (source?.type !== 'zfspool' && !files) return 'non-migratable snapshot exists';
    }
    if (live && !volume.unused && !wish.withLocalDisks) {
      return "can't live migrate attached local disks without with-local-disks option";
    }
    return undefined;
  }

  /** Those that are copied while nothing runs from them: before the machine moves, or with a stopped guest. */
  *copyOffline(volumes: readonly LocalVolume[]): TaskScript {
    const still = volumes.filter((one) => !one.volid.includes(':iso/') && !this.#mirrored(one));
    if (still.length > 0) this.log.add('copying local disk images');
    for (const volume of still) {
      const made = this.#allocate(volume);
      const { guest, wish } = this;
      yield* copyDisk(this.world, this.task, {
        guest,
        label: '',
        size: volume.size,
        node: wish.target,
        storage: made.storage,
        bwlimit: wish.bwlimit,
        full: () => failedCopy(volume, made.storage, noSpace),
        check: () => {
          try {
            this.checkTarget();
          } catch (error) {
            throw failedCopy(volume, made.storage, (error as Error).message);
          }
        },
      });
      this.#arrived(volume, made.volid);
    }
  }

  /** A running machine's disks are mirrored. */
  *mirror(volumes: readonly LocalVolume[]): TaskScript {
    const { guest, wish, task, log } = this;
    const disks = volumes.filter((one) => this.#mirrored(one));
    if (disks.length === 0) return;
    for (const volume of disks) this.#arrived(volume, this.#allocate(volume).volid);
    log.add('starting storage migration');
    for (const volume of disks) {
      const drive = `drive-${volume.key}`;
      log.add(
        `${volume.key}: start migration to nbd:unix:/run/qemu-server/${guest.vmid}_nbd.migrate:exportname=${drive}`,
      );
      task.log(`mirror-${volume.key}: starting mirror`);
      yield* copyDisk(this.world, task, {
        guest,
        label: `${drive}: `,
        size: volume.size,
        node: wish.target,
        storage: targetStorageOf(wish.targetStorage, volume.storage),
        bwlimit: wish.bwlimit,
        full: () => new TaskFailure(`block job (mirror) error: ${drive}: '${noSpace}'`),
        check: () => this.checkTarget(),
      });
    }
    task.log("all 'mirror' jobs are ready");
    log.add('switching mirror jobs to actively synced mode');
  }

  #mirrored(volume: LocalVolume): boolean {
    return this.live && !volume.unused && !volume.cdrom && volume.key !== 'tpmstate0';
  }

  #arrived(volume: LocalVolume, volid: string): void {
    this.log.add(`volume '${volume.volid}' is '${volid}' on the target`);
    this.moved.set(volume.volid, volid);
  }

  #allocate(volume: LocalVolume): { storage: string; volid: string } {
    const { world, guest, wish } = this;
    const storage = targetStorageOf(wish.targetStorage, volume.storage);
    const target = storageOn(world, wish.target, storage);
    const source = world.storages.get(volume.storage);
    const format = formatOf(source, volume.volid);
    if (guest.type === 'lxc' && format === 'subvol' && target.type !== 'zfspool') {
      const why = `cannot migrate from storage type '${source?.type}' to '${target.type}'`;
      throw failedCopy(volume, storage, why);
    }
    const kept = formatsOf(target, guest.type).includes(format) ? format : undefined;
    const part = /cloudinit|disk-\d+/.exec(volume.volid)?.[0];
    const request = {
      vmid: guest.vmid,
      type: guest.type,
      node: wish.target,
      storage,
      size: volume.size,
      format: kept,
    };
    try {
      return {
        storage,
        volid: allocateVolume(world, part === undefined ? request : { ...request, part }),
      };
    } catch (error) {
      if (error instanceof TaskFailure && !this.live)
        throw failedCopy(volume, storage, error.message);
      throw error;
    }
  }

  *copyMemory(): TaskScript {
    const { world, guest, log, task } = this;
    const memory = world.meter.guestMemory(guest, guest.config, world.clock.seconds);
    log.add(`starting online/live migration on unix:/run/qemu-server/${guest.vmid}.migrate`);
    log.add('set migration capabilities');
    log.add('migration downtime limit: 100 ms');
    log.add('set migration parameters');
    const seconds = copySeconds(memory * 2, memory, this.wish.bwlimit);
    const count = Math.min(5, seconds);
    for (let step = 1; step <= count; step += 1) {
      yield seconds / count;
      this.checkTarget();
      log.add(
        `migration active, transferred ${humanSize((memory * step) / count)} of ${humanSize(memory)} VM-state, 1.1 GiB/s`,
      );
    }
    const downtime = 30 + world.noise.integer('downtime', 0, 90, guest.vmid + world.clock.seconds);
    log.add(`average migration speed: 1.1 GiB/s - downtime ${downtime} ms`);
    log.add('migration status: completed');
    for (const volid of this.moved.keys()) {
      const key = Object.entries(guest.config).find(([, value]) => volumeOf(value) === volid)?.[0];
      task.log(`drive-${key}: Completing block job...`);
      task.log(`drive-${key}: Completed successfully.`);
    }
  }

  /** The guest belongs to the target from this moment on. */
  arrive(): void {
    const { world, guest, wish, moved } = this;
    const renamed = (config: ConfigRecord): ConfigRecord =>
      Object.fromEntries(
        Object.entries(config).map(([key, value]) => {
          const made = moved.get(volumeOf(value) ?? '');
          if (made === undefined) return [key, value];
          const properties = readProperties(String(value));
          for (const name of ['file', 'volume']) properties.delete(name);
          properties.set('', made);
          return [key, writeProperties(properties)];
        }),
      );
    for (const [from, to] of moved) {
      const size = world.volumeSizes.get(from);
      if (size !== undefined && from !== to) {
        world.volumeSizes.delete(from);
        world.volumeSizes.set(to, size);
      }
    }
    switchTargets(world, guest.vmid, guest.node, wish.target);
    world.change(guest, (one) => {
      one.config = renamed(one.config);
      one.pending = renamed(one.pending as ConfigRecord);
      one.snapshots = one.snapshots.map((each) => ({ ...each, config: renamed(each.config) }));
      one.node = wish.target;
      if (one.pid !== undefined) one.pid = world.node(wish.target).nextPid + 1;
    });
  }
}
