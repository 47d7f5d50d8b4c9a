import { type SafeText, say } from './safe-text.ts';

/** The first word of a command for QEMU's human monitor. */
export function monitorVerb(command: string): string {
  return /^\s*(\S+)/.exec(command)?.[1] ?? '';
}

/**
 * Does it only show something? Proxmox asks for no further privilege for `info …` and `help`; `?` is QEMU's short form of
 * help. Every other command is taken to change something, also those that only print: Proxmox treats them so too.
 */
export function onlyShows(command: string): boolean {
  return ['info', 'help', '?'].includes(monitorVerb(command));
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
