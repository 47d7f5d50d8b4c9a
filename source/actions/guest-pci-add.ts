import { hardwareAction } from './hardware-action.ts';
import { pciDevice } from './pci-parts.ts';

export const guestPciAdd = hardwareAction({
  ...pciDevice,
  id: 'guest.pci-add',
  title: 'Add PCI device',
  summary: 'Passes a PCI device of the node through to a VM, by a resource mapping or its address.',
  slot: { add: 'hostpci' },
});
