import { sanitise, say } from '../domain/safe-text.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';

export const guestAudioSet = hardwareAction({
  id: 'guest.audio-set',
  title: 'Audio device',
  summary: 'Gives a VM a sound card, or changes it.',
  what: 'audio device',
  type: 'qemu',
  slot: { only: 'audio0' },
  leading: ['device'],
  parts: [
    {
      name: 'device',
      label: 'Sound card',
      help: 'Intel HDA is what every newer system knows.',
      kind: 'choice',
      choices: () => [
        { value: 'ich9-intel-hda', label: say`ich9-intel-hda` },
        { value: 'intel-hda', label: say`intel-hda` },
        { value: 'AC97', label: say`AC97, for old systems` },
      ],
      fresh: () => 'ich9-intel-hda',
    },
    {
      name: 'driver',
      label: 'Played by',
      help: 'Spice plays it where the viewer runs; none only lets the VM believe in it.',
      kind: 'choice',
      choices: () => [
        { value: '', label: say`spice, what Proxmox takes by default` },
        ...['spice', 'none'].map((value) => ({ value, label: sanitise(value) })),
      ],
    },
  ],
  privileges: vmPrivilege('VM.Config.HWType'),
});
