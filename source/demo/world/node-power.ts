import { guestWord, setStopped, shutdownScript, startScript } from './guest-power.ts';
import { restartManaged } from './ha.ts';
import { type GuestState, isTemplate } from './model.ts';
import type { TaskControl, TaskScript } from './tasks.ts';
import type { AuthId } from './upid.ts';
import type { World } from './world.ts';

const root: AuthId = { user: 'root@pam' };
/** PVE waits this long before it runs the command, seconds. */
const commandDelay = 2;
/** From the last guest's end until the machine is off, and from there until it serves again. */
const goingDown = 4;
const comingUp = 40;

function startupOrder(guest: GuestState): number {
  const order = /(?:^|,)(?:order=)?(\d+)(?:,|$)/.exec(String(guest.config.startup ?? ''))?.[1];
  return order === undefined ? Number.POSITIVE_INFINITY : Number(order);
}

function byStartup(a: GuestState, b: GuestState): number {
  const [x, y] = [startupOrder(a), startupOrder(b)];
  return x === y ? a.vmid - b.vmid : x - y;
}

function prefix(guest: GuestState): 'qm' | 'vz' {
  return guest.type === 'qemu' ? 'qm' : 'vz';
}

export interface AllOptions {
  readonly auth: AuthId;
  /** Only these; all of the node when absent. */
  readonly vms?: readonly number[] | undefined;
}

function chosen(world: World, node: string, vms: readonly number[] | undefined): GuestState[] {
  const all = world.guestsOf(node).filter((guest) => !isTemplate(guest));
  return all.filter((guest) => vms === undefined || vms.includes(guest.vmid)).sort(byStartup);
}

/** Starts the guests that start on boot (`force`: all of them) one after the other, each in a task of its own. */
export function* startAllScript(
  world: World,
  node: string,
  task: TaskControl,
  options: AllOptions & { readonly force: boolean },
): TaskScript {
  for (const guest of chosen(world, node, options.vms)) {
    const wanted = options.force || guest.config.onboot === 1;
    if (!wanted || guest.status === 'running' || guest.ha) continue;
    task.log(`Starting ${guestWord(guest)} ${guest.vmid}`);
    const start = { node, id: String(guest.vmid), auth: options.auth };
    world.tasks.start({ ...start, type: `${prefix(guest)}start` }, (own) =>
      startScript(world, guest, own),
    );
    yield 3;
  }
}

/** Shuts the running guests down in reverse order; `forceStop` switches off what has not ended in time. */
export function* stopAllScript(
  world: World,
  node: string,
  task: TaskControl,
  options: AllOptions & { readonly timeout: number; readonly forceStop: boolean },
): TaskScript {
  const guests = chosen(world, node, options.vms).filter((guest) => guest.status === 'running');
  const upids: string[] = [];
  for (const guest of guests.reverse()) {
    task.log(`Stopping ${guestWord(guest)} ${guest.vmid} (timeout = ${options.timeout} seconds)`);
    const { timeout, forceStop } = options;
    const start = { node, id: String(guest.vmid), auth: options.auth };
    upids.push(
      world.tasks.start({ ...start, type: `${prefix(guest)}shutdown` }, (own) =>
        shutdownScript(world, guest, own, { timeout, forceStop }),
      ),
    );
  }
  const unfinished = () => upids.filter((upid) => world.tasks.get(upid)?.status === undefined);
  while (unfinished().length > 0) yield 1;
}

function powerOff(world: World, name: string): void {
  for (const guest of world.guestsOf(name)) {
    if (guest.status === 'running') setStopped(world, guest);
    if (guest.ha) guest.ha.state = 'freeze';
  }
  world.faults.nodeDown(name, true);
  world.node(name).poweredOff = true;
}

function powerOn(world: World, name: string): void {
  const node = world.node(name);
  if (!node.poweredOff) return;
  node.poweredOff = false;
  node.bootedAt = world.clock.seconds;
  world.faults.nodeDown(name, false);
  const start = { node: name, id: '', auth: root };
  world.tasks.start({ ...start, type: 'startall' }, (task) =>
    startAllScript(world, name, task, { auth: root, force: false }),
  );
  restartManaged(world, name);
}

/** Reboots a node or shuts it down: its guests first, then the machine; a reboot brings it and them back. */
export function commandNode(world: World, name: string, command: 'reboot' | 'shutdown'): void {
  world.clock.after(commandDelay, () => {
    if (!world.isOnline(name)) return;
    const start = { node: name, id: '', auth: root };
    world.tasks.start({ ...start, type: 'stopall' }, function* (task) {
      yield* stopAllScript(world, name, task, { auth: root, timeout: 30, forceStop: true });
      world.clock.after(goingDown, () => {
        powerOff(world, name);
        if (command === 'reboot') world.clock.after(comingUp, () => powerOn(world, name));
      });
    });
  });
}

/** A wake-up packet: starts a node that was shut down, does nothing to any other. */
export function wakeNode(world: World, name: string): void {
  if (world.node(name).poweredOff) world.clock.after(comingUp, () => powerOn(world, name));
}
