import type { GuestState } from './model.ts';
import { TaskFailure, type TaskScript } from './tasks.ts';

/** @throws TaskFailure when a task holds the configuration file's lock: whoever waits for it gives up after 10 s */
export function refuseHeld(guest: GuestState, wanted: 'exclusive' | 'shared' = 'exclusive'): void {
  if (!guest.held || (wanted === 'shared' && guest.held.mode === 'shared')) return;
  const file =
    guest.type === 'qemu'
      ? `/var/lock/qemu-server/lock-${guest.vmid}.conf`
      : `/run/lock/lxc/pve-config-${guest.vmid}.lock`;
  throw new TaskFailure(`can't lock file '${file}' - got timeout`);
}

/**
 * Takes the lock of the configuration file; gives back what lets it go. Readers share it.
 * @throws TaskFailure
 */
export function holdFile(guest: GuestState, mode: 'exclusive' | 'shared'): () => void {
  refuseHeld(guest, mode);
  guest.held = { mode, count: (guest.held?.count ?? 0) + 1 };
  let held = true;
  return () => {
    if (!held || !guest.held) return;
    held = false;
    const count = guest.held.count - 1;
    guest.held = count > 0 ? { mode, count } : undefined;
  };
}

/** Runs `work` while it holds the lock of the configuration files, as PVE does for the length of such a task. */
export function* holding(guests: readonly GuestState[], work: () => TaskScript): TaskScript {
  const releases = guests.map((guest) => holdFile(guest, 'exclusive'));
  try {
    yield* work();
  } finally {
    for (const release of releases) release();
  }
}
