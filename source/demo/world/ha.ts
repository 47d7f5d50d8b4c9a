import { migrateScript } from './guest-migrate.ts';
import { shutdownScript, startScript, stopScript } from './guest-power.ts';
import type { GuestState } from './model.ts';
import type { AuthId } from './upid.ts';
import type { World } from './world.ts';

/** How long the local resource manager takes to notice a new request, seconds of work. */
const managerTakes = 10;

/** Brings a managed guest to the requested state with a task of root@pam, as the resource manager does. */
function carryOut(world: World, guest: GuestState, verb: 'start' | 'stop' | 'shutdown'): void {
  const { ha } = guest;
  if (!ha || !world.isOnline(guest.node) || world.guests.get(guest.vmid) !== guest) return;
  const prefix = guest.type === 'qemu' ? 'qm' : 'vz';
  const start = { node: guest.node, id: String(guest.vmid), auth: { user: 'root@pam' } };
  if (verb === 'start' && guest.status !== 'running') {
    world.tasks.start({ ...start, type: `${prefix}start` }, function* (task) {
      yield* startScript(world, guest, task);
      ha.state = 'started';
      world.revision += 1;
    });
  } else if (verb !== 'start' && guest.status === 'running') {
    world.tasks.start({ ...start, type: `${prefix}${verb}` }, function* (task) {
      yield* verb === 'stop'
        ? stopScript(world, guest)
        : shutdownScript(world, guest, task, { forceStop: true });
      ha.state = 'stopped';
      world.revision += 1;
    });
  }
}

/** Asks the HA manager for another state: the task only hands the request over and ends after about a second. */
export function requestHa(
  world: World,
  guest: GuestState,
  verb: 'start' | 'stop' | 'shutdown',
  auth: AuthId,
): string {
  const word = guest.type === 'qemu' ? 'VM' : 'CT';
  return world.tasks.start(
    { node: guest.node, type: `ha${verb}`, id: String(guest.vmid), auth },
    function* (task) {
      task.log(`Requesting HA ${verb === 'start' ? 'start' : 'stop'} for ${word} ${guest.vmid}`);
      yield 1;
      if (guest.ha) {
        guest.ha.request = verb === 'start' ? 'started' : 'stopped';
        if (verb !== 'start' && guest.status === 'running') guest.ha.state = 'request_stop';
        world.revision += 1;
      }
      world.clock.after(managerTakes, () => carryOut(world, guest, verb));
    },
  );
}

/** Asks the HA manager to move a guest: it does so with a task of its own, online where the guest runs. */
export function requestHaMigration(
  world: World,
  guest: GuestState,
  target: string,
  auth: AuthId,
): string {
  const sid = `${guest.type === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`;
  const { node } = guest;
  return world.tasks.start(
    { node, type: 'hamigrate', id: String(guest.vmid), auth },
    function* (task) {
      task.log(
        `Requesting HA migration for ${sid.replace(/^vm:/, 'VM ').replace(/^ct:/, 'CT ')} to node ${target}`,
      );
      yield 1;
      world.clock.after(managerTakes, () => moveManaged(world, guest, target));
    },
  );
}

function moveManaged(world: World, guest: GuestState, target: string): void {
  const { ha, node } = guest;
  if (!ha || !world.isOnline(node) || node === target || guest.lock !== undefined) return;
  if (world.guests.get(guest.vmid) !== guest) return;
  const running = guest.status === 'running';
  const machine = guest.type === 'qemu';
  const wish = {
    target,
    online: machine && running,
    restart: !machine && running,
    withLocalDisks: true,
  };
  const before = ha.state;
  ha.state = 'migrate';
  const start = { node, id: String(guest.vmid), auth: { user: 'root@pam' } };
  world.tasks.start(
    { ...start, type: guest.type === 'qemu' ? 'qmigrate' : 'vzmigrate' },
    function* (task) {
      try {
        yield* migrateScript(world, guest, task, wish);
      } finally {
        ha.state = before;
        world.revision += 1;
      }
    },
  );
}

/** After a node came back: what HA wants running there is started again. */
export function restartManaged(world: World, node: string): void {
  for (const guest of world.guestsOf(node)) {
    if (guest.ha?.request === 'started') {
      world.clock.after(managerTakes, () => carryOut(world, guest, 'start'));
    }
  }
}
