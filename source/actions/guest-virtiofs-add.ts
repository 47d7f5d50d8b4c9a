import { hardwareAction } from './hardware-action.ts';
import { sharedDirectory } from './virtiofs-parts.ts';

export const guestVirtiofsAdd = hardwareAction({
  ...sharedDirectory,
  id: 'guest.virtiofs-add',
  title: 'Add shared directory',
  summary: 'Shares a mapped directory of the node with a VM by virtiofs.',
  slot: { add: 'virtiofs' },
});
