import { hardwareAction } from './hardware-action.ts';
import { usbDevice } from './usb-parts.ts';

export const guestUsbAdd = hardwareAction({
  ...usbDevice,
  id: 'guest.usb-add',
  title: 'Add USB device',
  summary: 'Gives a VM a USB device: of the viewer over SPICE, a mapped one, or one of its node.',
  slot: { add: 'usb' },
});
