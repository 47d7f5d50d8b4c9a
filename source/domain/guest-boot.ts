import {
  disksOf,
  parseProperty,
  printProperty,
  propertyValue,
  rawValue,
  withProperty,
} from './guest-config.ts';
import type { GuestConfig } from './guest-detail.ts';

/** The devices of `boot: order=scsi0;net0`; the old letters (`cdn`) and a missing key are undefined. */
export function bootOrder(
  config: Pick<GuestConfig, 'entries' | 'raw'>,
): readonly string[] | undefined {
  const order = propertyValue(parseProperty(rawValue(config, 'boot') ?? '', 'legacy'), 'order');
  return order?.split(';').filter((device) => device !== '');
}

/** The keys a VM can boot from: its disks and CD drives, NICs, and passed-through devices. */
export function bootable(config: Pick<GuestConfig, 'entries' | 'raw'>): readonly string[] {
  const others = Object.keys(config.entries).filter((key) => /^(?:net|hostpci|usb)\d+$/.test(key));
  const disks = disksOf(config, 'qemu').filter(({ bus }) => /^(?:ide|sata|scsi|virtio)$/.test(bus));
  return [...disks.map(({ key }) => key as string), ...others.sort()];
}

/** `startup`: place in the order, and seconds to wait after starting and for the shutdown. */
export interface Startup {
  readonly order?: number;
  readonly up?: number;
  readonly down?: number;
}

export function parseStartup(text: string): Startup {
  const property = parseProperty(text, 'order');
  const figure = (key: keyof Startup) => {
    const value = propertyValue(property, key);
    return value !== undefined && /^\d+$/.test(value) ? { [key]: Number(value) } : {};
  };
  return { ...figure('order'), ...figure('up'), ...figure('down') };
}

/** `order=1,up=30,down=60`; '' when nothing is set, which is written by deleting the key. */
export function printStartup({ order, up, down }: Startup): string {
  return printProperty(withProperty([], { order, up, down }));
}
