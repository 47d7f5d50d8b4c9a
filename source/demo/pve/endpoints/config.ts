import { applyPending } from '../../world/guest-power.ts';
import type { ConfigRecord, ConfigValue, GuestState, GuestType } from '../../world/model.ts';
import {
  containerConfigParameters,
  vmConfigParameters,
  vmConfigPostParameters,
} from '../config-parameters.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted, parameterErrors } from '../errors.ts';
import { configAnswer, configDigest, findGuest, guestTask } from '../guest-access.ts';
import { guestParameters, optionalFlag, optionalText } from '../parameter-kinds.ts';

/** Options that take effect while the guest runs. */
const immediate =
  /^(?:description|tags|name|hostname|onboot|protection|startup|hookscript|nameserver|searchdomain|shares|cpuunits|cpulimit)$/;
/** Options the demo can change: the rest would need disks, devices or locks that it does not have. */
const changeable =
  /^(?:acpi|agent|arch|audio0|autostart|balloon|bios|boot|ciuser|ciupgrade|cores|cpu|cpulimit|cpuunits|description|features|hookscript|hostname|hotplug|ipconfig\d+|keyboard|localtime|machine|memory|name|nameserver|net\d+|numa|onboot|ostype|protection|searchdomain|serial\d+|shares|smbios1|sockets|startup|swap|tablet|tags|timezone|tty|vga)$/;
const control = new Set(['node', 'vmid', 'digest', 'delete', 'revert', 'background_delay']);

/** The privilege that changing an option needs. */
function privilegeFor(key: string): string {
  if (/^(?:cores|sockets|cpu|cpulimit|cpuunits|numa|vcpus|affinity)$/.test(key))
    return 'VM.Config.CPU';
  if (/^(?:memory|balloon|shares|swap)$/.test(key)) return 'VM.Config.Memory';
  if (/^(?:net\d+|nameserver|searchdomain|hostname)$/.test(key)) return 'VM.Config.Network';
  if (/^(?:ciuser|ciupgrade|ipconfig\d+|sshkeys)$/.test(key)) return 'VM.Config.Cloudinit';
  if (/^(?:vga|bios|machine|audio0|serial\d+|tablet|keyboard)$/.test(key))
    return 'VM.Config.HWType';
  return 'VM.Config.Options';
}

function items(list: string | undefined): string[] {
  return (list ?? '').split(/[,;\s\0]+/).filter(Boolean);
}

/** Tags as PVE keeps them: in order, once each. */
function asConfigValue(key: string, value: unknown): ConfigValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (key === 'tags') {
    return [...new Set(items(String(value)).map((tag) => tag.toLowerCase()))].sort().join(';');
  }
  return typeof value === 'number' ? value : String(value);
}

function refuseStale(guest: GuestState, digest: string | undefined): void {
  if (digest === undefined || digest === configDigest(guest)) return;
  throw died(
    guest.type === 'qemu'
      ? 'checksum mismatch (file change by other user?)'
      : 'detected modified configuration - file changed by other user? Try again.',
  );
}

/** key → new value, null = remove; checked against what the caller may and the demo can. */
function readChanges(call: Call, guest: GuestState): Map<string, ConfigValue | null> {
  const changes = new Map<string, ConfigValue | null>();
  for (const key of items(call.text('delete'))) changes.set(key, null);
  for (const [key, value] of Object.entries(call.parameters)) {
    if (control.has(key)) continue;
    if (changes.has(key)) {
      throw parameterErrors({ [key]: `unable to modify option and delete it at the same time` });
    }
    changes.set(key, asConfigValue(key, value));
  }
  for (const key of [...changes.keys(), ...items(call.text('revert'))]) {
    if (!changeable.test(key)) throw died(`the demo homelab cannot change '${key}'`);
    const privilege = privilegeFor(key);
    if (!call.may(`/vms/${guest.vmid}`, privilege)) {
      throw notPermitted(`/vms/${guest.vmid}, ${privilege}`);
    }
  }
  return changes;
}

function applyChanges(
  call: Call,
  guest: GuestState,
  changes: ReadonlyMap<string, ConfigValue | null>,
) {
  const pending = { ...guest.pending };
  const config: ConfigRecord = { ...guest.config };
  for (const key of items(call.text('revert'))) delete pending[key];
  for (const [key, value] of changes) {
    if (guest.status === 'running' && !immediate.test(key)) {
      const same = value === null ? config[key] === undefined : config[key] === value;
      if (same) delete pending[key];
      else pending[key] = value;
    } else {
      delete pending[key];
      if (value === null) delete config[key];
      else config[key] = value;
    }
  }
  call.world.change(guest, (one) => {
    one.config = config;
    one.pending = pending;
  });
  if (guest.status !== 'running') applyPending(call.world, guest);
}

function update(call: Call, type: GuestType): GuestState {
  const guest = findGuest(call, type);
  const changes = readChanges(call, guest);
  refuseStale(guest, call.text('digest'));
  if (guest.lock !== undefined) {
    throw died(`${type === 'qemu' ? 'VM' : 'CT'} is locked (${guest.lock})`);
  }
  applyChanges(call, guest, changes);
  return guest;
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

function pending(call: Call, type: GuestType): unknown[] {
  const guest = findGuest(call, type);
  const keys = new Set([...Object.keys(guest.config), ...Object.keys(guest.pending)]);
  const rows: Record<string, unknown>[] = [...keys].sort().map((key) => {
    const row: Record<string, unknown> = { key };
    const current = guest.config[key];
    const waiting = guest.pending[key];
    if (current !== undefined) row.value = String(current);
    if (waiting === null) row.delete = 1;
    else if (waiting !== undefined) row.pending = String(waiting);
    return row;
  });
  rows.push({ key: 'digest', value: configDigest(guest) });
  return rows;
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
        update(call, type);
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
      const guest = update(call, 'qemu');
      return guestTask(call, guest, 'qmconfig', function* (task) {
        for (const [key, value] of Object.entries(call.parameters)) {
          if (!control.has(key)) task.log(`update VM ${guest.vmid}: -${key} ${String(value)}`);
        }
        yield 0.5;
      });
    },
  },
];
