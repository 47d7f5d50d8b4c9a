// Hardware of a VM: each device is asked with what is sent and when it is true, and arrives in the world so.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  answer,
  cursorRow,
  guestOf,
  openConsole,
  openTab,
  pressFor,
  type Scene,
  selectGuest,
  untilWorld,
  write,
} from '../support/scenario.ts';

/** Opens an action of the edit menu. */
async function edit({ terminal }: Scene, key: string, wanted: RegExp): Promise<string> {
  await pressFor(terminal, 'e', /┌─ Edit /);
  return pressFor(terminal, key, wanted);
}

const sent = ({ homelab }: Scene) =>
  homelab
    .requests()
    .filter(({ method }) => method !== 'GET')
    .at(-1);

describe('the hardware of a VM', { concurrency: 2 }, () => {
  test('EFI disk, TPM and a USB device are added, a disk gets discard, one device goes again', async (t) => {
    const scene = await openConsole(t, { rows: 40, cols: 110 });
    const { terminal, homelab } = scene;
    const vm = () => guestOf(scene, 101);
    await selectGuest(terminal, 'web-server');

    await edit(scene, 'I', /┌─ Add EFI disk/);
    await terminal.waitFor(/Secure Boot keys +\[x\] yes/);
    const efi = await pressFor(terminal, 'enter', 'y/N');
    assert.match(efi, /Add an EFI disk to guest 101 web-server\?/);
    assert.match(efi, /efidisk0: \(not set\) → local-lvm:1,efitype=4m,pre-enrolled-keys=1/);
    assert.match(efi, /At the next start: efidisk0/);
    assert.match(efi, /BIOS of guest 101 web-server is seabios; only OVMF uses the disk/);
    assert.deepEqual(homelab.writes(), [], 'nothing is sent before the answer');
    await answer(terminal, 'y');
    await terminal.waitFor(/efidisk0 added to guest 101 web-server; at the next start: efidisk0/);
    assert.match(String(vm().pending.efidisk0), /^local-lvm:vm-101-disk-\d+,efitype=4m/);
    assert.ok('digest' in (sent(scene)?.params ?? {}), 'with the digest it was read with');

    await edit(scene, 'T', /┌─ Add TPM/);
    await terminal.waitFor(/Version +‹ 2\.0 ›/);
    assert.match(await pressFor(terminal, 'enter', 'y/N'), /Keep the recovery keys/);
    await answer(terminal, 'y');
    await untilWorld(scene, 'a TPM that waits', () =>
      String(vm().pending.tpmstate0).includes('version=v2.0'),
    );
    await terminal.waitFor(/tpmstate0 added/);

    await edit(scene, 'Z', /Device\* +‹ spice/);
    const usb = await pressFor(terminal, 'enter', 'y/N');
    assert.match(usb, /usb0: \(not set\) → host=spice/);
    assert.match(usb, /At once, while it runs: usb0/);
    await answer(terminal, 'y');
    await terminal.waitFor(/usb0 added to guest 101 web-server/);
    assert.equal(vm().config.usb0, 'host=spice');

    const before = String(vm().config.scsi0);
    await edit(scene, 'F', /Disk\* +‹ scsi0/);
    for (let step = 0; step < 2; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> Discard +\[ \] no/);
    await pressFor(terminal, 'space', /> Discard +\[x\] yes/);
    const discard = await pressFor(terminal, 'enter', 'y/N');
    assert.match(discard, /scsi0 discard: \(not set\) → on/);
    assert.match(discard, /At the next start: scsi0/);
    await answer(terminal, 'y');
    await terminal.waitFor(/scsi0 of guest 101 web-server changed; at the next start: scsi0/);
    assert.equal(vm().config.scsi0, before, 'what runs stays as it was');
    const parts = String(vm().pending.scsi0).split(',');
    assert.ok(parts.includes('discard=on'));
    assert.deepEqual(
      parts.filter((part) => part !== 'discard=on').sort(),
      before.split(',').sort(),
    );

    await edit(scene, 'H', /Device\* +‹ usb0, host=spice/);
    assert.match(await pressFor(terminal, 'enter', 'y/N'), /usb0: host=spice → \(not set\)/);
    await answer(terminal, 'y');
    await terminal.waitFor(/usb0 removed from guest 101 web-server/);
    assert.ok(!('usb0' in vm().config));
  });

  test('a device of the node is found by its name, told to be for root@pam, and refused', async (t) => {
    const scene = await openConsole(t, { rows: 40, cols: 110 });
    const { terminal } = scene;
    await selectGuest(terminal, 'web-server');
    await edit(scene, 'P', /Device\* +‹ mapping gpu, Graphics card/);
    await pressFor(terminal, '0', /0000:03:00\.0 Intel Corporation Ethernet/);
    await write(terminal, '3:00');
    await pressFor(terminal, 'backspace', /\/ 03:0/);
    for (let step = 0; step < 4; step += 1) await terminal.press('backspace');
    await write(terminal, '0000:03');
    await pressFor(terminal, 'enter', /‹ 0000:03:00\.0 Intel/);
    const question = await pressFor(terminal, 'enter', 'y/N');
    assert.match(question, /hostpci0: \(not set\) → host=0000:03:00\.0/);
    assert.match(question, /only root@pam set a device of the node itself/);
    await answer(terminal, 'y');
    await terminal.waitFor(/only root can set 'hostpci0' config for non-mapped devices/);
    assert.ok(!('hostpci0' in guestOf(scene, 101).config));
  });

  test('on a row of the configuration the edit key opens what fits it', async (t) => {
    const scene = await openConsole(t, { rows: 40, cols: 110 });
    const { terminal } = scene;
    await selectGuest(terminal, 'win10-test');
    await terminal.press('enter');
    await openTab(terminal, 'Config');
    const toRow = async (key: string) => {
      const there = () => new RegExp(`^> +${key} `).test(cursorRow(terminal));
      await terminal.press('g');
      for (let step = 0; step < 40 && !there(); step += 1) {
        const now = cursorRow(terminal);
        await terminal.press('j');
        await terminal.waitFor(() => cursorRow(terminal) !== now, 'another row');
      }
      assert.ok(there(), terminal.text());
    };
    await toRow('audio0');
    await pressFor(terminal, 'e', /┌─ Audio device/);
    await terminal.press('esc');
    await toRow('scsi0');
    await pressFor(terminal, 'e', /┌─ Disk options/);
    await terminal.press('esc');
    await toRow('hostpci0');
    await pressFor(terminal, 'e', /┌─ PCI device/);
    await terminal.waitFor(/PCI device\* +‹ hostpci0, mapping=gpu,pcie=1/);
    await terminal.waitFor(/PCI Express +\[x\] yes/);
    for (let step = 0; step < 3; step += 1) await terminal.press('tab');
    await terminal.waitFor(/> ROM bar/);
    await terminal.press('space');
    const question = await pressFor(terminal, 'enter', 'y/N');
    assert.match(question, /hostpci0 rombar: \(not set\) → 0/);
    assert.match(question, /It is stopped: this is so from its next start on/);
    await answer(terminal, 'y');
    await untilWorld(
      scene,
      'the changed device',
      () => guestOf(scene, 111).config.hostpci0 === 'mapping=gpu,pcie=1,rombar=0',
    );
  });

  test('a console that may only look offers none of it', async (t) => {
    const scene = await openConsole(t, { rows: 40, cols: 110, args: ['--read-only'] });
    const { terminal, homelab } = scene;
    await selectGuest(terminal, 'web-server');
    await pressFor(terminal, 'e', /Disk options +– read-only mode/);
    await terminal.press('F');
    await terminal.waitFor(/read-only mode: nothing but GET/);
    assert.deepEqual(homelab.writes(), []);
  });
});
