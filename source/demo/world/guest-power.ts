import { refuseHeld } from './file-lock.ts';
import { applyPendingConfig } from './guest-config.ts';
import { type GuestState, guestName, isTemplate } from './model.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import type { World } from './world.ts';

/** `VM` or `CT`, as PVE's messages say. */
export function guestWord(guest: GuestState): 'VM' | 'CT' {
  return guest.type === 'qemu' ? 'VM' : 'CT';
}

/** @throws TaskFailure `VM is locked (backup)`, or that the file's lock cannot be had */
export function refuseLocked(guest: GuestState): void {
  refuseHeld(guest);
  refuseMarked(guest);
}

/** @throws TaskFailure `VM is locked (backup)` */
export function refuseMarked(guest: GuestState): void {
  if (guest.lock !== undefined) {
    throw new TaskFailure(`${guestWord(guest)} is locked (${guest.lock})`);
  }
}

/** Locks the guest as `name`, or frees it. */
export function setLock(world: World, guest: GuestState, name: string | undefined): void {
  world.change(guest, (one) => {
    one.lock = name;
  });
}

/** The guest runs from this moment on. */
export function setRunning(world: World, guest: GuestState): void {
  applyPendingConfig(world, guest);
  const node = world.node(guest.node);
  node.nextPid += 7;
  world.change(guest, (one) => {
    one.status = 'running';
    one.qmpstatus = 'running';
    one.startedAt = world.clock.seconds;
    one.pid = node.nextPid;
    one.cloudinit = undefined;
  });
}

/** The guest is off from this moment on. */
export function setStopped(world: World, guest: GuestState): void {
  world.change(guest, (one) => {
    one.status = 'stopped';
    one.qmpstatus = 'stopped';
    one.startedAt = undefined;
    one.pid = undefined;
  });
  applyPendingConfig(world, guest);
}

function refuseRunning(guest: GuestState): void {
  if (guest.status === 'running') {
    throw new TaskFailure(`${guestWord(guest)} ${guest.vmid} already running`);
  }
}

export function* startScript(world: World, guest: GuestState, task: TaskControl): TaskScript {
  const resumes = guest.lock === 'suspended';
  if (!resumes) refuseLocked(guest);
  if (isTemplate(guest)) {
    throw new TaskFailure(
      guest.type === 'qemu'
        ? "you can't start a vm if it's a template"
        : "you can't start a CT if it's a template",
    );
  }
  refuseRunning(guest);
  if (resumes) task.log('Resuming suspended VM');
  if (guest.type === 'qemu' && guest.config.ide2 !== undefined) {
    if (String(guest.config.ide2).includes('cloudinit')) task.log('generating cloud-init ISO');
  }
  yield guest.type === 'qemu' ? 2 : 1;
  refuseRunning(guest);
  if (resumes) {
    world.change(guest, (one) => {
      one.lock = undefined;
      const { vmstate: _saved, ...config } = one.config;
      one.config = config;
    });
    task.log('Resumed VM, removing state');
  }
  setRunning(world, guest);
}

export function* stopScript(world: World, guest: GuestState): TaskScript {
  refuseLocked(guest);
  yield 1;
  if (guest.status === 'running') setStopped(world, guest);
}

/** How long a system takes to shut down, seconds of work. */
const shutdownTakes = 6;
export const defaultShutdownTimeout = 60;

export interface ShutdownOptions {
  readonly timeout?: number | undefined;
  readonly forceStop?: boolean;
}

export function* shutdownScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  options: ShutdownOptions,
  held = false,
): TaskScript {
  if (held) refuseMarked(guest);
  else refuseLocked(guest);
  if (guest.status !== 'running') return;
  if (guest.qmpstatus === 'paused' && options.forceStop) {
    task.warn('VM is paused - stop instead of shutdown');
    yield 1;
    setStopped(world, guest);
    return;
  }
  const timeout = options.timeout ?? defaultShutdownTimeout;
  const answers = guest.obeysShutdown && guest.qmpstatus === 'running' && timeout >= shutdownTakes;
  yield answers ? shutdownTakes : timeout;
  if (guest.status !== 'running') return;
  if (answers) {
    setStopped(world, guest);
    return;
  }
  if (!options.forceStop) {
    throw new TaskFailure(
      guest.type === 'qemu'
        ? 'VM quit/powerdown failed - got timeout'
        : `command 'lxc-stop -n ${guest.vmid} --nokill --timeout ${timeout}' failed: exit code 1`,
    );
  }
  if (guest.type === 'qemu') task.log('VM still running - terminating now with SIGTERM');
  yield 1;
  setStopped(world, guest);
}

export function* rebootScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  timeout: number | undefined,
): TaskScript {
  yield* shutdownScript(world, guest, task, { timeout });
  yield 2;
  setRunning(world, guest);
}

export function* resetScript(world: World, guest: GuestState): TaskScript {
  refuseLocked(guest);
  yield 1;
  if (guest.status !== 'running') throw new TaskFailure(`VM ${guest.vmid} not running`);
  world.change(guest, (one) => {
    // A reset restarts the system inside; the process and so the uptime go on. io-error and paused end.
    one.qmpstatus = 'running';
  });
}

export function* pauseScript(world: World, guest: GuestState): TaskScript {
  refuseLocked(guest);
  yield 1;
  if (guest.status !== 'running') throw new TaskFailure(`VM ${guest.vmid} not running`);
  world.change(guest, (one) => {
    one.qmpstatus = 'paused';
  });
}

export function* resumeScript(world: World, guest: GuestState): TaskScript {
  refuseLocked(guest);
  yield 0.5;
  world.change(guest, (one) => {
    one.qmpstatus = 'running';
  });
}

/** Saves the RAM to `storage` and switches the VM off, locked as `suspended`. */
export function* hibernateScript(
  world: World,
  guest: GuestState,
  task: TaskControl,
  storage: string,
): TaskScript {
  refuseLocked(guest);
  const stamp = new Date(world.clock.now).toISOString().slice(0, 10);
  const volume = `${storage}:vm-${guest.vmid}-state-suspend-${stamp}`;
  const memory = world.meter.guestMemory(guest, guest.config, world.clock.seconds);
  world.change(guest, (one) => {
    one.lock = 'suspending';
  });
  let saved = false;
  try {
    task.log(`saving VM state and RAM using storage '${storage}'`);
    yield 3;
    task.log(`completed saving the VM state in 3s, saved ${(memory / 2 ** 30).toFixed(2)} GiB`);
    setStopped(world, guest);
    world.change(guest, (one) => {
      one.lock = 'suspended';
      one.config = { ...one.config, vmstate: volume };
    });
    task.log('State saved, quitting');
    saved = true;
  } finally {
    if (!saved) {
      world.change(guest, (one) => {
        one.lock = undefined;
      });
    }
  }
}

/** `VM 101 (web-server)`, for logs of tasks over many guests. */
export function guestTitle(guest: GuestState): string {
  return `${guestWord(guest)} ${guest.vmid} (${guestName(guest)})`;
}
