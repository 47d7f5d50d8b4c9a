import { hardwareAction } from './hardware-action.ts';
import { usbDevice } from './usb-parts.ts';

export const guestUsbEdit = hardwareAction({
  ...usbDevice,
  id: 'guest.usb-edit',
  title: 'USB device',
  summary: 'Changes which USB device a VM has.',
  slot: { edit: 'usb' },
});
