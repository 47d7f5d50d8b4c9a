import { cloudinitFile, cloudinitRows, regenerateImage } from '../../world/cloudinit.ts';
import type { Endpoint } from '../endpoint.ts';
import { findGuest } from '../guest-access.ts';
import { guestParameters, text } from '../parameter-kinds.ts';

const path = '/nodes/{node}/qemu/{vmid}/cloudinit';
const audit = { path: '/vms/{vmid}', privileges: ['VM.Audit'] };

function part(name: string): 'user' | 'network' | 'meta' {
  return name === 'network' || name === 'meta' ? name : 'user';
}

export const cloudinitEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path,
    permission: audit,
    proxyto: 'node',
    parameters: guestParameters,
    handler: (call) => cloudinitRows(findGuest(call, 'qemu')),
  },
  {
    method: 'PUT',
    path,
    permission: { path: '/vms/{vmid}', privileges: ['VM.Config.Cloudinit'] },
    proxyto: 'node',
    needsQuorum: true,
    parameters: guestParameters,
    handler: (call) => {
      regenerateImage(call.world, findGuest(call, 'qemu'));
      return null;
    },
  },
  {
    method: 'GET',
    path: `${path}/dump`,
    permission: audit,
    proxyto: 'node',
    parameters: { ...guestParameters, type: text({ enum: ['user', 'network', 'meta'] }) },
    handler: (call) => {
      const guest = findGuest(call, 'qemu');
      const hide = !call.may(`/vms/${guest.vmid}`, 'VM.Config.Cloudinit');
      return cloudinitFile(guest, part(call.required('type')), hide);
    },
  },
];
