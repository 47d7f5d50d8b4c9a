import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestSetAgent } from '../../../source/actions/guest-set-agent.ts';
import { guestSetConsole } from '../../../source/actions/guest-set-console.ts';
import { guestSetMachine } from '../../../source/actions/guest-set-machine.ts';
import { guestSetSmbios } from '../../../source/actions/guest-set-smbios.ts';
import { guestSetSpice } from '../../../source/actions/guest-set-spice.ts';
import { guestSetSystem } from '../../../source/actions/guest-set-system.ts';
import { asked, container, digest, known, runOn, vm } from './config-world.ts';
import { free, guest } from './fakes.ts';

const lxc = { type: 'lxc' as const };
const onLxc = { guest: lxc, facts: known(container) };

test('a form that was left as it is sends nothing', async () => {
  const raw = {
    ...vm,
    machine: 'pc-q35-9.2,viommu=virtio',
    hotplug: 'disk,network,usb',
    smbios1: 'uuid=5e3c0d2a-7b1f-4c7e-9a00-1f2e3d4c5b6a,manufacturer=Acme',
    spice_enhancements: 'videostreaming=filter',
  };
  const actions = [guestSetMachine, guestSetSystem, guestSetAgent, guestSetSmbios, guestSetSpice];
  for (const action of actions) {
    const start = initialValues(action, guest(), known(raw));
    const { calls } = await runOn(action, raw, start, { facts: known(raw) });
    assert.deepEqual(calls, [], action.id);
  }
  const start = initialValues(guestSetConsole, guest(lxc), known(container));
  assert.deepEqual((await runOn(guestSetConsole, container, start, onLxc)).calls, []);
});

test('the machine type changes and its other parts stay', async () => {
  const raw = { ...vm, machine: 'q35,viommu=virtio,enable-s3=0' };
  const start = initialValues(guestSetMachine, guest(), known(raw));
  assert.deepEqual([start.machine, start.viommu], ['q35', 'virtio']);
  const values = { ...start, machine: 'pc-q35-9.2+pve1' };
  const { calls } = await runOn(guestSetMachine, raw, values, { facts: known(raw) });
  assert.deepEqual(calls[0]?.sent, {
    set: { machine: 'pc-q35-9.2+pve1,viommu=virtio,enable-s3=0' },
    digest,
  });
  const gone = { ...start, machine: '', viommu: '' };
  const emptied = await runOn(guestSetMachine, raw, gone, { facts: known(raw) });
  assert.deepEqual(emptied.calls[0]?.sent, { set: { machine: 'enable-s3=0' }, digest });
});

test('UEFI without an EFI disk, another controller: what it means is said', () => {
  const { lines, level } = asked(guestSetMachine, { bios: 'ovmf', scsihw: 'lsi' }, known(vm));
  assert.equal(level, 2);
  const text = lines.join('\n');
  assert.match(text, /bios: \(not set\) → ovmf/);
  assert.match(text, /Without an EFI disk/);
  assert.match(text, /driver of the new controller/);
  const kept = known({ ...vm, efidisk0: 'local-lvm:vm-101-disk-2,size=4M' });
  const { lines: calm } = asked(guestSetMachine, { bios: 'ovmf' }, kept);
  assert.doesNotMatch(calm.join('\n'), /Without an EFI disk/);
});

test('what is no machine type, and an Intel vIOMMU without q35, stay here', () => {
  const problems = (values: Record<string, string>) =>
    Object.keys(fieldProblems(guestSetMachine, values, guest(), known(vm)));
  assert.deepEqual(problems({ machine: 'q36' }), ['machine']);
  assert.deepEqual(problems({ machine: 'pc-i440fx-8.1' }), []);
  assert.deepEqual(problems({ machine: 'pc', viommu: 'intel' }), ['viommu']);
  assert.deepEqual(problems({ machine: 'pc-q35-9.2', viommu: 'intel' }), []);
});

test('hotplug: the usual set is not written, nothing at all is 0', async () => {
  const start = initialValues(guestSetSystem, guest(), known(vm));
  assert.equal(start.hotplug, 'network;disk;usb');
  const send = async (raw: Readonly<Record<string, string>>, hotplug: string | undefined) =>
    (await runOn(guestSetSystem, raw, { hotplug }, { facts: known(raw) })).calls[0]?.sent;
  assert.deepEqual(await send(vm, 'network;cpu'), { set: { hotplug: 'network,cpu' }, digest });
  assert.deepEqual(await send(vm, undefined), { set: { hotplug: '0' }, digest });
  const none = { ...vm, hotplug: '0' };
  assert.equal(initialValues(guestSetSystem, guest(), known(none)).hotplug, '');
  assert.deepEqual(await send(none, 'usb;disk;network'), { delete: ['hotplug'], digest });
  assert.equal(await send(none, ''), undefined);
});

test('switches that are on unless they are set are read and written so', async () => {
  const start = initialValues(guestSetSystem, guest(), known(vm));
  assert.deepEqual([start.acpi, start.kvm, start.tablet], [true, true, true]);
  assert.deepEqual([start.localtime, start.freeze, start.startdate], [false, false, 'now']);
  const values = { ...start, kvm: false, acpi: false, localtime: true, startdate: '2026-06-17' };
  const { calls } = await runOn(guestSetSystem, vm, values);
  assert.deepEqual(calls[0]?.sent, {
    set: { acpi: '0', kvm: '0', localtime: '1', startdate: '2026-06-17' },
    digest,
  });
  const text = asked(guestSetSystem, values, known(vm)).lines.join('\n');
  assert.match(text, /Without KVM the VM is many times slower/);
  assert.match(text, /takes no notice of shutdown/);
  const wrong = fieldProblems(guestSetSystem, { startdate: '17.6.2026' }, guest(), known(vm));
  assert.deepEqual(Object.keys(wrong), ['startdate']);
});

test('the agent keeps what it was told, under the name that was used', async () => {
  const start = initialValues(guestSetAgent, guest(), known(vm));
  assert.deepEqual(
    [start.enabled, start['fstrim-cloned-disks'], start['freeze-fs-on-backup']],
    [true, true, true],
  );
  const still = { ...start, 'freeze-fs-on-backup': false };
  const { calls } = await runOn(guestSetAgent, vm, still);
  const written = {
    set: { agent: 'enabled=1,fstrim_cloned_disks=1,freeze-fs-on-backup=0' },
    digest,
  };
  assert.deepEqual(normal(calls[0]?.sent), normal(written));
  assert.match(asked(guestSetAgent, still, known(vm)).lines.join('\n'), /may be inconsistent/);
  const newer = { ...vm, agent: '1,freeze-fs=0' };
  const read = initialValues(guestSetAgent, guest(), known(newer));
  assert.equal(read['freeze-fs-on-backup'], false);
  const back = await runOn(
    guestSetAgent,
    newer,
    { ...read, 'freeze-fs-on-backup': true },
    { facts: known(newer) },
  );
  assert.doesNotMatch(JSON.stringify(back.calls), /freeze-fs=0|freeze-fs-on-backup/);
});

/** The first part may stand with or without its key. */
function normal(sent: unknown): string {
  return JSON.stringify(sent).replaceAll('enabled=1', '1');
}

test('SMBIOS texts are base64 in every part once one of them is', async () => {
  const uuid = '5e3c0d2a-7b1f-4c7e-9a00-1f2e3d4c5b6a';
  const raw = { ...vm, smbios1: `uuid=${uuid},manufacturer=Acme` };
  const start = initialValues(guestSetSmbios, guest(), known(raw));
  assert.deepEqual([start.uuid, start.manufacturer, start.family], [uuid, 'Acme', undefined]);
  const values = { ...start, manufacturer: 'Ačme, Inc.', product: 'Server 1' };
  const { calls } = await runOn(guestSetSmbios, raw, values, { facts: known(raw) });
  const sent = calls[0]?.sent as { set: { smbios1: string } };
  const parts = Object.fromEntries(
    sent.set.smbios1.split(',').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
  const decode = (text = '') => Buffer.from(text, 'base64').toString('utf8');
  assert.equal(parts.base64, '1');
  assert.equal(parts.uuid, uuid);
  assert.equal(decode(parts.manufacturer), 'Ačme, Inc.');
  assert.equal(decode(parts.product), 'Server 1');
  assert.deepEqual(Object.keys(parts).sort(), ['base64', 'manufacturer', 'product', 'uuid']);
  const encoded = { ...vm, smbios1: sent.set.smbios1 };
  const again = initialValues(guestSetSmbios, guest(), known(encoded));
  assert.deepEqual([again.manufacturer, again.product], ['Ačme, Inc.', 'Server 1']);
  const wrong = fieldProblems(guestSetSmbios, { uuid: 'mine' }, guest(), known(raw));
  assert.deepEqual(Object.keys(wrong), ['uuid']);
});

test('the console of a container: a shell without login is said, and defaults are not written', async () => {
  const values = { cmode: 'shell', console: false, tty: 3, timezone: 'Europe/Warsaw' };
  const { calls } = await runOn(guestSetConsole, container, values, onLxc);
  assert.deepEqual(calls[0]?.sent, {
    set: { cmode: 'shell', console: '0', tty: '3', timezone: 'Europe/Warsaw' },
    digest,
  });
  const { lines } = asked(guestSetConsole, values, known(container), lxc);
  assert.match(lines.join('\n'), /root inside, without a login/);
  const wrong = { tty: 7, timezone: 'Europe Warsaw' };
  assert.deepEqual(
    Object.keys(fieldProblems(guestSetConsole, wrong, guest(lxc), known(container))).sort(),
    ['timezone', 'tty'],
  );
});

test('each of them is offered to its kind of guest only', () => {
  const offered = (action: typeof guestSetConsole, type: 'qemu' | 'lxc') =>
    availabilityOf(action, guest({ type }), known(type === 'qemu' ? vm : container), free).state;
  for (const action of [guestSetMachine, guestSetSystem, guestSetAgent, guestSetSmbios]) {
    assert.deepEqual([offered(action, 'qemu'), offered(action, 'lxc')], ['yes', 'hidden']);
  }
  assert.deepEqual(
    [offered(guestSetConsole, 'qemu'), offered(guestSetConsole, 'lxc')],
    ['hidden', 'yes'],
  );
});
