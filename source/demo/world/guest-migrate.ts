import { holding } from './file-lock.ts';
import { Mover } from './guest-mover.ts';
import { guestWord, refuseMarked, setLock, setRunning, shutdownScript } from './guest-power.ts';
import { localVolumes } from './migrate-check.ts';
import type { Migration } from './migration.ts';
import type { GuestState } from './model.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import type { World } from './world.ts';

function duration(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

/** Runs a phase; what it fails of is handed to `failed`, which may let it go on. */
function* attempt(phase: TaskScript, failed: (error: TaskFailure) => void): TaskScript {
  try {
    yield* phase;
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    failed(error);
  }
}

/** Copies what can be copied while the guest stands still; a container belongs to the target afterwards. */
function* firstPhase(mover: Mover): TaskScript {
  const { world, guest, wish, log, live } = mover;
  const { ip } = world.node(wish.target);
  const name = `${guestWord(guest)} ${guest.vmid}`;
  log.add(`starting migration of ${name} to node '${wish.target}' (${ip})`);
  setLock(world, guest, 'migrate');
  const volumes = localVolumes(world, guest);
  mover.inspect(volumes);
  yield* mover.copyOffline(volumes);
  yield 1;
  mover.checkTarget();
  if (!live) mover.arrive();
}

/** Moves a running machine with its disks and its memory. */
function* secondPhase(mover: Mover): TaskScript {
  const { world, guest, wish, log } = mover;
  log.add(`starting VM ${guest.vmid} on remote node '${wish.target}'`);
  yield 2;
  mover.checkTarget();
  log.add('start remote tunnel');
  log.add('ssh tunnel ver 1');
  yield* mover.mirror(localVolumes(world, guest));
  yield* mover.copyMemory();
  mover.checkTarget();
  mover.arrive();
}

/** Ends a first phase that broke off: a container that was stopped for it starts again where it was. */
function cleanUp(mover: Mover, error: TaskFailure, wasRunning: boolean): void {
  const { world, guest, log } = mover;
  log.add(`ERROR: ${error.message}`);
  log.add('aborting phase 1 - cleanup resources');
  if (guest.type === 'qemu') return;
  log.add('start final cleanup');
  if (!wasRunning) return;
  log.add('start container on source node');
  setLock(world, guest, undefined);
  setRunning(world, guest);
}

function* move(mover: Mover): TaskScript {
  const { world, guest, wish, task, log, live } = mover;
  const wasRunning = guest.status === 'running';
  refuseMarked(guest);
  yield* mover.prepare();
  if (guest.type === 'lxc' && wasRunning) {
    log.add(`shutdown CT ${guest.vmid}`);
    yield* shutdownScript(world, guest, task, { timeout: wish.timeout ?? 180 }, true);
  }
  yield* attempt(firstPhase(mover), (error) => {
    cleanUp(mover, error, wasRunning);
    throw error;
  });
  if (live) {
    let broken = false;
    yield* attempt(secondPhase(mover), (error) => {
      broken = true;
      log.add(`ERROR: online migrate failure - ${error.message}`);
      log.add('aborting phase 2 - cleanup resources');
      log.add('migrate_cancel');
    });
    if (broken) throw new Problems('');
    log.add('stopping NBD storage migration server on target.');
  } else if (guest.type === 'lxc') {
    log.add('start final cleanup');
    if (!wasRunning) return;
    log.add('start container on target node');
    yield 1;
    setLock(world, guest, undefined);
    setRunning(world, guest);
  }
}

/** The second phase failed: the task ends with other words. */
class Problems extends TaskFailure {}

/** Moves a guest to another node; whatever goes wrong, it is whole on one of the two. */
export function* migrateScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  wish: Migration,
): TaskScript {
  const begun = world.clock.seconds;
  const wasRunning = guest.status === 'running';
  const mover = new Mover(world, guest, wish, task);
  const took = () => `(duration ${duration(world.clock.seconds - begun)})`;
  yield* holding([guest], function* () {
    try {
      yield* move(mover);
      mover.log.add(`migration finished successfully ${took()}`);
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error;
      const problems = error instanceof Problems;
      mover.log.add(
        problems
          ? `ERROR: migration finished with problems ${took()}`
          : `ERROR: migration aborted ${took()}: ${error.message}`,
      );
      throw new TaskFailure(problems ? 'migration problems' : 'migration aborted');
    } finally {
      if (guest.lock === 'migrate') setLock(world, guest, undefined);
      // Interrupted between its shutdown and its start: it runs again where it is.
      const stopped = guest.type === 'lxc' && wasRunning && guest.status !== 'running';
      if (stopped && world.isOnline(guest.node)) setRunning(world, guest);
    }
  });
}
