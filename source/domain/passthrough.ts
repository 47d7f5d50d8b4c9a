import { parseProperty, propertyValue } from './guest-config.ts';
import type { GuestConfig } from './guest-detail.ts';
import { type SafeText, sanitise } from './safe-text.ts';

const isMapped = (line: string) => propertyValue(parseProperty(line), 'mapping') !== undefined;
/** USB redirection over SPICE comes from the viewer, not from the node. */
const isSpice = (line: string) => /^(?:host=)?spice(?:,|$)/.test(line);

/** Configuration keys that pass devices of the node itself (not mappings): `hostpci0`, `usb1`, a container's `dev0`. */
export function boundDevices(config: Pick<GuestConfig, 'entries'>): readonly SafeText[] {
  return Object.entries(config.entries)
    .filter(
      ([key, line]) =>
        (/^(?:hostpci|usb)\d+$/.test(key) && !isMapped(line) && !isSpice(line)) ||
        /^(?:parallel|dev)\d+$/.test(key) ||
        (/^serial\d+$/.test(key) && line !== 'socket'),
    )
    .map(([key]) => sanitise(key));
}

/** Ids of the PCI and USB mappings that the configuration uses. */
export function usedMappings(config: Pick<GuestConfig, 'entries'>): readonly SafeText[] {
  return Object.entries(config.entries)
    .filter(([key]) => /^(?:hostpci|usb)\d+$/.test(key))
    .flatMap(([, line]) => propertyValue(parseProperty(line), 'mapping') ?? [])
    .map((id) => sanitise(id));
}
