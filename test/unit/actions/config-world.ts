import type { Action, Facts, FieldValues, Platform } from '../../../source/actions/types.ts';
import type { Failure } from '../../../source/domain/failure.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { ConfigEntry, GuestConfig } from '../../../source/domain/guest-detail.ts';
import { fail, ok, type Result } from '../../../source/domain/result.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { Secret } from '../../../source/domain/secret.ts';
import type { GuestApi, Started } from '../../../source/services/types.ts';
import { facts, fakeSite, guest, inventory, noon, platform, safe } from './fakes.ts';

export const digest = 'a1b2c3';

/** A configuration as the services hand it out. */
export function config(raw: Readonly<Record<string, string>>): GuestConfig {
  const entries = Object.entries(raw).map(([key, value]) => [key, sanitise(value)]);
  return { entries: Object.fromEntries(entries), raw, digest };
}

export const vm = {
  agent: '1,fstrim_cloned_disks=1',
  boot: 'order=scsi0;net0',
  cores: '2',
  cpu: 'x86-64-v2-AES,flags=+aes',
  description: 'Web server\n',
  ide2: 'none,media=cdrom',
  memory: '2048',
  name: 'web-server',
  net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,queues=4',
  onboot: '1',
  ostype: 'l26',
  scsi0: 'local-lvm:vm-101-disk-0,discard=on,size=32G',
  scsihw: 'virtio-scsi-single',
  startup: 'order=2,up=30',
  tags: 'prod;web',
  unused0: 'local-lvm:vm-101-disk-1',
};

export const container = {
  cores: '1',
  hostname: 'dns',
  memory: '512',
  net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:02:00,ip=192.168.1.53/24,gw=192.168.1.1,type=veth',
  rootfs: 'local-lvm:vm-101-disk-0,size=8G',
  swap: '512',
};

const storage = (name: string, plugintype: string) => ({
  site: guest().site,
  node: safe('pve1'),
  storage: safe(name),
  status: safe('available'),
  plugintype: safe(plugintype),
  content: [safe('images'), safe('rootdir'), safe('iso')],
  disk: 0,
  maxdisk: 100 * 2 ** 30,
});

/** What is known of a guest with this configuration. */
export function known(raw: Readonly<Record<string, string>>, change: Partial<Facts> = {}): Facts {
  const data = {
    nodes: [
      {
        site: guest().site,
        node: safe('pve1'),
        status: safe('online'),
        maxcpu: 8,
        maxmem: 2 ** 35,
      },
    ],
    guests: [guest(), guest({ vmid: 102, name: safe('database'), tags: [safe('db')] })],
    storages: [storage('local-lvm', 'lvmthin'), storage('files', 'dir')],
    pools: [],
  };
  return facts({
    site: inventory({ resources: { data, fetching: false } }),
    config: config(raw),
    ...change,
  });
}

/** Calls as they were made: a path's last part, then what was sent. */
export interface Diary {
  readonly calls: { readonly call: string; readonly sent: unknown }[];
}

export interface RunOptions {
  readonly guest?: Partial<Guest>;
  readonly facts?: Facts;
  readonly answer?: Result<Started>;
  /** What waits afterwards. */
  readonly pending?: readonly ConfigEntry[];
  readonly platform?: Partial<Platform>;
  /** Calls that answer otherwise than the diary's. */
  readonly guests?: Partial<GuestApi>;
}

/** Runs an action on a guest with this configuration and tells what was sent. */
export async function runOn(
  action: Action<'guest'>,
  raw: Readonly<Record<string, string>>,
  values: FieldValues,
  options: RunOptions = {},
) {
  const diary: Diary = { calls: [] };
  const told = (call: string) => async (_guest: unknown, sent: unknown) => {
    diary.calls.push({ call, sent: revealed(sent) });
    return options.answer ?? ok({});
  };
  const site = fakeSite({
    guests: {
      setConfig: told('config'),
      resize: told('resize'),
      moveDisk: told('move'),
      regenerateCloudinit: async () => {
        diary.calls.push({ call: 'cloudinit', sent: {} });
        return options.answer ?? ok({});
      },
      pending: async () => ok(options.pending ?? []),
      ...options.guests,
    },
  });
  const result = await action.run(guest(options.guest), values, {
    site,
    signal: new AbortController().signal,
    now: () => noon,
    facts: options.facts ?? known(raw),
    progress: () => undefined,
    platform: platform(options.platform),
    followTask: async () => ok('ok'),
  });
  return { result, calls: diary.calls };
}

/** Secrets as what would go to the wire, marked. */
function revealed(sent: unknown): unknown {
  if (sent instanceof Secret) return `secret ${sent.reveal()}`;
  if (typeof sent !== 'object' || sent === null) return sent;
  if (Array.isArray(sent)) return sent;
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, revealed(value)]));
}

export function refused(change: Partial<Failure>): Result<Started> {
  return fail({ kind: 'rejected', what: safe('The server refused a value'), ...change });
}

/** Lines of the question, without the target. */
export function asked(
  action: Action<'guest'>,
  values: FieldValues,
  given: Facts,
  on: Partial<Guest> = {},
) {
  const confirmation = action.confirm(guest(on), values, given);
  return { ...confirmation, lines: confirmation.lines.slice(1) as readonly string[] };
}
