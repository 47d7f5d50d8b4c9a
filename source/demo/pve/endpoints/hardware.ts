import { type PciState, pciOf, usbOf } from '../../world/node-devices.ts';
import { property } from '../../world/property-string.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import { nodeParameter, optionalFlag, optionalText, text } from '../parameter-kinds.ts';

type Row = Record<string, unknown>;

const deviceParameter = { ...nodeParameter, 'pci-id-or-mapping': text() };
const usualBlacklist = '05;06;0b';

function pciRow(device: PciState, verbose: boolean): Row {
  const { id, iommugroup, vendor, vendorName, deviceName } = device;
  if (!verbose) return { id, class: device.class, device: device.device, iommugroup, vendor };
  return {
    id,
    class: device.class,
    device: device.device,
    device_name: deviceName,
    iommugroup,
    vendor,
    vendor_name: vendorName,
    subsystem_vendor: '0x1043',
    subsystem_vendor_name: 'ASUSTeK Computer Inc.',
    subsystem_device: '0x881d',
    ...(device.mdev ? { mdev: 1 } : {}),
  };
}

function pciList(call: Call): Row[] {
  const hidden = (call.text('pci-class-blacklist') ?? usualBlacklist)
    .split(/[;,\s]+/)
    .filter(Boolean);
  const verbose = call.text('verbose') === undefined || call.flag('verbose');
  return pciOf(call.node)
    .filter((device) => !hidden.some((start) => device.class.startsWith(`0x${start}`)))
    .map((device) => pciRow(device, verbose));
}

/** The device of this node that an address, or a mapping, stands for. */
function deviceOf(call: Call): PciState | undefined {
  const wanted = call.required('pci-id-or-mapping');
  const all = pciOf(call.node);
  const direct = all.find(({ id }) => id === wanted || id === `0000:${wanted}`);
  if (direct || /:/.test(wanted)) return direct;
  const mapping = call.world.mappings.find(({ kind, id }) => kind === 'pci' && id === wanted);
  const entry = mapping?.map.find((line) => property(line, 'node') === call.node);
  if (entry === undefined) throw died(`mapping '${wanted}' not found`);
  return all.find(({ id }) => id.startsWith(property(entry, 'path') ?? '?'));
}

/** What a node has that a guest could be given. */
export const hardwareEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/hardware',
    permission: 'all',
    parameters: nodeParameter,
    handler: () => [{ type: 'pci' }, { type: 'usb' }],
  },
  {
    method: 'GET',
    path: '/nodes/{node}/hardware/pci',
    permission: { path: '/', privileges: ['Sys.Audit', 'Sys.Modify'], any: true },
    proxyto: 'node',
    parameters: {
      ...nodeParameter,
      'pci-class-blacklist': optionalText({ format: 'string-list' }),
      verbose: optionalFlag(),
    },
    handler: pciList,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/hardware/pci/{pci-id-or-mapping}',
    permission: 'all',
    parameters: deviceParameter,
    handler: () => [{ method: 'mdev' }],
  },
  {
    method: 'GET',
    path: '/nodes/{node}/hardware/pci/{pci-id-or-mapping}/mdev',
    permission: { path: '/', privileges: ['Sys.Audit', 'Sys.Modify'], any: true },
    proxyto: 'node',
    parameters: deviceParameter,
    handler: (call) => [...(deviceOf(call)?.mdev ?? [])],
  },
  {
    method: 'GET',
    path: '/nodes/{node}/hardware/usb',
    permission: { path: '/', privileges: ['Sys.Modify'] },
    proxyto: 'node',
    parameters: nodeParameter,
    handler: (call) => [...usbOf(call.node)],
  },
];
