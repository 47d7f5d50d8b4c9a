import { guestDisks } from './disks.ts';
import { setStopped } from './guest-power.ts';
import { guestMemory } from './meter.ts';
import type { GuestState } from './model.ts';
import type { World } from './world.ts';

/** How long a system takes to shut down after its power button was pressed, seconds of work. */
const powerdownTakes = 6;
const version = '10.1.2';

/** What a command prints, without the last line's end. */
type Handler = (world: World, guest: GuestState, argument: string) => string;

const infos: Readonly<Record<string, { readonly help: string; readonly run: Handler }>> = {
  balloon: { help: 'show balloon information', run: balloon },
  block: { help: 'show info of one block device or all block devices', run: block },
  cpus: { help: 'show infos for each CPU', run: cpus },
  name: {
    help: 'show the current VM name',
    run: (_world, guest) => String(guest.config.name ?? ''),
  },
  network: { help: 'show the network state', run: network },
  status: { help: 'show the current VM status (running|paused)', run: status },
  version: { help: 'show the version of QEMU', run: () => `${version}pve-qemu-kvm_${version}-3` },
};

const commands: Readonly<
  Record<string, { readonly name: string; readonly help: string; readonly run: Handler }>
> = {
  '?': { name: 'help|? [cmd]', help: 'show the help', run: help },
  cont: { name: 'c|cont ', help: 'resume emulation', run: (world, guest) => cont(world, guest) },
  help: { name: 'help|? [cmd]', help: 'show the help', run: help },
  info: {
    name: 'info [subcommand]',
    help: 'show various information about the system state',
    run: info,
  },
  quit: { name: 'quit|q ', help: 'quit the emulator', run: quit },
  stop: { name: 'stop|s ', help: 'stop emulation', run: stop },
  system_powerdown: {
    name: 'system_powerdown ',
    help: 'send system power down event',
    run: powerdown,
  },
  system_reset: { name: 'system_reset ', help: 'reset the system', run: reset },
};
const shortForms: Readonly<Record<string, string>> = { c: 'cont', q: 'quit', s: 'stop' };

/** What QEMU's human monitor prints for one line; undefined = this homelab does not play the command. */
export function humanMonitor(world: World, guest: GuestState, line: string): string | undefined {
  const [verb = '', ...rest] = line.trim().split(/\s+/);
  const command = commands[shortForms[verb] ?? verb];
  if (!command) return undefined;
  const text = command.run(world, guest, rest.join(' '));
  return text === '' ? '' : `${text.replace(/\n/g, '\r\n')}\r\n`;
}

function info(world: World, guest: GuestState, argument: string): string {
  const [what = '', ...rest] = argument.split(' ');
  if (what === '') {
    return Object.entries(infos)
      .map(([name, { help: text }]) => `info ${name}  -- ${text}`)
      .join('\n');
  }
  const found = infos[what];
  return found ? found.run(world, guest, rest.join(' ')) : `unknown command: 'info ${what}'`;
}

function help(_world: World, _guest: GuestState, argument: string): string {
  const one = commands[shortForms[argument] ?? argument];
  if (one) return `${one.name} -- ${one.help}`;
  if (argument !== '') return `unknown command: '${argument}'`;
  return Object.entries(commands)
    .filter(([name]) => name !== '?')
    .map(([, { name, help: text }]) => `${name} -- ${text}`)
    .join('\n');
}

function status(_world: World, guest: GuestState): string {
  return `VM status: ${guest.qmpstatus === 'running' ? 'running' : 'paused'}${
    guest.qmpstatus === 'io-error' ? ' (io-error)' : ''
  }`;
}

function balloon(_world: World, guest: GuestState): string {
  if (String(guest.config.balloon ?? '') === '0') {
    return 'Error: No balloon device has been activated';
  }
  const max = Math.round(guestMemory(guest.config) / 2 ** 20);
  return `balloon: actual=${max} max_mem=${max}`;
}

function cpus(_world: World, guest: GuestState): string {
  const number = Number(guest.config.cores ?? 1) * Number(guest.config.sockets ?? 1);
  const first = (guest.pid ?? 1) + 2;
  return Array.from(
    { length: number },
    (_, index) => `${index === 0 ? '*' : ' '} CPU #${index}: thread_id=${first + index}`,
  ).join('\n');
}

function block(_world: World, guest: GuestState): string {
  const filled = guestDisks(guest.config).filter(({ key }) => !key.startsWith('unused'));
  const drives = filled.map(({ key, storage, volname, cdrom }) =>
    [
      `drive-${key} (#block${100 + key.length}): ${storage}:${volname} (raw${cdrom ? ', read-only' : ''})`,
      `    Attached to:      ${key}`,
      ...(cdrom ? ['    Removable device: not locked, tray closed'] : []),
      `    Cache mode:       writeback, direct`,
    ].join('\n'),
  );
  const empty = Object.entries(guest.config)
    .filter(([, value]) => /^none,.*media=cdrom/.test(String(value)))
    .map(([key]) =>
      [
        `drive-${key}: [not inserted]`,
        `    Attached to:      ${key}`,
        '    Removable device: not locked, tray closed',
      ].join('\n'),
    );
  return [...drives, ...empty].join('\n\n');
}

function network(_world: World, guest: GuestState): string {
  return Object.entries(guest.config)
    .filter(([key]) => /^net\d+$/.test(key))
    .map(([key, value]) => {
      const [, model = 'virtio', mac = ''] = /^([^=,]+)=([^,]+)/.exec(String(value)) ?? [];
      const index = key.slice(3);
      const device = model === 'virtio' ? 'virtio-net-pci' : model;
      return [
        `${key}: index=0,type=nic,model=${device},macaddr=${mac.toLowerCase()}`,
        ` \\ ${key}: index=0,type=tap,ifname=tap${guest.vmid}i${index}`,
      ].join('\n');
    })
    .join('\n');
}

function stop(world: World, guest: GuestState): string {
  world.change(guest, (one) => {
    one.qmpstatus = 'paused';
  });
  return '';
}

function cont(world: World, guest: GuestState): string {
  world.change(guest, (one) => {
    one.qmpstatus = 'running';
  });
  return '';
}

/** The system inside starts anew; whether the VM stands still stays as it is. */
function reset(): string {
  return '';
}

function quit(world: World, guest: GuestState): string {
  setStopped(world, guest);
  return '';
}

function powerdown(world: World, guest: GuestState): string {
  const { pid } = guest;
  world.clock.after(powerdownTakes, () => {
    const same = world.guests.get(guest.vmid) === guest && guest.pid === pid;
    if (same && guest.obeysShutdown && guest.qmpstatus === 'running') setStopped(world, guest);
  });
  return '';
}
