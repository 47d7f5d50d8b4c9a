import {
  guestWord,
  hibernateScript,
  pauseScript,
  rebootScript,
  resetScript,
  resumeScript,
  shutdownScript,
  startScript,
  stopScript,
} from '../../world/guest-power.ts';
import { requestHa } from '../../world/ha.ts';
import type { GuestState, GuestType } from '../../world/model.ts';
import { TaskFailure } from '../../world/tasks.ts';
import type { Call, Endpoint, ParameterTable } from '../endpoint.ts';
import { died } from '../errors.ts';
import { findGuest, guestTask, notInDemo, rootOnly } from '../guest-access.ts';
import {
  guestParameters,
  optionalFlag,
  optionalInteger,
  optionalText,
} from '../parameter-kinds.ts';

const prefix = { qemu: 'qm', lxc: 'vz' } as const;
const seconds = optionalInteger({ minimum: 0 });

function refuseStopped(guest: GuestState): void {
  if (guest.status !== 'running') throw died(`${guestWord(guest)} ${guest.vmid} not running`);
}

function start(call: Call, type: GuestType): string {
  rootOnly(
    call,
    'skiplock',
    'stateuri',
    'migratedfrom',
    'migration_type',
    'migration_network',
    'targetstorage',
    'force-cpu',
    'machine',
  );
  notInDemo(
    call,
    'skiplock',
    'stateuri',
    'migratedfrom',
    'migration_type',
    'migration_network',
    'targetstorage',
    'force-cpu',
    'machine',
    'nets-host-mtu',
    'with-conntrack-state',
    'debug',
  );
  const { world } = call;
  const guest = findGuest(call, type);
  if (guest.ha) return requestHa(world, guest, 'start', call.who);
  if (type === 'lxc' && guest.status === 'running') throw died(`CT ${guest.vmid} already running`);
  return guestTask(call, guest, `${prefix[type]}start`, (task) => startScript(world, guest, task));
}

/** Ends a shutdown of the same guest that is still waiting. */
function overruleShutdown(call: Call, guest: GuestState): void {
  for (const task of call.world.tasks.running()) {
    if (task.type === `${prefix[guest.type]}shutdown` && task.id === String(guest.vmid)) {
      call.world.tasks.kill(task.upid, 'interrupt');
    }
  }
}

function stop(call: Call, type: GuestType): string {
  rootOnly(call, 'skiplock', 'keepActive', 'migratedfrom');
  notInDemo(call, 'skiplock', 'keepActive', 'migratedfrom');
  const { world } = call;
  const guest = findGuest(call, type);
  const overrule = call.flag('overrule-shutdown');
  if (guest.ha) {
    if (overrule) throw died('overrule-shutdown not supported for HA managed guests');
    return requestHa(world, guest, 'stop', call.who);
  }
  if (type === 'lxc') refuseStopped(guest);
  if (overrule) overruleShutdown(call, guest);
  return guestTask(call, guest, `${prefix[type]}stop`, () => stopScript(world, guest));
}

function shutdown(call: Call, type: GuestType): string {
  rootOnly(call, 'skiplock', 'keepActive');
  notInDemo(call, 'skiplock', 'keepActive');
  const { world } = call;
  const guest = findGuest(call, type);
  const forceStop = call.flag('forceStop');
  if (guest.qmpstatus === 'paused' && !forceStop) throw died('VM is paused - cannot shutdown');
  if (guest.ha) return requestHa(world, guest, 'shutdown', call.who);
  if (type === 'lxc') refuseStopped(guest);
  return guestTask(call, guest, `${prefix[type]}shutdown`, (task) =>
    shutdownScript(world, guest, task, { timeout: call.number('timeout'), forceStop }),
  );
}

function reboot(call: Call, type: GuestType): string {
  const { world } = call;
  const guest = findGuest(call, type);
  if (guest.qmpstatus === 'paused') throw died('VM is paused - cannot shutdown');
  refuseStopped(guest);
  return guestTask(call, guest, `${prefix[type]}reboot`, (task) =>
    rebootScript(world, guest, task, call.number('timeout')),
  );
}

function reset(call: Call): string {
  rootOnly(call, 'skiplock');
  notInDemo(call, 'skiplock');
  const guest = findGuest(call, 'qemu');
  refuseStopped(guest);
  return guestTask(call, guest, 'qmreset', () => resetScript(call.world, guest));
}

/** Where a saved RAM goes: told, or beside the first disk. */
function stateStorage(call: Call, guest: GuestState): string {
  const told = call.text('statestorage');
  const disk = call.world.meter.disksOf(guest.config).find((one) => !one.cdrom);
  const storage = told ?? disk?.storage ?? 'local';
  const found = call.world.storages.get(storage);
  if (!found?.nodes.includes(guest.node)) throw died(`storage '${storage}' does not exist`);
  return storage;
}

function suspend(call: Call): string {
  rootOnly(call, 'skiplock');
  notInDemo(call, 'skiplock');
  const { world } = call;
  const guest = findGuest(call, 'qemu');
  refuseStopped(guest);
  if (!call.flag('todisk')) {
    return guestTask(call, guest, 'qmpause', () => pauseScript(world, guest));
  }
  call.need(`/vms/${guest.vmid}`, 'VM.Config.Disk');
  const storage = stateStorage(call, guest);
  call.need(`/storage/${storage}`, 'Datastore.AllocateSpace');
  return guestTask(call, guest, 'qmsuspend', (task) =>
    hibernateScript(world, guest, task, storage),
  );
}

function resume(call: Call): string {
  rootOnly(call, 'skiplock', 'nocheck');
  notInDemo(call, 'skiplock', 'nocheck');
  const { world } = call;
  const guest = findGuest(call, 'qemu');
  if (guest.lock === 'suspended') {
    return guestTask(call, guest, 'qmresume', (task) => startScript(world, guest, task));
  }
  refuseStopped(guest);
  return guestTask(call, guest, 'qmresume', () => resumeScript(world, guest));
}

/** Checkpointing containers is experimental and fails with the kernels that PVE ships. */
function checkpoint(call: Call, verb: 'suspend' | 'resume', option: '-s' | '-r'): string {
  const guest = findGuest(call, 'lxc');
  refuseStopped(guest);
  return guestTask(call, guest, `vz${verb}`, function* () {
    yield 1;
    throw new TaskFailure(
      `command 'lxc-checkpoint -n ${guest.vmid} ${option} -D /var/lib/vz/dump' failed: exit code 1`,
    );
  });
}

function power(
  type: GuestType,
  verb: string,
  parameters: ParameterTable,
  handler: (call: Call) => unknown,
): Endpoint {
  return {
    method: 'POST',
    path: `/nodes/{node}/${type}/{vmid}/status/${verb}`,
    permission: { path: '/vms/{vmid}', privileges: ['VM.PowerMgmt'] },
    proxyto: 'node',
    parameters: { ...guestParameters, ...parameters },
    needsQuorum: true,
    handler,
  };
}

const skiplock = optionalFlag();

export const powerEndpoints: readonly Endpoint[] = [
  power(
    'qemu',
    'start',
    {
      'force-cpu': optionalText(),
      machine: optionalText(),
      migratedfrom: optionalText({ format: 'pve-node' }),
      migration_network: optionalText(),
      migration_type: optionalText({ enum: ['secure', 'insecure'] }),
      'nets-host-mtu': optionalText({ pattern: /^net\d+=\d+(,net\d+=\d+)*$/ }),
      skiplock,
      stateuri: optionalText({ maxLength: 128 }),
      targetstorage: optionalText(),
      timeout: seconds,
      'with-conntrack-state': optionalFlag(),
    },
    (call) => start(call, 'qemu'),
  ),
  power(
    'qemu',
    'stop',
    {
      keepActive: optionalFlag(),
      migratedfrom: optionalText({ format: 'pve-node' }),
      'overrule-shutdown': optionalFlag(),
      skiplock,
      timeout: seconds,
    },
    (call) => stop(call, 'qemu'),
  ),
  power(
    'qemu',
    'shutdown',
    { forceStop: optionalFlag(), keepActive: optionalFlag(), skiplock, timeout: seconds },
    (call) => shutdown(call, 'qemu'),
  ),
  power('qemu', 'reboot', { timeout: seconds }, (call) => reboot(call, 'qemu')),
  power('qemu', 'reset', { skiplock }, reset),
  power(
    'qemu',
    'suspend',
    {
      skiplock,
      statestorage: optionalText({ format: 'pve-storage-id', requires: 'todisk' }),
      todisk: optionalFlag(),
    },
    suspend,
  ),
  power('qemu', 'resume', { nocheck: optionalFlag(), skiplock }, resume),
  power('lxc', 'start', { debug: optionalFlag(), skiplock }, (call) => start(call, 'lxc')),
  power('lxc', 'stop', { 'overrule-shutdown': optionalFlag(), skiplock }, (call) =>
    stop(call, 'lxc'),
  ),
  power('lxc', 'shutdown', { forceStop: optionalFlag(), timeout: seconds }, (call) =>
    shutdown(call, 'lxc'),
  ),
  power('lxc', 'reboot', { timeout: seconds }, (call) => reboot(call, 'lxc')),
  power('lxc', 'suspend', {}, (call) => checkpoint(call, 'suspend', '-s')),
  power('lxc', 'resume', {}, (call) => checkpoint(call, 'resume', '-r')),
];
