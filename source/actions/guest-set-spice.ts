import { say } from '../domain/safe-text.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';

export const guestSetSpice = hardwareAction({
  id: 'guest.set-spice',
  title: 'SPICE enhancements',
  summary: 'Switches folder sharing and video streaming of SPICE.',
  what: 'SPICE enhancements',
  type: 'qemu',
  slot: { only: 'spice_enhancements' },
  leading: [],
  parts: [
    {
      name: 'foldersharing',
      label: 'Folder sharing',
      help: 'Needs the SPICE WebDAV service inside.',
      kind: 'boolean',
    },
    {
      name: 'videostreaming',
      label: 'Video streaming',
      help: 'Moving pictures are sent compressed.',
      kind: 'choice',
      choices: () => [
        { value: '', label: say`as Proxmox has it: off` },
        { value: 'off', label: say`off` },
        { value: 'all', label: say`all that moves` },
        { value: 'filter', label: say`what is thought to be video` },
      ],
    },
  ],
  privileges: vmPrivilege('VM.Config.HWType'),
});
