import { userInfo } from 'node:os';
import type { Homelab } from '../domain/homelab.ts';
import type { SshAsker, SshDoor } from '../services/ssh/types.ts';
import type { Host } from './host.ts';

/**
 * The SSH door for the length of one run. `~` is what the password database says, as for ssh itself, and not $HOME. Its code
 * is loaded at the first call.
 */
export function openSsh(homelab: Homelab, host: Host, asker: SshAsker): SshDoor {
  let door: Promise<SshDoor> | undefined;
  const open = () => {
    door ??= import('../services/ssh/door.ts').then(({ createSshDoor }) =>
      createSshDoor({
        user: host.user,
        home: passwordHome(host),
        env: host.env,
        asker,
        now: host.now,
        siteSsh: (id) => homelab.sites.find((site) => site.id === id)?.ssh,
      }),
    );
    return door;
  };
  return {
    open: async (...given) => (await open()).open(...given),
    shell: async (...given) => (await open()).shell(...given),
    close: async () => (await door)?.close(),
  };
}

function passwordHome(host: Host): string {
  try {
    return userInfo().homedir || host.home;
  } catch {
    // A user id without an entry, as in a container.
    return host.home;
  }
}
