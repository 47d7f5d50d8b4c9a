import type { GuestState } from './model.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import { fits, humanSize, noSpace, usedBytes } from './volumes.ts';
import type { World } from './world.ts';

/** Bytes of a disk's size that one second of work copies. */
const copyRate = 1.5 * 2 ** 30;
/** Lines of progress that a log gets, no more. */
const steps = 10;

export interface DiskCopy {
  readonly guest: GuestState;
  /** What stands in front of the progress: `drive-scsi0: `. */
  readonly label: string;
  /** bytes */
  readonly size: number;
  readonly node: string;
  readonly storage: string;
  /** KiB/s; absent or 0 = as fast as it goes */
  readonly bwlimit?: number | undefined;
  /** Thrown when the target is full; gets what was done, in bytes. */
  full(done: number): TaskFailure;
  /** Called after each step: throws when something else went wrong. */
  check?(): void;
}

/** How long copying takes, seconds of work; a limit (KiB/s) slows down what is really written. */
export function copySeconds(size: number, written: number, bwlimit = 0): number {
  const unlimited = Math.max(2, Math.min(40, Math.round(size / copyRate)));
  return bwlimit > 0 ? Math.max(unlimited, Math.round(written / 1024 / bwlimit)) : unlimited;
}

/** Copies a disk with a progress log as qemu's; ends in the middle when the target storage has too little space left. */
export function* copyDisk(world: World, task: TaskControl, copy: DiskCopy): TaskScript {
  const { size, label } = copy;
  const written = usedBytes(copy.guest, size);
  const seconds = copySeconds(size, written, copy.bwlimit);
  const count = Math.min(steps, seconds);
  const enough = fits(world, copy.node, copy.storage, written);
  const total = humanSize(size);
  task.log(`${label}transferred 0.0 B of ${total} (0.00%)${label === '' ? '' : ' in 0s'}`);
  for (let step = 1; step <= count; step += 1) {
    yield seconds / count;
    copy.check?.();
    const part = step / count;
    if (!enough && part >= 0.5) throw copy.full(Math.round(size * part));
    const after = label === '' ? '' : ` in ${Math.round(seconds * part)}s`;
    const ready = label !== '' && step === count ? ', ready' : '';
    task.log(
      `${label}transferred ${humanSize(size * part)} of ${total} (${(part * 100).toFixed(2)}%)${after}${ready}`,
    );
  }
}

/** How qemu-img ends on a full storage. */
export function imageCopyFull(task: TaskControl): (done: number) => TaskFailure {
  return (done) => {
    task.log(`qemu-img: error while writing at byte ${done}: ${noSpace}`);
    return new TaskFailure(
      `copy failed: command '/usr/bin/qemu-img convert -p -n -f raw -O raw' failed: exit code 1`,
    );
  };
}
