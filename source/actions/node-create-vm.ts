import { bytes } from '../domain/format.ts';
import type { Node } from '../domain/node.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { Secret } from '../domain/secret.ts';
import { freeOf, storagesFor, textOf } from './choices.ts';
import {
  commonParameters,
  createAvailable,
  createMenu,
  createPrivileges,
  networkTail,
  newLabel,
  nodeTarget,
  sameName,
} from './create-common.ts';
import { vmFields } from './create-vm-fields.ts';
import { followed } from './followed.ts';
import { fieldsNamed } from './refused-fields.ts';
import { defineAction, type Facts, type FieldValues } from './types.ts';

type Parameters = Readonly<Record<string, string | number | boolean | Secret>>;

/** `scsi0`, and where the cloud-init drive goes: q35 has no more than ide0 and ide2. */
const diskKey = (values: FieldValues) => `${textOf(values.bus) || 'scsi'}0`;
const cloudinitKey = (values: FieldValues) => (values.bus === 'ide' ? 'sata0' : 'ide0');

function disks(values: FieldValues): Record<string, string> {
  const storage = textOf(values.storage);
  const iso = textOf(values.iso);
  const size = textOf(values['disk-size']);
  const flags = [
    ...(values.discard === true ? ['discard=on'] : []),
    ...(values.iothread === true ? ['iothread=1'] : []),
    ...(values.ssd === true ? ['ssd=1'] : []),
  ];
  const keys = values['pre-enrolled-keys'] === true ? ',pre-enrolled-keys=1' : '';
  return {
    [diskKey(values)]: [`${storage}:${size}`, ...flags].join(','),
    ide2: `${iso === '' ? 'none' : iso},media=cdrom`,
    ...(values.bios === 'ovmf' ? { efidisk0: `${storage}:1,efitype=4m${keys}` } : {}),
    ...(values.tpm === true ? { tpmstate0: `${storage}:1,version=v2.0` } : {}),
    ...(values.cloudinit === true ? { [cloudinitKey(values)]: `${storage}:cloudinit` } : {}),
  };
}

function cloudinit(values: FieldValues): Parameters {
  if (values.cloudinit !== true) return {};
  const user = textOf(values.ciuser);
  const password = textOf(values.cipassword);
  const keys = textOf(values.sshkeys).trim();
  const ip = textOf(values.ip);
  const gateway = textOf(values.gateway);
  return {
    ...(user === '' ? {} : { ciuser: user }),
    ...(password === '' ? {} : { cipassword: new Secret(password) }),
    // PVE wants the keys URL-encoded inside the value.
    ...(keys === '' ? {} : { sshkeys: encodeURIComponent(keys) }),
    ...(ip === '' ? {} : { ipconfig0: `ip=${ip}${gateway === '' ? '' : `,gw=${gateway}`}` }),
  };
}

/** The parameters of POST /nodes/{node}/qemu. */
export function vmParameters(values: FieldValues): Parameters {
  const bridge = textOf(values.bridge);
  const name = textOf(values.name);
  const display = textOf(values.display);
  return {
    ...commonParameters(values),
    ...(name === '' ? {} : { name }),
    ostype: textOf(values.ostype) || 'l26',
    bios: textOf(values.bios) || 'seabios',
    scsihw: 'virtio-scsi-single',
    ...(values.machine === 'q35' ? { machine: 'q35' } : {}),
    ...(values.agent === true ? { agent: '1' } : {}),
    ...(display === '' || display === 'std' ? {} : { vga: display }),
    ...(display === 'serial0' ? { serial0: 'socket' } : {}),
    ...(typeof values.sockets === 'number' ? { sockets: values.sockets } : {}),
    ...(textOf(values.cpu) === '' ? {} : { cpu: textOf(values.cpu) }),
    ...(typeof values.balloon === 'number' ? { balloon: values.balloon } : {}),
    ...disks(values),
    ...(bridge === ''
      ? {}
      : { net0: `${textOf(values.model) || 'virtio'},bridge=${bridge}${networkTail(values)}` }),
    ...cloudinit(values),
  };
}

/** What Proxmox calls the parameters, and the field each belongs to. */
const fieldOf: Readonly<Record<string, string>> = {
  scsi0: 'disk-size',
  virtio0: 'disk-size',
  sata0: 'disk-size',
  ide0: 'disk-size',
  ide2: 'iso',
  efidisk0: 'bios',
  tpmstate0: 'tpm',
  net0: 'bridge',
  vga: 'display',
  ipconfig0: 'ip',
};

function lines(node: Node, values: FieldValues, facts: Facts): SafeText[] {
  const storage = textOf(values.storage);
  const row = storagesFor(facts, node.node, 'images').find((each) => each.storage === storage);
  const room = row ? say`, ${bytes(freeOf(row))} free` : say``;
  const size = sanitise(values['disk-size']);
  const vlan = textOf(values.vlan);
  const bridge = textOf(values.bridge);
  const found = [
    say`${sanitise(values.cores ?? 1)} core(s), ${sanitise(values.memory)} MiB of memory.`,
    say`Disk ${sanitise(diskKey(values))}: ${size} GiB on ${sanitise(storage)}${room}.`,
    bridge === ''
      ? say`No network device.`
      : say`Network: ${sanitise(bridge)}${vlan === '' ? say`` : say`, VLAN ${sanitise(vlan)}`}.`,
  ];
  const iso = textOf(values.iso);
  if (iso !== '') found.push(say`CD drive: ${sanitise(iso)}.`);
  else if (values.cloudinit !== true) {
    found.push(say`No CD image: it has nothing to boot from but the network.`);
  }
  if (values.ostype === 'win11' && (values.bios !== 'ovmf' || values.tpm !== true)) {
    found.push(say`Windows 11 does not install without OVMF and a TPM.`);
  }
  const twins = sameName(textOf(values.name), facts);
  if (twins.length > 0) {
    const ids = joinSafe(
      twins.map(({ vmid }) => say`${vmid}`),
      ', ',
    );
    found.push(say`The name is in use already: ${ids}.`);
  }
  if (values.start === true) found.push(say`It is started at once.`);
  return found;
}

export const nodeCreateVm = defineAction<'node'>({
  id: 'node.create-vm',
  scope: 'node',
  key: '',
  menu: createMenu,
  onGuests: true,
  title: 'Create VM',
  summary: 'Creates a virtual machine on the node.',
  effect: 'change',
  needs: ['choices'],
  batch: false,
  fields: vmFields,
  privileges: createPrivileges,
  available: createAvailable,
  confirm: (node, values, facts) => ({
    level: 1,
    question: say`Create VM ${newLabel(values, values.name)} on ${node.node}?`,
    lines: [nodeTarget(node), ...lines(node, values, facts)],
  }),
  taskTypes: ['qmcreate'],
  taskId: (_node, values) => String(values.vmid),
  touches: ['resources', 'tasks'],
  run: async (node, values, context) => {
    const { site, signal } = context;
    const started = await site.guests.create(node.node, 'qemu', vmParameters(values), { signal });
    const message = say`VM ${newLabel(values, values.name)} is created on ${node.node}`;
    return followed(fieldsNamed(started, fieldOf), node.node, message, context);
  },
});
