import type { TextTarget } from '../console-backend.ts';
import type { World } from '../world/world.ts';

/** What a command line of an SSH session starts: a terminal somewhere, or a message and an exit code. */
export type Started =
  | { readonly target: TextTarget }
  | { readonly said: string; readonly code: number };

/** A login shell, `pct enter`, `qm terminal`, and nothing else: as far as the demo's nodes go. */
export function runCommand(world: World, node: string, command: string | undefined): Started {
  if (command === undefined) return { target: shellOf(node) };
  const [program = '', verb = '', id = ''] = command.trim().split(/\s+/);
  if (program === 'pct' && verb === 'enter') return enterGuest(world, node, 'lxc', id);
  if (program === 'qm' && verb === 'terminal') return enterGuest(world, node, 'qemu', id);
  if (program === 'true') return { said: '', code: 0 };
  return unknown(command);
}

/** A shell inside a VM. */
export function runInGuest(world: World, vmid: number, command: string | undefined): Started {
  const name = String(world.guests.get(vmid)?.config.name ?? `guest${vmid}`);
  return command === undefined ? { target: shellOf(name) } : unknown(command);
}

function unknown(command: string): Started {
  const [program = ''] = command.trim().split(/\s+/);
  return { said: `bash: line 1: ${program}: command not found\r\n`, code: 127 };
}

/** The simulated shell, logged in as root. */
function shellOf(name: string): TextTarget {
  return { kind: 'node', node: name, command: 'login', loggedIn: 'root@pam' };
}

function enterGuest(world: World, node: string, type: 'lxc' | 'qemu', id: string): Started {
  world.settle();
  const guest = world.guests.get(Number(id));
  if (!guest || guest.type !== type || guest.node !== node) {
    const file = `nodes/${node}/${type === 'lxc' ? 'lxc' : 'qemu-server'}/${id}.conf`;
    return { said: `Configuration file '${file}' does not exist\r\n`, code: 2 };
  }
  const name = String(guest.config[type === 'lxc' ? 'hostname' : 'name'] ?? `guest${id}`);
  if (guest.status !== 'running') {
    const said = type === 'lxc' ? `container '${id}' not running!` : `VM ${id} not running`;
    return { said: `${said}\r\n`, code: 255 };
  }
  if (type === 'lxc') return { target: shellOf(name) };
  if (
    !Object.entries(guest.config).some(
      ([key, value]) => /^serial\d$/.test(key) && value === 'socket',
    )
  ) {
    return { said: 'unable to find a serial interface\r\n', code: 255 };
  }
  return { target: { kind: 'qemu', vmid: guest.vmid, node, name } };
}
