import type { LocalVolume } from './migrate-check.ts';
import { type TaskControl, TaskFailure } from './tasks.ts';
import type { World } from './world.ts';

export interface Migration {
  readonly target: string;
  /** qemu: move it while it runs. */
  readonly online: boolean;
  /** lxc: stop it, move it, start it there. */
  readonly restart: boolean;
  readonly withLocalDisks: boolean;
  /** `local-zfs`, `1` = the same ones, or pairs `local-lvm:local-zfs`. */
  readonly targetStorage?: string | undefined;
  /** KiB/s */
  readonly bwlimit?: number | undefined;
  /** lxc: seconds to wait for the shutdown. */
  readonly timeout?: number | undefined;
}

/** The storage a volume goes to. */
export function targetStorageOf(mapping: string | undefined, storage: string): string {
  let everything: string | undefined;
  for (const pair of (mapping ?? '').split(/[,;\s]+/).filter(Boolean)) {
    const [from = '', to] = pair.split(':');
    if (to === undefined) everything = from === '1' ? storage : from;
    else if (from === storage) return to;
  }
  return everything ?? storage;
}

/** A task's lines with the time in front. */
export class MigrationLog {
  readonly #world: World;
  readonly #task: TaskControl;

  constructor(world: World, task: TaskControl) {
    this.#world = world;
    this.#task = task;
  }

  add(line: string): void {
    const stamp = new Date(this.#world.clock.now).toISOString().slice(0, 19).replace('T', ' ');
    this.#task.log(`${stamp} ${line}`);
  }
}

/** How PVE tells that a volume could not be copied while nothing ran from it. */
export function failedCopy(volume: LocalVolume, storage: string, why: string): TaskFailure {
  return new TaskFailure(
    `storage migration for '${volume.volid}' to storage '${storage}' failed - ${why}`,
  );
}
