import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { choicesOf, fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestAudioSet } from '../../../source/actions/guest-audio-set.ts';
import { guestDeviceAdd } from '../../../source/actions/guest-device-add.ts';
import { guestDeviceEdit } from '../../../source/actions/guest-device-edit.ts';
import { guestEfiAdd } from '../../../source/actions/guest-efi-add.ts';
import { guestEfiEnroll } from '../../../source/actions/guest-efi-enroll.ts';
import { guestHardwareRemove } from '../../../source/actions/guest-hardware-remove.ts';
import { guestPciAdd } from '../../../source/actions/guest-pci-add.ts';
import { guestPciEdit } from '../../../source/actions/guest-pci-edit.ts';
import { guestRngSet } from '../../../source/actions/guest-rng-set.ts';
import { guestSerialAdd } from '../../../source/actions/guest-serial-add.ts';
import { guestSevSet } from '../../../source/actions/guest-sev-set.ts';
import { guestTdxSet } from '../../../source/actions/guest-tdx-set.ts';
import { guestTpmAdd } from '../../../source/actions/guest-tpm-add.ts';
import { guestUsbAdd } from '../../../source/actions/guest-usb-add.ts';
import { guestUsbEdit } from '../../../source/actions/guest-usb-edit.ts';
import { guestVirtiofsAdd } from '../../../source/actions/guest-virtiofs-add.ts';
import { guestVirtiofsEdit } from '../../../source/actions/guest-virtiofs-edit.ts';
import type { Action, Facts, FieldValues } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { asked, container, digest, known, runOn, vm } from './config-world.ts';
import { free, guest, safe } from './fakes.ts';

type Raw = Readonly<Record<string, string>>;
const lxc = { type: 'lxc' as const };
const q35 = { ...vm, machine: 'pc-q35-10.1', bios: 'ovmf' };

const hardware: Facts['hardware'] = {
  pci: [
    {
      id: safe('0000:01:00.0'),
      vendor: safe('NVIDIA'),
      device: safe('RTX 3060'),
      iommugroup: 15,
    },
    { id: safe('0000:02:00.0'), iommugroup: -1 },
  ],
  usb: [{ id: safe('10c4:ea60'), port: safe('1-4'), product: safe('Zigbee') }],
  directories: [
    { id: safe('media'), nodes: [safe('pve1')] },
    { id: safe('far'), nodes: [safe('pve2')] },
  ],
  mdev: { igpu: [{ type: safe('i915-8'), available: 2 }] },
};
const mappings = [
  { kind: 'pci' as const, id: safe('far-gpu'), nodes: [safe('pve2')] },
  { kind: 'pci' as const, id: safe('gpu'), description: safe('Arc'), nodes: [safe('pve1')] },
  { kind: 'usb' as const, id: safe('zigbee'), nodes: [safe('pve1')] },
];
const home = (raw: Raw, change: Partial<Facts> = {}) =>
  known(raw, { hardware, choices: { mappings }, ...change });

async function set(
  action: Action<'guest'>,
  raw: Raw,
  values: FieldValues,
  on: Partial<Guest> = {},
) {
  const { calls } = await runOn(action, raw, values, { guest: on, facts: home(raw) });
  return calls[0]?.sent as { set?: Raw; delete?: readonly string[]; digest?: string } | undefined;
}
const begin = (action: Action<'guest'>, raw: Raw, change: Partial<Facts> = {}, on = {}) =>
  initialValues(action, guest(on), home(raw, change));
const problems = (action: Action<'guest'>, values: FieldValues, raw: Raw = q35, on = {}) =>
  fieldProblems(action, values, guest(on), home(raw));
const words = (action: Action<'guest'>, values: FieldValues, facts = home(q35), on = {}) =>
  asked(action, values, facts, on).lines.join('\n');
const offered = (action: Action<'guest'>, facts: Facts, on = {}) =>
  availabilityOf(action, guest(on), facts, free);
const asVersion = (version: string) => {
  const { site } = home(q35);
  return { site: { ...site, version: { data: { version: safe(version) }, fetching: false } } };
};
const as = (identity: string) => {
  const { site } = home(q35);
  return { site: { ...site, connection: { ...site.connection, identity: safe(identity) } } };
};

test('an EFI disk: one, with the keys of Secure Boot, and it needs OVMF', async () => {
  const values = begin(guestEfiAdd, q35);
  assert.equal(values.storage, 'local-lvm');
  assert.deepEqual(await set(guestEfiAdd, q35, values), {
    set: { efidisk0: 'local-lvm:1,efitype=4m,pre-enrolled-keys=1' },
    digest,
  });
  const old = { storage: 'files', efitype: '2m', format: 'qcow2' };
  assert.deepEqual((await set(guestEfiAdd, q35, old))?.set, {
    efidisk0: 'files:1,format=qcow2,efitype=2m',
  });
  assert.doesNotMatch(words(guestEfiAdd, values), /OVMF/);
  assert.match(words(guestEfiAdd, values, home(vm)), /is seabios; only OVMF uses the disk/);
  const found = offered(guestEfiAdd, home({ ...q35, efidisk0: 'local-lvm:vm-101-disk-9,size=4M' }));
  assert.match(found.state === 'disabled' ? found.reason : '', /has an EFI disk/);
});

test('UEFI certificates are enrolled where there are keys, and the version can', async () => {
  const raw = {
    ...q35,
    efidisk0: 'local-lvm:vm-101-disk-9,efitype=4m,pre-enrolled-keys=1,size=4M',
  };
  assert.deepEqual((await set(guestEfiEnroll, raw, {}))?.set, {
    efidisk0: `${raw.efidisk0},ms-cert=2023k`,
  });
  assert.match(words(guestEfiEnroll, {}, home(raw)), /Suspend BitLocker/);
  assert.equal(offered(guestEfiEnroll, home(raw)).state, 'yes');
  assert.equal(offered(guestEfiEnroll, home(raw, asVersion('9.2.3'))).state, 'yes');
  const reason = (facts: Facts) => {
    const found = offered(guestEfiEnroll, facts);
    return found.state === 'disabled' ? found.reason : '';
  };
  assert.match(reason(home(raw, asVersion('8.4.1'))), /8\.4\.1 is too old/);
  assert.match(reason(home(q35)), /no EFI disk/);
  assert.match(reason(home({ ...raw, efidisk0: 'a:b,size=4M' })), /no keys/);
  assert.match(reason(home({ ...raw, efidisk0: `${raw.efidisk0},ms-cert=2023k` })), /already/);
});

test('a TPM: one, its version chosen once', async () => {
  assert.deepEqual((await set(guestTpmAdd, q35, begin(guestTpmAdd, q35)))?.set, {
    tpmstate0: 'local-lvm:1,version=v2.0',
  });
  assert.match(words(guestTpmAdd, begin(guestTpmAdd, q35)), /At the next start: tpmstate0/);
  assert.equal(offered(guestTpmAdd, home({ ...q35, tpmstate0: 'a:b,size=4M' })).state, 'disabled');
});

test('a PCI device by its mapping, by its address, and all of a card', async () => {
  const start = begin(guestPciAdd, q35);
  assert.equal(start.device, 'gpu', 'mappings of this node come first');
  assert.equal(start.pcie, true);
  const sets = async (values: FieldValues) => (await set(guestPciAdd, q35, values))?.set;
  assert.deepEqual(await sets(start), { hostpci0: 'mapping=gpu,pcie=1' });
  const raw = { device: '0000:01:00.0', 'all-functions': true, 'x-vga': true, rombar: false };
  assert.deepEqual(await sets(raw), { hostpci0: 'host=0000:01:00,rombar=0,x-vga=1' });
  assert.deepEqual(await sets({ device: 'igpu', mdev: 'i915-8' }), {
    hostpci0: 'mapping=igpu,mdev=i915-8',
  });
  assert.deepEqual(
    await set(guestPciAdd, { ...q35, hostpci0: 'mapping=gpu' }, { device: 'igpu' }),
    {
      set: { hostpci1: 'mapping=igpu' },
      digest,
    },
  );
});

test('a PCI device: what it offers and what is refused', () => {
  const field = guestPciAdd.fields[0];
  assert.ok(field);
  const labels = choicesOf<'guest'>(field, guest(), home(q35), {}).map(({ label }) => label);
  assert.deepEqual(labels, [
    'mapping gpu, Arc',
    'mapping far-gpu, not on pve1',
    '0000:01:00.0 NVIDIA RTX 3060, IOMMU group 15',
    '0000:02:00.0, no IOMMU',
  ]);
  assert.match(problems(guestPciAdd, { device: 'far-gpu' }).device ?? '', /not defined on pve1/);
  assert.match(problems(guestPciAdd, { device: '1:2:3' }).device ?? '', /neither an address/);
  assert.deepEqual(problems(guestPciAdd, { device: 'hidden-from-me' }), {});
  assert.match(problems(guestPciAdd, { device: 'gpu', pcie: true }, vm).pcie ?? '', /not q35/);
  const mapped = problems(guestPciAdd, { device: 'gpu', 'all-functions': true });
  assert.match(mapped['all-functions'] ?? '', /does not apply/);
  const whole = problems(guestPciAdd, { device: 'gpu', mdev: 'i915-8' });
  assert.match(whole.mdev ?? '', /does not apply/, 'it is known that it cannot be divided');
  assert.deepEqual(problems(guestPciAdd, { device: 'igpu', mdev: 'i915-8' }), {});
});

test('a PCI device: what it costs is told, and that an address is for root@pam alone', () => {
  const mapped = words(guestPciAdd, { device: 'gpu', 'x-vga': true });
  assert.match(mapped, /cannot migrate/);
  assert.match(mapped, /the picture is on the card/);
  assert.match(mapped, /At the next start: hostpci0/);
  assert.doesNotMatch(mapped, /root@pam/);
  const raw = words(guestPciAdd, { device: '0000:02:00.0' }, home(q35, as('admin@pve')));
  assert.match(raw, /only root@pam set a device .*; admin@pve will be refused/);
  assert.match(raw, /IOMMU of pve1 is off/);
  const root = words(guestPciAdd, { device: '0000:01:00.0' }, home(q35, as('root@pam')));
  assert.doesNotMatch(root, /refused/);
});

test('a PCI device is changed and keeps what the form does not know', async () => {
  const raw = {
    ...q35,
    hostpci0: '01:00,pcie=1,romfile=card.rom,x-vga=1',
    hostpci2: 'mapping=gpu',
  };
  const start = begin(guestPciEdit, raw);
  assert.deepEqual(start, {
    hostpci: 'hostpci0',
    device: '01:00',
    'all-functions': true,
    mdev: '',
    pcie: true,
    rombar: true,
    'x-vga': true,
  });
  assert.equal(await set(guestPciEdit, raw, start), undefined, 'nothing changed');
  assert.deepEqual((await set(guestPciEdit, raw, { ...start, 'x-vga': false }))?.set, {
    hostpci0: '01:00,pcie=1,romfile=card.rom',
  });
  assert.deepEqual((await set(guestPciEdit, raw, { ...start, 'all-functions': false }))?.set, {
    hostpci0: '01:00.0,pcie=1,romfile=card.rom,x-vga=1',
  });
  assert.deepEqual((await set(guestPciEdit, raw, { hostpci: 'hostpci0', device: 'gpu' }))?.set, {
    hostpci0: 'mapping=gpu,pcie=1,romfile=card.rom,x-vga=1',
  });
  assert.equal(begin(guestPciEdit, raw, { configKey: 'hostpci2' }).device, 'gpu');
  const divided = { ...q35, hostpci0: 'mapping=igpu,mdev=i915-8,pcie=1' };
  assert.deepEqual(
    (await set(guestPciEdit, divided, { hostpci: 'hostpci0', device: 'gpu' }))?.set,
    {
      hostpci0: 'mapping=gpu,pcie=1',
    },
  );
  const several = { ...q35, hostpci0: '0000:03:10.0;0000:03:10.2,pcie=1' };
  const many = begin(guestPciEdit, several);
  assert.equal(await set(guestPciEdit, several, many), undefined, 'a list of functions stays');
  assert.deepEqual(problems(guestPciEdit, many, several), {});
  assert.equal(offered(guestPciEdit, home(vm)).state, 'disabled');
});

test('a USB device: of the viewer, mapped, by its ids or its port', async () => {
  const sets = async (values: FieldValues, raw: Raw = vm) =>
    (await set(guestUsbAdd, raw, values))?.set;
  assert.equal(begin(guestUsbAdd, vm).device, 'spice');
  assert.deepEqual(await sets({ device: 'spice', usb3: true }), { usb0: 'host=spice,usb3=1' });
  assert.deepEqual(await sets({ device: 'zigbee' }), { usb0: 'mapping=zigbee' });
  assert.deepEqual(await sets({ device: '10c4:ea60' }, { ...vm, usb0: 'spice' }), {
    usb1: 'host=10c4:ea60',
  });
  assert.deepEqual(await sets({ device: '1-4.2' }), { usb0: 'host=1-4.2' });
  const field = guestUsbAdd.fields[0];
  assert.ok(field);
  assert.deepEqual(
    choicesOf<'guest'>(field, guest(), home(vm), {}).map(({ value }) => value),
    ['spice', 'zigbee', '10c4:ea60', '1-4'],
  );
  assert.match(problems(guestUsbAdd, { device: '4:5' }).device ?? '', /neither an address/);
  assert.match(words(guestUsbAdd, { device: 'spice' }), /with a SPICE display only/);
  const qxl = home({ ...vm, vga: 'qxl' });
  assert.doesNotMatch(words(guestUsbAdd, { device: 'spice' }, qxl), /display/);
  assert.match(words(guestUsbAdd, { device: 'zigbee' }), /At once, while it runs: usb0/);
  const bsd = home({ ...vm, ostype: 'other' });
  assert.match(words(guestUsbAdd, { device: 'zigbee' }, bsd), /At the next start: usb0/);
  assert.match(words(guestUsbAdd, { device: '1-4' }), /only root@pam/);
});

test('a USB device is changed from one kind to another', async () => {
  const raw = { ...vm, usb1: 'spice,usb3=1' };
  const start = begin(guestUsbEdit, raw);
  assert.deepEqual(start, { usb: 'usb1', device: 'spice', usb3: true });
  assert.equal(await set(guestUsbEdit, raw, start), undefined);
  assert.deepEqual((await set(guestUsbEdit, raw, { ...start, device: 'zigbee' }))?.set, {
    usb1: 'mapping=zigbee,usb3=1',
  });
});

test('a VM has as many devices of a kind as Proxmox allows', () => {
  const list = (bus: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${bus}${at}`, 'spice']));
  assert.equal(offered(guestUsbAdd, home({ ...vm, ...list('usb', 13) })).state, 'yes');
  assert.equal(offered(guestUsbAdd, home({ ...vm, ...list('usb', 14) })).state, 'disabled');
  assert.equal(offered(guestSerialAdd, home({ ...vm, ...list('serial', 4) })).state, 'disabled');
});

test('serial port, audio and random numbers', async () => {
  assert.deepEqual((await set(guestSerialAdd, vm, { device: 'socket' }))?.set, {
    serial0: 'socket',
  });
  const more = { ...vm, serial0: 'socket' };
  assert.deepEqual((await set(guestSerialAdd, more, { device: '/dev/ttyS0' }))?.set, {
    serial1: '/dev/ttyS0',
  });
  assert.match(words(guestSerialAdd, { device: 'socket' }, home(more)), /console=ttyS1/);
  assert.match(words(guestSerialAdd, { device: '/dev/ttyS0' }), /only root@pam/);
  assert.ok(problems(guestSerialAdd, { device: 'com1' }).device);
  assert.deepEqual((await set(guestAudioSet, vm, begin(guestAudioSet, vm)))?.set, {
    audio0: 'device=ich9-intel-hda',
  });
  const sound = { ...vm, audio0: 'device=AC97,driver=spice' };
  assert.match(
    words(guestAudioSet, { device: 'AC97', driver: 'none' }, home(sound)),
    /^audio0 driver: spice → none$/m,
  );
  assert.deepEqual((await set(guestAudioSet, sound, { driver: 'none' }))?.set, {
    audio0: 'device=AC97,driver=none',
  });
  assert.deepEqual((await set(guestRngSet, vm, { source: '/dev/urandom', period: 500 }))?.set, {
    rng0: 'source=/dev/urandom,period=500',
  });
  const rng = { ...vm, rng0: '/dev/urandom,max_bytes=2048,period=500' };
  assert.deepEqual(begin(guestRngSet, rng), {
    source: '/dev/urandom',
    'max-bytes': 2048,
    period: 500,
  });
  assert.deepEqual((await set(guestRngSet, rng, { 'max-bytes': undefined, period: 500 }))?.set, {
    rng0: '/dev/urandom,period=500',
  });
  assert.match(words(guestRngSet, { source: '/dev/hwrng' }), /mapping\/hwrng/);
});

test('a directory is shared by its mapping, where the version can', async () => {
  assert.equal(begin(guestVirtiofsAdd, vm).dirid, 'media');
  assert.deepEqual((await set(guestVirtiofsAdd, vm, { dirid: 'media', cache: 'never' }))?.set, {
    virtiofs0: 'dirid=media,cache=never',
  });
  assert.match(words(guestVirtiofsAdd, { dirid: 'media' }), /mount -t virtiofs media/);
  assert.match(problems(guestVirtiofsAdd, { dirid: 'far' }).dirid ?? '', /not defined on pve1/);
  const windows = { ...vm, ostype: 'win11' };
  const acl = { dirid: 'media', 'expose-acl': true };
  assert.match(problems(guestVirtiofsAdd, acl, windows)['expose-acl'] ?? '', /Windows/);
  const old = offered(guestVirtiofsAdd, home(vm, asVersion('8.3.5')));
  assert.match(old.state === 'disabled' ? old.reason : '', /8\.3\.5 shares no directories/);
  assert.equal(offered(guestVirtiofsAdd, home(vm, asVersion('8.4.0'))).state, 'yes');
  const raw = { ...vm, virtiofs0: 'media,direct-io=1' };
  assert.deepEqual(
    (await set(guestVirtiofsEdit, raw, { virtiofs: 'virtiofs0', cache: 'auto' }))?.set,
    {
      virtiofs0: 'media,direct-io=1,cache=auto',
    },
  );
});

test('a container gets a device file, at once when it is new', async () => {
  const values = { path: '/dev/dri/renderD128', mode: '0660', gid: 104, 'deny-write': true };
  assert.deepEqual((await set(guestDeviceAdd, container, values, lxc))?.set, {
    dev0: 'path=/dev/dri/renderD128,mode=0660,gid=104,deny-write=1',
  });
  const told = words(guestDeviceAdd, values, home(container, as('admin@pve')), lxc);
  assert.match(told, /only root@pam pass devices through.*admin@pve will be refused/);
  assert.match(told, /At once, while it runs: dev0/);
  const wrong = problems(guestDeviceAdd, { path: '/etc/passwd', mode: '660' }, container, lxc);
  assert.deepEqual(Object.keys(wrong), ['path', 'mode']);
  const raw = { ...container, dev0: '/dev/ttyUSB0,uid=1000' };
  assert.deepEqual((await set(guestDeviceEdit, raw, { dev: 'dev0', gid: 20 }, lxc))?.set, {
    dev0: '/dev/ttyUSB0,uid=1000,gid=20',
  });
  const later = words(guestDeviceEdit, { dev: 'dev0', gid: 20 }, home(raw), lxc);
  assert.match(later, /At the next start: dev0/);
});

test('encrypted memory: SEV or TDX, never both', async () => {
  assert.deepEqual((await set(guestSevSet, q35, begin(guestSevSet, q35)))?.set, {
    'amd-sev': 'type=std',
  });
  const snp = { type: 'snp', 'allow-smt': false, 'kernel-hashes': true };
  assert.deepEqual((await set(guestSevSet, q35, snp))?.set, {
    'amd-sev': 'type=snp,allow-smt=0,kernel-hashes=1',
  });
  assert.deepEqual((await set(guestTdxSet, q35, begin(guestTdxSet, q35)))?.set, {
    'intel-tdx': 'type=tdx,attestation=1',
  });
  assert.match(words(guestSevSet, { type: 'std' }, home(vm)), /is seabios; it needs OVMF/);
  assert.equal(
    offered(guestSevSet, home({ ...q35, 'intel-tdx': 'tdx,attestation=1' })).state,
    'disabled',
  );
  assert.equal(offered(guestTdxSet, home(q35, asVersion('8.4.1'))).state, 'disabled');
});

test('a device is taken away with what it means', async () => {
  const raw = {
    ...vm,
    ...{ hostpci0: 'mapping=gpu', usb0: 'host=10c4:ea60', serial0: 'socket', vga: 'serial0' },
    ...{
      audio0: 'device=AC97',
      rng0: '/dev/urandom',
      virtiofs0: 'media',
      parallel0: '/dev/parport0',
    },
  };
  const facts = home(raw);
  const field = guestHardwareRemove.fields[0];
  assert.ok(field);
  assert.deepEqual(
    choicesOf<'guest'>(field, guest(), facts, {}).map(({ value }) => value),
    ['audio0', 'hostpci0', 'parallel0', 'rng0', 'serial0', 'usb0', 'virtiofs0'],
  );
  assert.deepEqual(await set(guestHardwareRemove, raw, { device: 'usb0' }), {
    delete: ['usb0'],
    digest,
  });
  const of = (device: string) => words(guestHardwareRemove, { device }, facts);
  assert.match(of('usb0'), /usb0: host=10c4:ea60 → \(not set\)/);
  assert.match(of('usb0'), /Unmount what is on it/);
  assert.match(of('usb0'), /only root@pam/);
  assert.match(of('hostpci0'), /another guest/);
  assert.doesNotMatch(of('hostpci0'), /root@pam/);
  assert.match(of('serial0'), /display is this port/);
  assert.match(of('virtiofs0'), /stays on the node/);
  assert.ok(problems(guestHardwareRemove, { device: 'scsi0' }, raw).device);
  assert.equal(offered(guestHardwareRemove, home(vm)).state, 'disabled');
  const inside = { ...container, dev0: '/dev/ttyUSB0' };
  assert.deepEqual((await set(guestHardwareRemove, inside, { device: 'dev0' }, lxc))?.delete, [
    'dev0',
  ]);
});

test('what a task left for the next start is told at its end', async () => {
  const { result } = await runOn(
    guestTpmAdd,
    q35,
    { storage: 'local-lvm', version: 'v2.0' },
    {
      facts: home(q35),
      answer: { ok: true, value: { upid: 'UPID:pve1:1' } },
      pending: [{ key: safe('tpmstate0'), pending: safe('local-lvm:vm-101-disk-1,size=4M') }],
    },
  );
  assert.deepEqual(result, {
    ok: true,
    value: {
      kind: 'done',
      message: 'tpmstate0 added to guest 101 web-server; at the next start: tpmstate0',
      upid: 'UPID:pve1:1',
    },
  });
});
