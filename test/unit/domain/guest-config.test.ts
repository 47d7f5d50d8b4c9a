import assert from 'node:assert/strict';
import test from 'node:test';
import {
  bootable,
  bootOrder,
  parseStartup,
  printStartup,
} from '../../../source/domain/guest-boot.ts';
import {
  disksOf,
  freeKey,
  nicsOf,
  parseProperty,
  parseSize,
  printNic,
  printProperty,
  printSize,
  propertyFlag,
  propertyValue,
  rawValue,
  type SlotBus,
  withProperty,
} from '../../../source/domain/guest-config.ts';
import type { GuestConfig } from '../../../source/domain/guest-detail.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';

function config(raw: Readonly<Record<string, string>>): GuestConfig {
  const entries = Object.entries(raw).map(([key, value]) => [key, sanitise(value)]);
  return { entries: Object.fromEntries(entries), raw };
}

const gib = 2 ** 30;

test('a property string is read with its default key and prints as it was', () => {
  const agent = parseProperty('1,fstrim_cloned_disks=1,later-key=a=b', 'enabled');
  assert.equal(propertyValue(agent, 'enabled'), '1');
  assert.equal(propertyValue(agent, 'later-key'), 'a=b');
  assert.equal(propertyFlag(agent, 'fstrim_cloned_disks'), true);
  assert.equal(propertyFlag(agent, 'missing'), false);
  for (const text of [
    '1,fstrim_cloned_disks=1,later-key=a=b',
    'local-lvm:vm-100-disk-0,discard=on,size=32G,ssd=1',
    'order=scsi0;ide2;net0',
    'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=192.168.1.5/24,type=veth',
    'qxl,memory=32',
  ]) {
    assert.equal(printProperty(parseProperty(text, 'file')), text);
    assert.equal(printProperty(parseProperty(text)), text, 'also when the default key is unknown');
  }
  assert.equal(printProperty(parseProperty(' a , ,b=1,')), 'a,b=1');
  assert.deepEqual(parseProperty(''), []);
});

test('a change touches only its keys and keeps the order', () => {
  const disk = parseProperty('local-lvm:vm-100-disk-0,iothread=1,size=32G', 'file');
  const changed = withProperty(disk, {
    iothread: undefined,
    size: '40G',
    ssd: true,
    backup: false,
  });
  assert.equal(printProperty(changed), 'local-lvm:vm-100-disk-0,size=40G,ssd=1,backup=0');
  assert.equal(
    printProperty(withProperty(disk, { file: 'none', absent: undefined })),
    'none,iothread=1,size=32G',
  );
  assert.equal(printProperty(withProperty([], { order: 1, up: 30 })), 'order=1,up=30');
});

test('sizes are read as Proxmox writes them', () => {
  const read = ['8G', '512M', '1.5T', '528K', '4096', '0'].map(parseSize);
  assert.deepEqual(read, [8 * gib, gib / 2, 1.5 * 1024 * gib, 528 * 1024, 4096, 0]);
  for (const bad of ['', 'G', '8 GB', '-1G', '+1G', '8g', '1e9', '8P']) {
    assert.equal(parseSize(bad), undefined, bad);
  }
  assert.deepEqual([8 * gib, 528 * 1024, 2048 * gib, 1000, 0].map(printSize), [
    '8G',
    '528K',
    '2T',
    '1000',
    '0',
  ]);
});

test('the disks of a VM', () => {
  const found = disksOf(
    config({
      scsi10: 'local-zfs:vm-100-disk-2,size=1T',
      scsi2: 'local-zfs:vm-100-disk-1,backup=0,size=8G',
      ide2: 'local:iso/debian-13.iso,media=cdrom,size=700M',
      ide0: 'local-lvm:vm-100-cloudinit,media=cdrom',
      sata0: 'none,media=cdrom',
      virtio0: '/dev/disk/by-id/ata-x,size=4G',
      efidisk0: 'local-zfs:vm-100-disk-0,efitype=4m,size=1M',
      tpmstate0: 'file=local-zfs:vm-100-disk-3,size=4M,version=v2.0',
      unused0: 'nas:100/vm-100-disk-9.qcow2',
      scsihw: 'virtio-scsi-single',
      rootfs: 'not:of-a-vm',
    }),
    'qemu',
  );
  assert.deepEqual(
    found.map(({ key, storage, size, cdrom, cloudinit, unused }) =>
      [key, storage ?? '-', size ?? '-', cdrom && 'cd', cloudinit && 'ci', unused && 'unused']
        .filter(Boolean)
        .join(' '),
    ),
    [
      `scsi2 local-zfs ${8 * gib}`,
      `scsi10 local-zfs ${1024 * gib}`,
      `virtio0 - ${4 * gib}`,
      'sata0 - - cd',
      'ide0 local-lvm - cd ci',
      `ide2 local ${700 * 2 ** 20} cd`,
      `efidisk0 local-zfs ${2 ** 20}`,
      `tpmstate0 local-zfs ${4 * 2 ** 20}`,
      'unused0 nas - unused',
    ],
  );
  assert.deepEqual([found[0]?.bus, found[0]?.index], ['scsi', 2]);
  assert.equal(found[7]?.volume, 'local-zfs:vm-100-disk-3');
  assert.equal(
    printProperty(withProperty(found[7]?.property ?? [], { file: 'nas:1' })),
    'nas:1,size=4M,version=v2.0',
  );
  assert.equal(propertyFlag(found[0]?.property ?? [], 'backup'), false);
});

test('the volumes of a container', () => {
  const found = disksOf(
    config({
      mp1: '/srv/media,mp=/media,ro=1',
      mp0: 'volume=local-zfs:subvol-200-disk-1,mp=/var/lib/minio,size=200G,backup=1',
      rootfs: 'local-zfs:subvol-200-disk-0,size=20G',
      unused3: 'local-zfs:subvol-200-disk-7',
      scsi0: 'not:of-a-container',
    }),
    'lxc',
  );
  assert.deepEqual(
    found.map(({ key, volume, storage, mountpoint }) => [key, volume, storage, mountpoint]),
    [
      ['rootfs', 'local-zfs:subvol-200-disk-0', 'local-zfs', '/'],
      ['mp0', 'local-zfs:subvol-200-disk-1', 'local-zfs', '/var/lib/minio'],
      ['mp1', '/srv/media', undefined, '/media'],
      ['unused3', 'local-zfs:subvol-200-disk-7', 'local-zfs', undefined],
    ],
  );
});

test('the NICs of a VM: model and MAC are parts of their own and are joined again', () => {
  const text =
    'virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,link_down=1,rate=12.5,tag=20,queues=4';
  const [first, second, third] = nicsOf(
    config({
      net2: 'model=e1000,macaddr=BC:24:11:00:00:03',
      net0: text,
      net1: 'virtio,bridge=vmbr1',
    }),
    'qemu',
  );
  assert.deepEqual(
    { ...first, property: undefined },
    {
      key: 'net0',
      index: 0,
      model: 'virtio',
      mac: 'BC:24:11:00:00:01',
      bridge: 'vmbr0',
      tag: 20,
      rate: 12.5,
      firewall: true,
      linkDown: true,
      property: undefined,
    },
  );
  assert.equal(printNic(first?.property ?? []), text);
  const changed = withProperty(first?.property ?? [], { model: 'e1000', tag: undefined });
  assert.equal(
    printNic(changed),
    'e1000=BC:24:11:00:00:01,bridge=vmbr0,firewall=1,link_down=1,rate=12.5,queues=4',
  );
  assert.equal(
    printNic(withProperty(first?.property ?? [], { macaddr: undefined })).indexOf('virtio,'),
    0,
  );
  assert.deepEqual([second?.model, second?.mac, second?.bridge], ['virtio', undefined, 'vmbr1']);
  assert.equal(printNic(second?.property ?? []), 'virtio,bridge=vmbr1');
  assert.equal(printNic(third?.property ?? []), 'e1000=BC:24:11:00:00:03');
});

test('the NICs of a container', () => {
  const text =
    'name=eth0,bridge=vmbr0,gw=192.168.1.1,hwaddr=BC:24:11:00:00:C8,ip=192.168.1.200/24,ip6=auto,mtu=1400,type=veth';
  const [nic] = nicsOf(config({ net0: text, nameserver: '192.168.1.1' }), 'lxc');
  assert.deepEqual(
    { ...nic, property: undefined },
    {
      key: 'net0',
      index: 0,
      name: 'eth0',
      mac: 'BC:24:11:00:00:C8',
      bridge: 'vmbr0',
      ip: '192.168.1.200/24',
      gw: '192.168.1.1',
      ip6: 'auto',
      mtu: 1400,
      firewall: false,
      linkDown: false,
      property: undefined,
    },
  );
  assert.equal(printNic(nic?.property ?? []), text);
});

test('free keys end where PVE ends', () => {
  const full = (bus: SlotBus, count: number) =>
    config(
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${bus}${index}`, 'x'])),
    );
  const limits: readonly [SlotBus, number][] = [
    ['ide', 4],
    ['sata', 6],
    ['scsi', 31],
    ['virtio', 16],
    ['mp', 256],
    ['net', 32],
    ['unused', 256],
    ['efidisk', 1],
  ];
  for (const [bus, count] of limits) {
    assert.equal(freeKey(full(bus, count - 1), bus), `${bus}${count - 1}`);
    assert.equal(freeKey(full(bus, count), bus), undefined, bus);
  }
  assert.equal(freeKey(config({ scsi0: 'x', scsi2: 'x' }), 'scsi'), 'scsi1');
  assert.equal(freeKey(config({ scsi0: 'x' }), 'scsi', ['scsi1']), 'scsi2');
});

test('boot order, bootable devices and startup', () => {
  const vm = config({
    boot: 'order=scsi0;ide2;net0',
    scsi0: 'a:b',
    ide2: 'none,media=cdrom',
    net0: 'virtio',
    hostpci0: '0000:01:00.0',
    unused0: 'a:c',
    efidisk0: 'a:d',
  });
  assert.deepEqual(bootOrder(vm), ['scsi0', 'ide2', 'net0']);
  assert.deepEqual(bootOrder(config({ boot: 'order=' })), []);
  assert.equal(bootOrder(config({ boot: 'cdn' })), undefined);
  assert.equal(bootOrder(config({})), undefined);
  assert.deepEqual(bootable(vm), ['scsi0', 'ide2', 'hostpci0', 'net0']);
  assert.deepEqual(parseStartup('order=1,up=30,down=60'), { order: 1, up: 30, down: 60 });
  assert.deepEqual(parseStartup('2,up=x'), { order: 2 });
  assert.deepEqual(parseStartup(''), {});
  assert.equal(printStartup({ down: 60, order: 0 }), 'order=0,down=60');
  assert.equal(printStartup({}), '');
});

test('what is written back is the raw value, never the safe one', () => {
  const notes = 'first line\nsecond\u0007 line';
  const known = config({ description: notes });
  assert.notEqual(known.entries.description, notes);
  assert.equal(rawValue(known, 'description'), notes);
  assert.equal(rawValue(known, 'constructor'), undefined);
  assert.equal(rawValue({ entries: known.entries }, 'description'), known.entries.description);
  const [disk] = disksOf(config({ scsi0: 'a1:b\u202e,size=1G' }), 'qemu');
  assert.equal(disk?.volume, 'a1:b·');
  assert.equal(propertyValue(disk?.property ?? [], 'file'), 'a1:b\u202e');
});
