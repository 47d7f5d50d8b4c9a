import type { Guest } from '../domain/guest.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import { say } from '../domain/safe-text.ts';
import type { SshTarget } from '../services/ssh/types.ts';
import { detachField, recordField } from './console-common.ts';
import { reachableAddress } from './guest-address.ts';
import { ask, disabled, guestLabel, hidden, isRunning, yes } from './guest-common.ts';
import { nodeTarget, runSshShell } from './ssh-session.ts';
import { type Choice, defineAction, type RunContext } from './types.ts';

const ways: readonly Choice[] = [
  { value: 'auto', label: say`the usual way` },
  { value: 'node', label: say`through its node (pct enter, qm terminal)` },
  { value: 'address', label: say`SSH to the guest itself` },
];

interface Way {
  readonly target: SshTarget;
  readonly command?: readonly string[];
}

/** Named in the homelab file: there. Else a container through its node, a VM by its address. */
async function wayIn(guest: Guest, via: string, context: RunContext): Promise<Result<Way>> {
  const { site, signal } = context;
  const configured = site.config.ssh?.guests?.[String(guest.vmid)];
  const usual = guest.type === 'lxc' && configured === undefined ? 'node' : 'address';
  if ((via === 'auto' ? usual : via) === 'node') return throughNode(guest, context);
  if (configured !== undefined) return ok({ target: { site: guest.site, host: configured } });
  const interfaces = await site.guests.interfaces(guest, { signal });
  const address = interfaces.ok ? reachableAddress(interfaces.value) : undefined;
  if (address !== undefined) return ok({ target: { site: guest.site, host: address } });
  const other = guest.type === 'lxc' ? say`pct enter` : say`qm terminal, which needs a serial port`;
  return fail({
    kind: 'not-found',
    what: say`The address of the guest is not known`,
    where: guestLabel(guest),
    next: say`name it in homelab.yaml: ssh: {guests: {${guest.vmid}: user@host}}; or go through its node (${other})`,
    ...(interfaces.ok ? {} : { detail: interfaces.failure.detail ?? interfaces.failure.what }),
  });
}

async function throughNode(
  guest: Guest,
  { site, facts, signal }: RunContext,
): Promise<Result<Way>> {
  const target = nodeTarget(guest, facts);
  const vmid = String(guest.vmid);
  if (guest.type === 'lxc') return ok({ target, command: ['pct', 'enter', vmid] });
  const config = await site.guests.config(guest, { signal });
  if (!config.ok) return config;
  const { entries } = config.value;
  const [port] = Object.keys(entries)
    .filter((key) => /^serial[0-3]$/.test(key) && entries[key] === 'socket')
    .sort();
  if (port) return ok({ target, command: ['qm', 'terminal', vmid, '--iface', port] });
  return fail({
    kind: 'rejected',
    what: say`The VM has no serial port`,
    where: guestLabel(guest),
    next: say`"qm set ${guest.vmid} --serial0 socket" adds one, from the next start on`,
  });
}

export const guestShell = defineAction<'guest'>({
  id: 'guest.shell',
  scope: 'guest',
  key: '!',
  title: 'Open shell over SSH',
  summary:
    'Opens a shell in this terminal over SSH: in a container through its node (pct enter), in a VM by its address.',
  // What is typed there changes things, which a read-only console may not do.
  effect: 'change',
  needs: [],
  batch: false,
  fields: [
    {
      name: 'via',
      label: 'Way in',
      help: 'Through its node (pct enter, qm terminal), by its address (SSH to the guest itself), or auto.',
      kind: 'choice',
      aside: true,
      initial: () => 'auto',
      choices: () => ways,
    },
    recordField,
    detachField,
  ],
  // SSH knows nothing of Proxmox's privileges.
  privileges: () => [],
  available: (guest) => {
    if (guest.template) return hidden;
    if (guest.stale || guest.status === 'unknown') {
      return disabled(say`node ${guest.node} does not answer, the guest's state is unknown`);
    }
    return isRunning(guest) ? yes : disabled(say`it is ${guest.status}; start it first`);
  },
  confirm: (guest, _values, facts) =>
    ask(0, say`Open a shell in ${guestLabel(guest)}?`, guest, facts),
  taskTypes: [],
  touches: [],
  run: async (guest, values, context) => {
    const via = typeof values.via === 'string' ? values.via : 'auto';
    const way = await wayIn(guest, via, context);
    return way.ok ? runSshShell(context, { label: guestLabel(guest), values, ...way.value }) : way;
  },
});
