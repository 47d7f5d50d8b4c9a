import type { ConfigUpdate } from '../../world/config-rules.ts';
import { updateConfig } from '../../world/guest-config.ts';
import { refuseLocked } from '../../world/guest-power.ts';
import type { ConfigRecord, ConfigValue, GuestState, GuestType } from '../../world/model.ts';
import {
  containerConfigParameters,
  vmConfigParameters,
  vmConfigPostParameters,
} from '../config-parameters.ts';
import { checkChange } from '../config-privileges.ts';
import { asConfigValue, checkTogether, items } from '../config-values.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import {
  configAnswer,
  configDigest,
  findGuest,
  guestTask,
  refuseStale,
  rootOnly,
} from '../guest-access.ts';
import { guestParameters, optionalFlag, optionalText } from '../parameter-kinds.ts';
import { knows } from '../parameters.ts';

const control = new Set([
  ...['node', 'vmid', 'digest', 'delete', 'revert', 'force', 'skiplock', 'background_delay'],
  'import-working-storage',
]);

/** The CD drive's old name. */
function realKey(key: string): string {
  return key === 'cdrom' ? 'ide2' : key;
}

function realValue(key: string, value: unknown): unknown {
  if (key !== 'cdrom' || String(value).includes('media=')) return value;
  return `${String(value)},media=cdrom`;
}

/** What the request asks for, checked against what its sender may. */
function readUpdate(call: Call, guest: GuestState): ConfigUpdate {
  const { world } = call;
  const remove = items(call.text('delete'));
  const revert = items(call.text('revert'));
  const set = new Map<string, ConfigValue>();
  for (const [name, raw] of Object.entries(call.parameters)) {
    if (control.has(name)) continue;
    const key = realKey(name);
    if (remove.includes(key)) {
      throw parameterErrors({
        delete: `you can't use '-${key}' and -delete ${key}' at the same time`,
      });
    }
    if (revert.includes(key)) {
      const option = guest.type === 'qemu' ? 'delete' : 'revert';
      throw parameterErrors({
        [option]: `you can't use '-${key}' and -revert ${key}' at the same time`,
      });
    }
    set.set(key, asConfigValue(world, guest, key, realValue(name, raw)));
  }
  if (set.size === 0 && remove.length === 0 && revert.length === 0) {
    throw died('no options specified');
  }
  const table = guest.type === 'qemu' ? vmConfigParameters : containerConfigParameters;
  for (const key of [...remove, ...revert]) {
    if (!knows(table, key)) {
      const option = remove.includes(key) ? 'delete' : 'revert';
      throw parameterErrors({ [option]: `unknown option '${key}'` });
    }
  }
  const { vmid, type, config: before } = guest;
  for (const [key, after] of [
    ...set,
    ...[...remove, ...revert].map((one) => [one, null] as const),
  ]) {
    checkChange(call, { vmid, type, key, before: before[key], after });
  }
  checkTogether(call, type, (key) => {
    const value = set.get(key) ?? guest.pending[key] ?? before[key];
    return value === undefined ? undefined : String(value);
  });
  return { set, remove, revert, force: call.flag('force') };
}

function update(call: Call, type: GuestType): { guest: GuestState; changes: ConfigUpdate } {
  rootOnly(call, 'skiplock');
  const guest = findGuest(call, type);
  const changes = readUpdate(call, guest);
  refuseStale(guest, call.text('digest'));
  refuseLocked(guest);
  return { guest, changes };
}

function config(call: Call, type: GuestType): unknown {
  const guest = findGuest(call, type);
  const snapname = call.text('snapshot');
  if (snapname !== undefined) {
    if (call.flag('current')) {
      throw parameterErrors({ snapshot: "cannot use 'snapshot' parameter with 'current'" });
    }
    const snapshot = guest.snapshots.find((one) => one.name === snapname);
    if (!snapshot) throw died(`snapshot '${snapname}' does not exist`);
    return configAnswer(guest, snapshot.config);
  }
  if (call.flag('current')) return configAnswer(guest, guest.config);
  const merged: ConfigRecord = { ...guest.config };
  for (const [key, value] of Object.entries(guest.pending)) {
    if (value === null) delete merged[key];
    else merged[key] = value;
  }
  return configAnswer(guest, merged);
}

/** Passwords are not told. */
function shown(key: string, value: ConfigValue): string {
  return key === 'cipassword' ? '**********' : String(value);
}

function pending(call: Call, type: GuestType): unknown[] {
  const guest = findGuest(call, type);
  const keys = new Set([...Object.keys(guest.config), ...Object.keys(guest.pending)]);
  const rows: Record<string, unknown>[] = [...keys].sort().map((key) => {
    const row: Record<string, unknown> = { key };
    const current = guest.config[key];
    const waiting = guest.pending[key];
    if (current !== undefined) row.value = shown(key, current);
    if (waiting === null) row.delete = guest.pendingForce?.has(key) ? 2 : 1;
    else if (waiting !== undefined) row.pending = shown(key, waiting);
    return row;
  });
  rows.push({ key: 'digest', value: configDigest(guest) });
  return rows;
}

/** As the task's log tells it; secrets are not told. */
function describe({ set, remove, revert }: ConfigUpdate): string {
  return [
    ...[...set].map(([key, value]) => `-${key} ${key === 'cipassword' ? '<hidden>' : value}`),
    ...(remove.length > 0 ? [`-delete ${remove.join(',')}`] : []),
    ...(revert.length > 0 ? [`-revert ${revert.join(',')}`] : []),
  ].join(' ');
}

const vmPrivileges = [
  'Disk',
  'CDROM',
  'CPU',
  'Memory',
  'Network',
  'HWType',
  'Options',
  'Cloudinit',
];
const containerPrivileges = ['Disk', 'CPU', 'Memory', 'Network', 'Options'];

function endpointsOf(type: GuestType): Endpoint[] {
  const path = `/nodes/{node}/${type}/{vmid}`;
  const names = type === 'qemu' ? vmPrivileges : containerPrivileges;
  const parameters = type === 'qemu' ? vmConfigParameters : containerConfigParameters;
  const audit = { path: '/vms/{vmid}', privileges: ['VM.Audit'] };
  return [
    {
      method: 'GET',
      path: `${path}/config`,
      permission: audit,
      proxyto: 'node',
      parameters: {
        ...guestParameters,
        current: optionalFlag(),
        snapshot: optionalText({ maxLength: 40, format: 'pve-configid' }),
      },
      handler: (call) => config(call, type),
    },
    {
      method: 'PUT',
      path: `${path}/config`,
      permission: {
        path: '/vms/{vmid}',
        privileges: names.map((name) => `VM.Config.${name}`),
        any: true,
      },
      proxyto: 'node',
      needsQuorum: true,
      parameters: { ...guestParameters, ...parameters },
      handler: (call) => {
        const { guest, changes } = update(call, type);
        updateConfig(call.world, guest, changes);
        return null;
      },
    },
    {
      method: 'GET',
      path: `${path}/pending`,
      permission: audit,
      proxyto: 'node',
      parameters: guestParameters,
      handler: (call) => pending(call, type),
    },
  ];
}

export const configEndpoints: readonly Endpoint[] = [
  ...endpointsOf('qemu'),
  ...endpointsOf('lxc'),
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/config',
    permission: {
      path: '/vms/{vmid}',
      privileges: vmPrivileges.map((name) => `VM.Config.${name}`),
      any: true,
    },
    proxyto: 'node',
    needsQuorum: true,
    parameters: { ...guestParameters, ...vmConfigPostParameters },
    handler: (call) => {
      const { guest, changes } = update(call, 'qemu');
      const upid = guestTask(call, guest, 'qmconfig', function* (task) {
        task.log(`update VM ${guest.vmid}: ${describe(changes)}`);
        updateConfig(call.world, guest, changes, task.log);
        if (call.number('background_delay') === undefined) yield 0.5;
      });
      if (call.number('background_delay') === undefined) return upid;
      const { status } = call.world.tasks.get(upid) ?? {};
      if (status !== undefined && status !== 'OK')
        throw died(`failed to update VM ${guest.vmid}: ${status}`);
      return null;
    },
  },
];
