/** A PCI device as a node's own tables tell it; ids are hexadecimal. */
export interface PciState {
  /** `0000:01:00.0` */
  readonly id: string;
  readonly class: string;
  readonly vendor: string;
  readonly device: string;
  readonly vendorName: string;
  readonly deviceName: string;
  readonly iommugroup: number;
  /** What it can be divided into. */
  readonly mdev?: readonly MdevState[];
}

export interface MdevState {
  readonly type: string;
  readonly name: string;
  readonly available: number;
  readonly description: string;
}

export interface UsbState {
  readonly busnum: number;
  readonly devnum: number;
  readonly port: number;
  readonly usbpath?: string;
  readonly class: number;
  /** Hubs between it and the machine. */
  readonly level: number;
  readonly vendid: string;
  readonly prodid: string;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serial?: string;
  /** Mbit/s */
  readonly speed: string;
}

const intel = { vendor: '0x8086', vendorName: 'Intel Corporation' };
const nvidia = { vendor: '0x10de', vendorName: 'NVIDIA Corporation' };

function share(index: number, name: string, available: number): MdevState {
  const description = `low_gm_size: ${64 * index}MB\nhigh_gm_size: ${256 * index}MB\nfence: 4\nresolution: 1920x1200\nweight: ${index * 4}\n`;
  return { type: `i915-GVTg_V5_${name}`, name: `i915-GVTg_V5_${name}`, available, description };
}

function graphics(device: string, deviceName: string, shared: boolean): PciState {
  return {
    id: '0000:00:02.0',
    class: '0x030000',
    ...intel,
    device,
    deviceName,
    iommugroup: 0,
    ...(shared ? { mdev: [share(1, '8', 2), share(2, '4', 1)] } : {}),
  };
}

/** A graphics card with the sound of its HDMI port. */
function card(slot: string, iommugroup: number): PciState[] {
  const both = { ...nvidia, iommugroup };
  return [
    {
      ...both,
      id: `0000:${slot}:00.0`,
      class: '0x030000',
      device: '0x2504',
      deviceName: 'GA106 [GeForce RTX 3060 Lite Hash Rate]',
    },
    {
      ...both,
      id: `0000:${slot}:00.1`,
      class: '0x040300',
      device: '0x228e',
      deviceName: 'GA106 High Definition Audio Controller',
    },
  ];
}

function network(slot: string, iommugroup: number): PciState {
  return {
    id: `0000:${slot}:00.0`,
    class: '0x020000',
    ...intel,
    device: '0x125c',
    deviceName: 'Ethernet Controller I226-V',
    iommugroup,
  };
}

const pciDevices: Readonly<Record<string, readonly PciState[]>> = {
  pve1: [
    graphics('0xa7a0', 'Raptor Lake-P [Iris Xe Graphics]', true),
    ...card('01', 15),
    network('03', 17),
  ],
  pve2: [...card('0b', 22), network('05', 18)],
  // Its IOMMU is off.
  pve3: [
    { ...graphics('0x46d1', 'Alder Lake-N [UHD Graphics]', false), iommugroup: -1 },
    { ...network('01', -1), iommugroup: -1 },
  ],
  minipc: [graphics('0x46a3', 'Alder Lake-P GT1 [UHD Graphics]', true), network('01', 12)],
};

function hub(busnum: number, speed: string): UsbState {
  const product = speed === '480' ? '0002' : '0003';
  return {
    busnum,
    devnum: 1,
    port: 0,
    class: 9,
    level: 0,
    vendid: '1d6b',
    prodid: product,
    manufacturer: 'Linux 6.17.2-1-pve xhci-hcd',
    product: 'xHCI Host Controller',
    serial: '0000:00:14.0',
    speed,
  };
}

function plugged(path: string, ids: string, names: readonly [string, string]): UsbState {
  const [vendid = '', prodid = ''] = ids.split(':');
  const [manufacturer, product] = names;
  const port = Number(path.split('.').at(-1));
  const devnum = 2 + port;
  return {
    busnum: 1,
    devnum,
    port,
    usbpath: path,
    class: 0,
    level: path.split('.').length,
    vendid,
    prodid,
    manufacturer,
    product,
    speed: '12',
  };
}

const usbDevices: Readonly<Record<string, readonly UsbState[]>> = {
  pve1: [
    plugged('3', '0463:ffff', ['EATON', 'Eaton 3S UPS']),
    plugged('5.2', '1050:0407', ['Yubico', 'YubiKey OTP+FIDO+CCID']),
  ],
  pve2: [plugged('2', '0781:5581', ['SanDisk', 'Ultra'])],
  pve3: [plugged('4', '10c4:ea60', ['Silicon Labs', 'Sonoff Zigbee 3.0 USB Dongle Plus'])],
  minipc: [plugged('1', '046d:c31c', ['Logitech', 'USB Keyboard'])],
};

export function pciOf(node: string): readonly PciState[] {
  return pciDevices[node] ?? [];
}

/** Hubs of the machine itself included. */
export function usbOf(node: string): readonly UsbState[] {
  return [hub(1, '480'), hub(2, '20000'), ...(usbDevices[node] ?? [])];
}
