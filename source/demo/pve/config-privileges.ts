import { drivePattern, mountPattern } from '../world/disks.ts';
import type { ConfigValue, GuestType } from '../world/model.ts';
import { property } from '../world/property-string.ts';
import { authIdText } from '../world/upid.ts';
import type { Call } from './endpoint.ts';
import { died, notPermitted, parameterErrors } from './errors.ts';

type Need = readonly [pattern: RegExp, ...anyOf: string[]];

/** What changing a VM's option needs: one of the privileges. */
const machineNeeds: readonly Need[] = [
  [/^(?:sockets|cores|cpu|cpulimit|cpuunits|numa\d*|smp|vcpus)$/, 'VM.Config.CPU'],
  [/^(?:memory|balloon|shares|allow-ksm)$/, 'VM.Config.Memory'],
  [
    /^(?:acpi|arch|audio0|hotplug|kvm|machine|scsihw|smbios1|tablet|vga|watchdog|rng0|serial\d+|usb\d+|hostpci\d+)$/,
    'VM.Config.HWType',
  ],
  [/^freeze$/, 'VM.PowerMgmt'],
  [/^(?:boot|bootdisk|vmstatestorage|virtiofs\d+)$/, 'VM.Config.Disk'],
  [
    /^(?:cicustom|cipassword|citype|ciuser|ciupgrade|nameserver|searchdomain|sshkeys|ipconfig\d+)$/,
    'VM.Config.Cloudinit',
    'VM.Config.Network',
  ],
  [/^net\d+$/, 'VM.Config.Network'],
];

const containerNeeds: readonly Need[] = [
  [/^(?:cores|cpulimit|cpuunits)$/, 'VM.Config.CPU'],
  [/^(?:memory|swap)$/, 'VM.Config.Memory'],
  [/^(?:rootfs|mp\d+|unused\d+)$/, 'VM.Config.Disk'],
  [/^(?:net\d+|nameserver|searchdomain|hostname)$/, 'VM.Config.Network'],
];

/** Tags that only somebody with Sys.Modify on `/` may set or remove. */
export const registeredTags: readonly string[] = ['critical', 'prod'];

export interface KeyChange {
  readonly vmid: number;
  readonly type: GuestType;
  readonly key: string;
  readonly before: ConfigValue | undefined;
  /** null = the key goes */
  readonly after: ConfigValue | null;
  /** A new guest's pool counts as well. */
  readonly pool?: string | undefined;
}

function needOne(call: Call, change: KeyChange, privileges: readonly string[]): void {
  const path = `/vms/${change.vmid}`;
  if (call.mayAny(path, ...privileges)) return;
  if (change.pool !== undefined && call.mayAny(`/pool/${change.pool}`, ...privileges)) return;
  throw notPermitted(`${path}, ${privileges.join('|')}`);
}

function isRoot(call: Call): boolean {
  return authIdText(call.who) === 'root@pam';
}

/** A device of the node itself is root's alone; a mapped one is a matter of rights. */
function checkDevice(call: Call, change: KeyChange): void {
  const { key, after, before } = change;
  for (const value of [before, after]) {
    if (value === undefined || value === null || isRoot(call)) continue;
    const text = String(value);
    const mapping = property(text, 'mapping');
    if (key.startsWith('serial')) {
      const verb = after === null ? 'delete' : 'modify';
      if (text !== 'socket') throw died(`only root can ${verb} '${key}' config for real devices`);
    } else if (mapping !== undefined) {
      call.need(`/mapping/${key.startsWith('usb') ? 'usb' : 'pci'}/${mapping}`, 'Mapping.Use');
    } else if (!/^(?:host=)?spice(?:,|$)/i.test(text)) {
      const what = key.startsWith('hostpci') ? 'non-mapped' : 'real';
      throw died(`only root can set '${key}' config for ${what} devices`);
    }
    if (key.startsWith('hostpci') && property(text, 'romfile') !== undefined) {
      throw parameterErrors({ [key]: "only root@pam can set 'romfile' option" });
    }
  }
}

/** A directory of the node, or its hardware, behind a name: a matter of rights on that name. */
function checkMapped(call: Call, change: KeyChange): void {
  const { key, before, after } = change;
  for (const value of [before, after]) {
    if (value === undefined || value === null || isRoot(call)) continue;
    if (key === 'rng0') {
      if (property(String(value), 'source', '') === '/dev/hwrng')
        call.need('/mapping/hwrng', 'Mapping.Use');
    } else {
      call.need(`/mapping/dir/${property(String(value), 'dirid', '')}`, 'Mapping.Use');
    }
  }
}

function checkTags(call: Call, change: KeyChange): void {
  const tags = (value: ConfigValue | null | undefined) =>
    new Set(
      String(value ?? '')
        .split(/[,;\s]+/)
        .filter(Boolean),
    );
  const [before, after] = [tags(change.before), tags(change.after)];
  const changed = [...new Set([...before, ...after])].filter(
    (tag) => before.has(tag) !== after.has(tag),
  );
  if (changed.some((tag) => registeredTags.includes(tag))) call.need('/', 'Sys.Modify');
}

function checkStorage(call: Call, after: ConfigValue | null): void {
  const match = /^(?:file=|volume=)?([a-z][a-z0-9\-_.]*):(?:\d|cloudinit)/i.exec(
    String(after ?? ''),
  );
  if (match?.[1] !== undefined) call.need(`/storage/${match[1]}`, 'Datastore.AllocateSpace');
}

function checkBridge(call: Call, after: ConfigValue | null): void {
  const bridge = after === null ? undefined : property(String(after), 'bridge');
  if (bridge !== undefined) call.need(`/sdn/zones/localnetwork/${bridge}`, 'SDN.Use');
}

function checkFeatures(call: Call, change: KeyChange): void {
  const without = (value: ConfigValue | null | undefined) =>
    String(value ?? '')
      .split(',')
      .filter((part) => part !== '' && !part.startsWith('nesting='))
      .sort()
      .join(',');
  if (without(change.before) !== without(change.after) && !isRoot(call)) {
    throw died('changing feature flags (except nesting) is only allowed for root@pam');
  }
  needOne(call, change, ['VM.Allocate']);
}

/**
 * Refuses a change of one configuration key that the caller may not make.
 * @throws ApiError 403, or 500 for what only root@pam may
 */
export function checkChange(call: Call, change: KeyChange): void {
  const { key, type, after, before } = change;
  if (/^(?:args|affinity|hookscript|lock|amd-sev|intel-tdx|parallel\d+)$/.test(key)) {
    if (!isRoot(call)) throw died(`only root can set '${key}' config`);
    return;
  }
  if (type === 'lxc' && key === 'features') {
    checkFeatures(call, change);
    return;
  }
  if (key === 'tags') checkTags(call, change);
  if (key === 'startup') call.need('/', 'Sys.Modify');
  if (/^dev\d+$/.test(key)) {
    if (!isRoot(call)) {
      throw notPermitted('configuring device passthrough is only allowed for root@pam');
    }
    return;
  }
  if (/^(?:hostpci|usb|serial)\d+$/.test(key)) checkDevice(call, change);
  if (/^(?:rng0|virtiofs\d+)$/.test(key)) checkMapped(call, change);
  if (drivePattern.test(key) || mountPattern.test(key)) checkStorage(call, after);
  if (/^net\d+$/.test(key)) checkBridge(call, after);
  const cdrom = [before, after].some((value) => property(String(value ?? ''), 'media') === 'cdrom');
  const needs = type === 'qemu' ? machineNeeds : containerNeeds;
  const found = needs.find(([pattern]) => pattern.test(key));
  if (found) needOne(call, change, found.slice(1) as string[]);
  else if (drivePattern.test(key) || key.startsWith('unused')) {
    needOne(call, change, [cdrom ? 'VM.Config.CDROM' : 'VM.Config.Disk']);
  } else needOne(call, change, ['VM.Config.Options']);
}
