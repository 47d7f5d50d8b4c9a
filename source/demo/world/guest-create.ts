import { drivePattern, mountPattern } from './disks.ts';
import { holdFile } from './file-lock.ts';
import { refuseTaken, takenMessage } from './guest-clone.ts';
import { diskLine } from './guest-config.ts';
import { startScript } from './guest-power.ts';
import type { ConfigRecord, ConfigValue, GuestState, GuestType } from './model.ts';
import { addressesOf, containerNicLine, newGuest, vmNicLine } from './new-guest.ts';
import { property } from './property-string.ts';
import { type TaskControl, TaskFailure, type TaskScript } from './tasks.ts';
import type { AuthId } from './upid.ts';
import { diskStorage } from './volumes.ts';
import type { World } from './world.ts';

export interface Creation {
  readonly vmid: number;
  readonly type: GuestType;
  readonly node: string;
  readonly pool?: string | undefined;
  /** Configuration keys as they were told. */
  readonly settings: ReadonlyMap<string, ConfigValue>;
  readonly start: boolean;
  readonly ha: boolean;
  /** lxc: the archive that is unpacked. */
  readonly ostemplate?: string;
  readonly auth: AuthId;
}

/** Where `local-zfs:8` puts new disks, with the key that asks for it. */
export function wantedStorages(settings: ReadonlyMap<string, ConfigValue>): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const [key, value] of settings) {
    if (!drivePattern.test(key) && !mountPattern.test(key)) continue;
    const match = /^(?:file=|volume=)?([a-z][a-z0-9\-_.]*):(?:\d|cloudinit)/i.exec(String(value));
    if (match?.[1] !== undefined) wanted.set(key, match[1]);
  }
  return wanted;
}

/** @throws TaskFailure what PVE says before the task starts */
export function checkCreation(world: World, wish: Creation): void {
  const word = wish.type === 'qemu' ? 'VM' : 'CT';
  refuseTaken(
    world,
    wish.vmid,
    (taken) => `unable to create ${word} ${wish.vmid} - ${takenMessage(taken)}`,
  );
  if (wish.pool !== undefined && !world.pools.has(wish.pool)) {
    throw new TaskFailure(`pool '${wish.pool}' does not exist`);
  }
  for (const storage of wantedStorages(wish.settings).values()) {
    diskStorage(world, wish.node, storage, wish.type);
  }
}

function vmDefaults(world: World, vmid: number): ConfigRecord {
  const id = world.noise.hex(`uuid/${vmid}`, 12, world.revision);
  return {
    meta: `creation-qemu=10.1.2,ctime=${world.clock.seconds}`,
    smbios1: `uuid=5e3c0d2a-0000-4000-8000-${id}`,
    vmgenid: `5e3c0d2a-1111-4000-8000-${id}`,
  };
}

/** First the first disk, then CD drives and NICs: what PVE starts from when nothing is told. */
function bootOrder(config: ConfigRecord): string {
  const keys = Object.keys(config).sort();
  const disk = keys.find(
    (key) =>
      /^(?:scsi|virtio|sata|ide)\d+$/.test(key) &&
      property(String(config[key]), 'media') !== 'cdrom',
  );
  const cd = keys.find(
    (key) =>
      /^(?:ide|sata|scsi)\d+$/.test(key) &&
      property(String(config[key]), 'media') === 'cdrom' &&
      !String(config[key]).includes('cloudinit'),
  );
  const nic = keys.find((key) => /^net\d+$/.test(key));
  return `order=${[disk, cd, nic].filter((key) => key !== undefined).join(';')}`;
}

function makeDisks(
  world: World,
  guest: GuestState,
  task: TaskControl,
  wish: Creation,
): ConfigRecord {
  const config: ConfigRecord = {};
  for (const [key, value] of wish.settings) {
    if (typeof value !== 'string') config[key] = value;
    else if (/^net\d+$/.test(key)) {
      const line = wish.type === 'qemu' ? vmNicLine : containerNicLine;
      config[key] = line(world, wish.vmid, key, value);
    } else {
      config[key] = diskLine(world, guest, key, value, task.log);
      const made = drivePattern.test(key) && config[key] !== value && !value.includes(':iso/');
      if (made) task.log(`${key}: successfully created disk '${config[key]}'`);
    }
    // The next disk's name depends on those that are there.
    world.change(guest, (one) => {
      one.config = { ...config };
    });
  }
  return config;
}

function* unpack(
  world: World,
  task: TaskControl,
  wish: Creation,
  config: ConfigRecord,
): TaskScript {
  const template = wish.ostemplate ?? '';
  const file = world.files.find(
    (one) => one.volid === template && (one.node === undefined || one.node === wish.node),
  );
  if (!file) throw new TaskFailure(`volume '${template}' does not exist`);
  const path = world.storages.get(file.storage)?.settings.path ?? '';
  const name = template.slice(template.indexOf('/') + 1);
  task.log('Creating filesystem with 2097152 4k blocks and 524288 inodes');
  yield 2;
  task.log(`extracting archive '${path}/template/cache/${name}'`);
  yield 4;
  const bytes = file.size * 4;
  task.log(`Total bytes read: ${bytes} (${Math.round(bytes / 2 ** 20)}MiB, 210MiB/s)`);
  task.log('Detected container architecture: amd64');
  for (const kind of ['ed25519', 'rsa', 'ecdsa']) {
    task.log(`Creating SSH host key 'ssh_host_${kind}_key' - this may take some time ...`);
    task.log(
      `done: SHA256:${world.noise.hex(`hostkey/${wish.vmid}/${kind}`, 32)} root@${config.hostname}`,
    );
    yield 0.5;
  }
}

/** Which distribution a template's name tells. */
function ostypeOf(template: string | undefined): string {
  const name = (template ?? '').split('/').at(-1) ?? '';
  return (
    [
      'debian',
      'ubuntu',
      'alpine',
      'archlinux',
      'fedora',
      'centos',
      'opensuse',
      'gentoo',
      'nixos',
      'devuan',
    ].find((one) => name.startsWith(one)) ?? 'unmanaged'
  );
}

/** Makes a new guest; it is there from the beginning, locked, and goes when the task fails. */
export function* createScript(world: World, task: TaskControl, wish: Creation): TaskScript {
  const { vmid, type, node, pool } = wish;
  const word = type === 'qemu' ? 'VM' : 'CT';
  const failed = (error: unknown) =>
    error instanceof TaskFailure
      ? new TaskFailure(`unable to create ${word} ${vmid} - ${error.message}`)
      : error;
  refuseTaken(world, vmid, (taken) => `unable to create ${word} ${vmid} - ${takenMessage(taken)}`);
  const guest = newGuest({ vmid, type, node, pool, lock: 'create' });
  const release = holdFile(guest, 'exclusive');
  world.addGuest(guest);
  let done = false;
  try {
    const made = makeDisks(world, guest, task, wish);
    yield 1;
    let config: ConfigRecord;
    if (type === 'lxc') {
      config = {
        arch: 'amd64',
        memory: 512,
        swap: 512,
        hostname: `CT${vmid}`,
        ostype: ostypeOf(wish.ostemplate),
        ...made,
      };
      yield* unpack(world, task, wish, config);
    } else {
      config = { ...vmDefaults(world, vmid), ...made };
      config.boot ??= bootOrder(config);
    }
    world.change(guest, (one) => {
      one.config = config;
      one.lock = undefined;
      one.addresses = addressesOf(type, config);
      if (wish.ha)
        one.ha = {
          request: wish.start ? 'started' : 'stopped',
          state: wish.start ? 'started' : 'stopped',
        };
    });
    done = true;
  } catch (error) {
    throw failed(error);
  } finally {
    release();
    if (!done) world.removeGuest(guest);
  }
  if (wish.start) {
    const start = { node, id: String(vmid), auth: wish.auth };
    world.tasks.start({ ...start, type: type === 'qemu' ? 'qmstart' : 'vzstart' }, (starting) =>
      startScript(world, guest, starting),
    );
  }
}
