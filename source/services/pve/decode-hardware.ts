import { parseProperty, propertyValue } from '../../domain/guest-config.ts';
import type { DirectoryMapping, MdevType, PciDevice, UsbDevice } from '../../domain/hardware.ts';
import { sanitise, say } from '../../domain/safe-text.ts';
import { amount, flag, integer, rowsOf, text, told } from '../decode.ts';

/** GET /nodes/{node}/hardware/pci */
export function decodePci(data: readonly unknown[]): PciDevice[] {
  return rowsOf(data).flatMap((row) => {
    const id = text(row.id);
    if (id === undefined) return [];
    return [
      told<PciDevice>({
        id,
        iommugroup: integer(row.iommugroup),
        vendor: text(row.vendor_name) ?? text(row.vendor),
        device: text(row.device_name) ?? text(row.device),
        mdev: flag(row.mdev),
      }),
    ];
  });
}

/** GET /nodes/{node}/hardware/pci/{id}/mdev */
export function decodeMdev(data: readonly unknown[]): MdevType[] {
  return rowsOf(data).flatMap((row) => {
    const type = text(row.type);
    if (type === undefined) return [];
    return [told<MdevType>({ type, name: text(row.name), available: amount(row.available) })];
  });
}

/** The USB class of hubs, which nobody passes through. */
const hub = 9;

/** GET /nodes/{node}/hardware/usb */
export function decodeUsb(data: readonly unknown[]): UsbDevice[] {
  return rowsOf(data).flatMap((row) => {
    const [vendor, product] = [text(row.vendid), text(row.prodid)];
    if (vendor === undefined || product === undefined || integer(row.class) === hub) return [];
    const [bus, path] = [integer(row.busnum), text(row.usbpath)];
    return [
      told<UsbDevice>({
        id: say`${sanitise(vendor.replace(/^0x/, ''))}:${sanitise(product.replace(/^0x/, ''))}`,
        port: bus === undefined || path === undefined ? undefined : say`${bus}-${path}`,
        manufacturer: text(row.manufacturer),
        product: text(row.product),
      }),
    ];
  });
}

/** GET /cluster/mapping/dir: `map` is a list of property strings, one for each node. */
export function decodeDirectories(data: readonly unknown[]): DirectoryMapping[] {
  return rowsOf(data).flatMap((row) => {
    const id = text(row.id);
    if (id === undefined) return [];
    const entries = Array.isArray(row.map) ? row.map : [];
    const nodes = entries.flatMap((entry) =>
      typeof entry === 'string' ? (propertyValue(parseProperty(entry), 'node') ?? []) : [],
    );
    return [
      told<DirectoryMapping>({
        id,
        description: text(row.description),
        nodes: [...new Set(nodes)].map((node) => sanitise(node)),
      }),
    ];
  });
}
