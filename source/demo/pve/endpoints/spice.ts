import { isIPv6 } from 'node:net';
import { type GuestState, guestName } from '../../world/model.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import { findGuest } from '../guest-access.ts';
import { hasSpice } from '../guest-rows.ts';
import { guestParameters, optionalText } from '../parameter-kinds.ts';

/** The proxy under the name the caller reaches us by. PVE's always has port 3128; the demo's own port stands here. */
function proxyUrl(given: string | undefined, real: string): string {
  const { hostname, port } = new URL(real);
  const host = given ?? hostname;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function spiceproxy(call: Call): Promise<Record<string, unknown>> {
  const guest = findGuest(call, 'qemu');
  if (guest.status !== 'running') throw died(`VM ${guest.vmid} not running`);
  if (!hasSpice(guest)) throw died('no spice port');
  return openSession(call, guest, 'VM');
}

/** spiceterm's text console; the demo shows a small machine of its own in its place. */
function spiceterm(call: Call): Promise<Record<string, unknown>> {
  const guest = findGuest(call, 'lxc');
  if (guest.status !== 'running') throw died(`CT ${guest.vmid} not running`);
  return openSession(call, guest, 'CT');
}

async function openSession(
  call: Call,
  guest: GuestState,
  kind: 'VM' | 'CT',
): Promise<Record<string, unknown>> {
  const { spice } = call.around;
  if (!spice) {
    throw died('the demo homelab has no SPICE server: QEMU is not installed on this machine');
  }
  const name = guestName(guest);
  const title = `${kind} ${guest.vmid}${name === '' ? '' : ` - ${name}`}`;
  const session = await spice.open({ vmid: guest.vmid, node: guest.node, title });
  if ('problem' in session) throw died(session.problem);
  return {
    type: 'spice',
    title,
    host: session.host,
    'tls-port': session.tlsPort,
    password: session.password,
    proxy: proxyUrl(call.text('proxy'), spice.proxyUrl),
    'host-subject': spice.hostSubject,
    ca: spice.ca.replaceAll('\n', '\\n'),
    'secure-attention': 'Ctrl+Alt+Ins',
    'toggle-fullscreen': 'Shift+F11',
    'release-cursor': 'Ctrl+Alt+R',
    'delete-this-file': 1,
  };
}

export const spiceEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/spiceproxy',
    permission: { path: '/vms/{vmid}', privileges: ['VM.Console'] },
    proxyto: 'node',
    parameters: { ...guestParameters, proxy: optionalText({ format: 'address' }) },
    handler: spiceproxy,
  },
  {
    method: 'POST',
    path: '/nodes/{node}/lxc/{vmid}/spiceproxy',
    permission: { path: '/vms/{vmid}', privileges: ['VM.Console'] },
    proxyto: 'node',
    parameters: { ...guestParameters, proxy: optionalText({ format: 'address' }) },
    handler: spiceterm,
  },
];
