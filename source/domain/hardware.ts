import type { SafeText } from './safe-text.ts';

/** A PCI device of a node, as GET /nodes/{node}/hardware/pci tells it. */
export interface PciDevice {
  /** `0000:01:00.0` */
  readonly id: SafeText;
  /** -1 = the IOMMU is off, and nothing can be passed through. */
  readonly iommugroup?: number;
  readonly vendor?: SafeText;
  readonly device?: SafeText;
  /** It can be shared out as mediated devices. */
  readonly mdev?: boolean;
}

/** A kind of mediated device that a PCI device offers. */
export interface MdevType {
  readonly type: SafeText;
  readonly name?: SafeText;
  /** How many more of it can be made. */
  readonly available?: number;
}

/** A USB device of a node; hubs are left out. */
export interface UsbDevice {
  /** `10c4:ea60` */
  readonly id: SafeText;
  /** `1-2.3`: the port it is plugged into. */
  readonly port?: SafeText;
  readonly manufacturer?: SafeText;
  readonly product?: SafeText;
}

/** A directory mapping, which a VM can share by virtiofs. */
export interface DirectoryMapping {
  readonly id: SafeText;
  readonly description?: SafeText;
  /** Nodes it is defined on. */
  readonly nodes: readonly SafeText[];
}

const pciId = '(?:[0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}(?:\\.[0-9a-f])?';
const pciList = new RegExp(`^${pciId}(?:;${pciId})*$`, 'i');

/** Is this the address of a PCI device (`0000:01:00.0`), or several, and not the name of a mapping? */
export function isPciAddress(text: string): boolean {
  return pciList.test(text);
}

/** Is this `vendor:product` or a port (`1-2.3`) of the node, and not the name of a mapping? */
export function isUsbAddress(text: string): boolean {
  return /^(?:(?:0x)?[0-9a-f]{4}:(?:0x)?[0-9a-f]{4}|\d+-\d+(?:\.\d+)*)$/i.test(text);
}

/** The name of a resource mapping, `pve-configid`. */
export function isMappingId(text: string): boolean {
  return /^[a-z][a-z0-9_-]+$/i.test(text);
}
