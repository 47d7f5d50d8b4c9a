import assert from 'node:assert/strict';
import test from 'node:test';
import { startHomelab } from './homelab.ts';

const homelab = await startHomelab({ speed: 40 });
test.after(() => homelab.close());
const { demo, profile } = homelab;
const admin = await profile('admin', [{ id: 'home' }]);
const run = (...argv: readonly string[]) => homelab.run(admin, ['guest', ...argv]);
const guestOf = (vmid: number) => {
  demo.world.settle();
  const guest = demo.world.guests.get(vmid);
  assert.ok(guest);
  return guest;
};

test('a number is unset with an empty value or none', async () => {
  assert.equal(guestOf(102).pending.balloon, null, 'the demo begins with it');
  const kept = await run('set-memory', '102', '--balloon', '1024');
  assert.equal(kept.code, 0, kept.err);
  assert.equal(guestOf(102).config.balloon, 1024);
  for (const value of ['', 'none']) {
    await run('set-memory', '102', '--balloon', '1024');
    const gone = await run('set-memory', '102', '--balloon', value);
    assert.equal(gone.code, 0, gone.err);
    assert.ok(!('balloon' in guestOf(102).config), `unset with '${value}'`);
  }
  const limit = () => guestOf(101).config.cpulimit;
  await run('set-cpu', '101', '--cpulimit', '1.5');
  assert.equal(limit(), 1.5);
  await run('set-cpu', '101', '--cpulimit', '');
  assert.equal(limit(), undefined);
  const wrong = await run(
    'disk-move',
    '101',
    '--disk',
    'scsi0',
    '--storage',
    'x',
    '--bwlimit',
    'y',
  );
  assert.equal(wrong.code, 64);
  const help = await run('set-memory', '--help');
  assert.match(help.out, /--balloon NUMBER .* '' or none unsets it\./);
});

test('a disk is changed in what is named, and told when it waits', async () => {
  const changed = await run('disk-edit', '101', '--disk', 'scsi0', '--discard', '--iops-rd', '100');
  assert.equal(changed.code, 0, changed.err);
  assert.match(changed.out, /scsi0 of guest 101 web-server changed; at the next start: scsi0/);
  assert.match(String(guestOf(101).pending.scsi0), /discard=on.*iops_rd=100/);
  // The path of a mount point need not be said again.
  const parts = (value: unknown) => String(value).split(',').sort();
  const before = parts(guestOf(200).config.mp0);
  const mount = await run('disk-edit', '200', '--disk', 'mp0', '--backup', '--json');
  assert.equal(mount.code, 0, mount.err);
  assert.deepEqual(parts(guestOf(200).pending.mp0), [...before, 'backup=1'].sort());
  const needed = await run('disk-edit', '200', '--backup');
  assert.equal(needed.code, 64);
  assert.match(needed.err, /--disk .*: is needed/);
});

test('devices: added, refused with the words of Proxmox, removed', async () => {
  const serial = await run('serial-add', '101', '--device', 'socket');
  assert.equal(serial.code, 0, serial.err);
  assert.match(serial.out, /serial0 added .*; at the next start: serial0/);
  const needed = await run('usb-add', '101');
  assert.equal(needed.code, 64);
  const elsewhere = await run('usb-add', '101', '--device', 'zigbee');
  assert.match(elsewhere.err, /zigbee is not defined on pve1/);
  const raw = await run('usb-add', '101', '--device', '1050:0407');
  assert.equal(raw.code, 2);
  assert.match(raw.err, /only root can set 'usb0' config for real devices/);
  const device = await run('device-add', '200', '--path', '/dev/dri/card0');
  assert.match(device.err, /device passthrough is only allowed for root@pam/);
  const twice = await run('efi-add', '110', '--storage', 'local-lvm');
  assert.match(twice.err, /it has an EFI disk; detach that first/);
  const gone = await run('hardware-remove', '111', '--device', 'hostpci0', '--confirm', '111');
  assert.equal(gone.code, 0, gone.err);
  assert.ok(!('hostpci0' in guestOf(111).config));
});

test('state disks are detached and destroyed like others, and what waits can be taken back', async () => {
  const made = await run('efi-add', '111', '--storage', 'local-lvm');
  assert.equal(made.code, 0, made.err);
  const volume = String(guestOf(111).config.efidisk0).split(',')[0];
  const detached = await run('disk-detach', '111', '--disk', 'efidisk0', '--confirm', '111');
  assert.equal(detached.code, 0, detached.err);
  assert.equal(guestOf(111).config.unused0, volume);
  await run('tpm-add', '111', '--storage', 'local-lvm');
  assert.match(String(guestOf(111).config.tpmstate0), /version=v2\.0/);
  const unsure = await run('disk-remove', '111', '--disk', 'tpmstate0');
  assert.equal(unsure.code, 64);
  assert.match(unsure.err, /BitLocker asks for its recovery key/);
  const typed = ['--confirm', 'win10-test'];
  const gone = await run('disk-remove', '111', '--disk', 'tpmstate0', ...typed);
  assert.equal(gone.code, 0, gone.err);
  assert.ok(!('tpmstate0' in guestOf(111).config));
  assert.ok(!Object.values(guestOf(111).config).some((value) => /disk-2\b/.test(String(value))));
  // A device that has not arrived yet.
  await run('rng-set', '101', '--source', '/dev/urandom');
  assert.equal(guestOf(101).pending.rng0, 'source=/dev/urandom');
  const back = await run('hardware-remove', '101', '--device', 'rng0');
  assert.equal(back.code, 0, back.err);
  assert.ok(!('rng0' in guestOf(101).pending));
});
