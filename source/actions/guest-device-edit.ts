import { containerDevice } from './device-parts.ts';
import { hardwareAction } from './hardware-action.ts';

export const guestDeviceEdit = hardwareAction({
  ...containerDevice,
  id: 'guest.device-edit',
  title: 'Device',
  summary: 'Changes a device file that is passed through to a container.',
  slot: { edit: 'dev' },
});
