import { type SafeText, say } from './safe-text.ts';

/** The name of a command for QEMU's human monitor: QEMU reads it up to a space or a slash. */
export function monitorVerb(command: string): string {
  return /^\s*([^\s/]+)/.exec(command)?.[1] ?? '';
}

/**
 * Does it only show something? Proxmox asks for no further privilege for `info …` and `help`; `?` is QEMU's short form of
 * help. Every other command is taken to change something, also those that only print: Proxmox treats them so too. It reads
 * the name up to a space, so `info/x` is not `info` to it.
 */
export function onlyShows(command: string): boolean {
  return ['info', 'help', '?'].includes(/^\s*(\S+)/.exec(command)?.[1] ?? '');
}

/** Secrets wherever they stand: `password=x` and `password x` (not the name of a secret), those in addresses, Ceph's key. */
const secretValue =
  /passw(?!ordid\b)\w*["']?[\s=:]+["']?[^\s=:"']|[:,]key=|:\/\/[^\s/@,:%]*[:%][^\s/@,]*@/i;
/** Where the commands that make or set a secret have its text. */
const secretData = /["'\s,{]data["']?[\s=:]/i;

/** Does a command carry a secret in clear: the password of a VNC or SPICE console, or any other? */
export function monitorSecret(command: string): 'console' | 'other' | undefined {
  const verb = monitorVerb(command);
  if (verb === 'set_password') return 'console';
  if (verb === 'change' && /\s["']?vnc["']?\s+(?:-\w+\s+)*["']?passw/i.test(command)) {
    return 'console';
  }
  if (['object_add', 'qom-set'].includes(verb) && secretData.test(command)) return 'other';
  // Its name ends with the word, and what follows is no password.
  const text = command.replace(/^\s*expire_password\b/, '');
  return secretValue.test(text) ? 'other' : undefined;
}

/** A command as logs and questions may show it. */
export function shownCommand(command: string): string {
  if (monitorSecret(command) === undefined) return command;
  const verb = monitorVerb(command);
  return /^[\w?-]+$/.test(verb) ? `${verb} ‹hidden›` : '‹hidden›';
}

/** Commands that Proxmox VE 9 lets through for root@pam only, never for an API token (qemu-server, HMPPerms). */
const rootOnly: ReadonlySet<string> = new Set(
  (
    'backup block_stream change chardev-add chardev-change chardev-remove client_migrate_info device_add device_del ' +
    'drive_add drive_backup drive_del drive_mirror dump-guest-memory dumpdtb gdbserver hostfwd_add hostfwd_remove ' +
    'logfile mce memsave migrate migrate_incoming migrate_recover nbd_server_add nbd_server_remove nbd_server_start ' +
    'nbd_server_stop netdev_add netdev_del nmi o object_add object_del pcie_aer_inject_error pmemsave qom-set ' +
    'savevm-end savevm-start screendump snapshot_blkdev watchdog_action wavcapture xen-event-inject xen-event-list'
  ).split(' '),
);

export function forRootOnly(command: string): boolean {
  return rootOnly.has(monitorVerb(command));
}

const lost = say`Data that the guest has not written yet is lost.`;
const taken = say`It is taken out of the running VM at once; the system inside may crash over it.`;

interface Consequence {
  readonly text: SafeText;
  /** Cuts the guest off as stop and reset do. */
  readonly plug?: true;
}

const consequences: Readonly<Record<string, Consequence>> = {
  quit: { text: say`It ends the VM at once, like pulling the plug. ${lost}`, plug: true },
  system_reset: { text: say`It resets the VM at once, like its reset button. ${lost}`, plug: true },
  system_powerdown: { text: say`It presses the power button: the system inside shuts down.` },
  stop: { text: say`The VM stands still until "cont"; its clients lose it.` },
  cont: { text: say`A VM that stands still goes on.` },
  loadvm: {
    text: say`It puts back a saved state behind Proxmox's back. What is there now is lost.`,
    plug: true,
  },
  delvm: { text: say`It deletes a saved state behind Proxmox's back, for good.` },
  savevm: { text: say`The VM stands still while its state is saved; Proxmox does not list it.` },
  device_del: { text: taken },
  drive_del: { text: taken },
  netdev_del: { text: taken },
  object_del: { text: taken },
  eject: { text: say`The medium is taken out; Proxmox's configuration still names it.` },
  balloon: { text: say`The memory of the running VM changes; the configuration does not.` },
  sendkey: { text: say`It types into the VM.` },
};

const shortForms: Readonly<Record<string, string>> = { q: 'quit', s: 'stop', c: 'cont' };

/** What a command that is not {@link onlyShows} does to the VM, as far as it is known here. */
export function monitorConsequence(command: string): Consequence {
  const verb = monitorVerb(command);
  return (
    consequences[shortForms[verb] ?? verb] ?? {
      text: say`It goes to QEMU as it is: Proxmox neither checks it nor notes it in the configuration.`,
    }
  );
}
