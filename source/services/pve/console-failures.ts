import type { Failure } from '../../domain/failure.ts';
import { type SafeText, sanitise, sanitiseBlock, say } from '../../domain/safe-text.ts';
import type { GuestAt } from '../types.ts';

/** Which package a console's token login came with, and since which version of it (api.md section 7). */
export interface TokenSupport {
  readonly package: string;
  readonly since: string;
}

const support: Readonly<Record<'qemu' | 'lxc' | 'node', TokenSupport>> = {
  qemu: { package: 'qemu-server', since: '9.1.7' },
  lxc: { package: 'pve-container', since: '6.1.3' },
  node: { package: 'pve-manager', since: '9.0.13' },
};

export function tokenSupport(kind: 'qemu' | 'lxc' | 'node'): TokenSupport {
  return support[kind];
}

/** Is Debian version `a` older than `b`? Compares dotted numbers; undefined = one of them has none. */
export function olderThan(a: string, b: string): boolean | undefined {
  const numbers = (text: string) =>
    /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(text)?.[1]?.split('.').map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  if (!left || !right) return undefined;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The server closed instead of letting us in. `installed` = the version of the package, where it could be read. */
export function notLetIn(
  login: { readonly token: boolean; readonly needs: TokenSupport; readonly installed?: SafeText },
  where: SafeText,
): Failure {
  const { token, needs, installed } = login;
  const known = installed === undefined ? undefined : olderThan(installed, needs.since);
  if (!token || known === false) {
    return {
      kind: 'rejected',
      what: say`The server did not let us into the console`,
      where,
      next: say`its ticket is valid for 40 s: try again; the task's log may say more`,
    };
  }
  const version = say`${sanitise(needs.package)} ${sanitise(needs.since)}`;
  const here = installed === undefined ? say`` : say`; this node has ${installed}`;
  return {
    kind: 'unsupported',
    what: say`Consoles with an API token need ${version} or newer${here}`,
    where,
    next: say`update the node, log in as a user instead of with a token, or use a shell over SSH`,
  };
}

const known: readonly {
  readonly pattern: RegExp;
  readonly say: (guest: GuestAt | undefined) => Pick<Failure, 'what' | 'next'>;
}[] = [
  {
    pattern: /unable to find a serial interface/i,
    say: (guest) => ({
      what: say`The VM has no serial port to talk to`,
      next:
        guest === undefined
          ? say`add a serial port and start the VM anew`
          : say`"qm set ${guest.vmid} --serial0 socket", then stop and start the VM; inside it a getty has to listen on ttyS0`,
    }),
  },
  {
    pattern: /\b(?:VM|CT) \d+ (?:is )?not running|container .* not running/i,
    say: () => ({ what: say`The guest is not running`, next: say`start it first` }),
  },
  {
    pattern: /host key verification failed|connection refused|no route to host/i,
    say: () => ({
      what: say`The node that was asked could not reach the guest's node`,
      next: say`name that node's own address among the endpoints, or check SSH between the nodes`,
    }),
  },
];

/** What the console's own first words say of why it ended, if they say it. */
export function saidAtStart(text: string, guest: GuestAt | undefined, where: SafeText) {
  const found = known.find(({ pattern }) => pattern.test(text));
  if (!found) return undefined;
  const line = sanitiseBlock(text).find((each) => found.pattern.test(each));
  const failure: Failure = {
    kind: 'rejected',
    where,
    ...found.say(guest),
    ...(line === undefined ? {} : { detail: line }),
  };
  return failure;
}
