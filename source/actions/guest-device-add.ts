import { containerDevice } from './device-parts.ts';
import { hardwareAction } from './hardware-action.ts';

export const guestDeviceAdd = hardwareAction({
  ...containerDevice,
  id: 'guest.device-add',
  title: 'Add device',
  summary: 'Passes a device file of the node through to a container.',
  slot: { add: 'dev' },
});
