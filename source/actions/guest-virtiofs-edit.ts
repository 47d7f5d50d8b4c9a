import { hardwareAction } from './hardware-action.ts';
import { sharedDirectory } from './virtiofs-parts.ts';

export const guestVirtiofsEdit = hardwareAction({
  ...sharedDirectory,
  id: 'guest.virtiofs-edit',
  title: 'Shared directory',
  summary: 'Changes how a directory is shared with a VM by virtiofs.',
  slot: { edit: 'virtiofs' },
});
