import { shutdownScript, startScript, stopScript } from './guest-power.ts';
import type { GuestState } from './model.ts';
import type { AuthId } from './upid.ts';
import type { World } from './world.ts';

/** How long the local resource manager takes to notice a new request, seconds of work. */
const managerTakes = 10;

/** Brings a managed guest to the requested state with a task of root@pam, as the resource manager does. */
function carryOut(world: World, guest: GuestState, verb: 'start' | 'stop' | 'shutdown'): void {
  const { ha } = guest;
  if (!ha || !world.isOnline(guest.node)) return;
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

/** After a node came back: what HA wants running there is started again. */
export function restartManaged(world: World, node: string): void {
  for (const guest of world.guestsOf(node)) {
    if (guest.ha?.request === 'started') {
      world.clock.after(managerTakes, () => carryOut(world, guest, 'start'));
    }
  }
}
