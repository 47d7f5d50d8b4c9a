import { hardwareAction } from './hardware-action.ts';
import { pciDevice } from './pci-parts.ts';

export const guestPciEdit = hardwareAction({
  ...pciDevice,
  id: 'guest.pci-edit',
  title: 'PCI device',
  summary: 'Changes which PCI device is passed through to a VM, and how.',
  slot: { edit: 'hostpci' },
});
