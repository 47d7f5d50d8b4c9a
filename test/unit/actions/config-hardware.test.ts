import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestDiskAdd } from '../../../source/actions/guest-disk-add.ts';
import { guestDiskAttach } from '../../../source/actions/guest-disk-attach.ts';
import { guestDiskDetach } from '../../../source/actions/guest-disk-detach.ts';
import { guestDiskGrow } from '../../../source/actions/guest-disk-grow.ts';
import { guestDiskMove } from '../../../source/actions/guest-disk-move.ts';
import { guestDiskReassign } from '../../../source/actions/guest-disk-reassign.ts';
import { guestDiskRemove } from '../../../source/actions/guest-disk-remove.ts';
import { guestEject } from '../../../source/actions/guest-eject.ts';
import { guestMountIso } from '../../../source/actions/guest-mount-iso.ts';
import { guestSetBoot } from '../../../source/actions/guest-set-boot.ts';
import { guestSetCpu } from '../../../source/actions/guest-set-cpu.ts';
import { guestSetDisplay } from '../../../source/actions/guest-set-display.ts';
import { guestSetMemory } from '../../../source/actions/guest-set-memory.ts';
import { asked, container, digest, known, refused, runOn, vm } from './config-world.ts';
import { free, guest, safe } from './fakes.ts';

const stopped = { status: safe('stopped') };
const lxc = { type: 'lxc' as const };

test('memory: only what changed is sent, with the digest it was read with', async () => {
  const start = initialValues(guestSetMemory, guest(), known(vm));
  assert.deepEqual(start, { memory: 2048, balloon: undefined });
  const { calls, result } = await runOn(
    guestSetMemory,
    vm,
    { ...start, memory: 4096 },
    { pending: [{ key: safe('memory'), value: safe('2048'), pending: safe('4096') }] },
  );
  assert.deepEqual(calls, [{ call: 'config', sent: { set: { memory: '4096' }, digest } }]);
  assert.match(
    result.ok && result.value.kind === 'done' ? result.value.message : '',
    /^Memory of guest 101 web-server changed; at the next start: memory$/,
  );
  const none = await runOn(guestSetMemory, vm, start);
  assert.deepEqual(none.calls, [], 'nothing changed, nothing is sent');
});

test('memory: an emptied field unsets its key, and the question tells old and new', async () => {
  const raw = { ...vm, balloon: '1024' };
  const { calls } = await runOn(guestSetMemory, raw, { memory: 2048, balloon: undefined });
  assert.deepEqual(calls[0]?.sent, { delete: ['balloon'], digest });
  const { lines, level } = asked(guestSetMemory, { memory: 4096, balloon: 0 }, known(raw));
  assert.equal(level, 2);
  assert.deepEqual(lines.slice(0, 2), ['memory: 2048 → 4096', 'balloon: 1024 → 0']);
  assert.match(lines.join('\n'), /At once, while it runs: balloon\.\nAt the next start: memory\./);
  const still = asked(guestSetMemory, { memory: 4096 }, known(raw), stopped);
  assert.match(still.lines.join('\n'), /It is stopped: this is so from its next start on/);
});

test('memory: values are checked against each other, and a container has swap', () => {
  const problems = (values: Record<string, number>) =>
    fieldProblems(guestSetMemory, values, guest(), known(vm));
  assert.match(problems({ memory: 8 }).memory ?? '', /at least 16/);
  assert.match(problems({ memory: 1024, balloon: 2048 }).balloon ?? '', /at most the memory/);
  assert.deepEqual(initialValues(guestSetMemory, guest(lxc), known(container)), {
    memory: 512,
    swap: 512,
  });
});

test('memory: a passed-through device is shown with its mapping', () => {
  const raw = { ...vm, hostpci0: 'mapping=gpu,pcie=1', usb0: 'host=1234:5678' };
  const mappings = [
    { kind: 'pci' as const, id: safe('gpu'), description: safe('Arc A380'), nodes: [] },
  ];
  const { lines } = asked(guestSetMemory, { memory: 4096 }, known(raw, { choices: { mappings } }));
  const text = lines.join('\n');
  assert.match(text, /hostpci0 passes through the mapping gpu \(Arc A380\)/);
  assert.match(text, /usb0 passes through 1234:5678 of its node/);
  assert.match(text, /the balloon frees none/);
});

test('cpu: the flags of a type stay, vCPUs and a node that is too small are told', async () => {
  const values = { cores: 4, sockets: 3, cpu: 'host' };
  const { calls } = await runOn(guestSetCpu, vm, values);
  assert.deepEqual(calls[0]?.sent, {
    set: { cores: '4', sockets: '3', cpu: 'host,flags=+aes' },
    digest,
  });
  const { lines } = asked(guestSetCpu, values, known(vm));
  assert.ok(lines.includes('vCPUs: 2 → 12'));
  assert.match(lines.join('\n'), /Node pve1 has 8 CPUs only/);
  const start = initialValues(guestSetCpu, guest(), known(vm));
  assert.equal(start.cpu, 'x86-64-v2-AES');
  assert.deepEqual((await runOn(guestSetCpu, vm, start)).calls, []);
});

test('a disk is added at the first free place of its bus, its size in GiB', async () => {
  const start = initialValues(guestDiskAdd, guest(), known(vm));
  assert.equal(start.storage, 'local-lvm');
  assert.equal(start.iothread, true, 'the controller has a thread for each disk');
  const values = { ...start, size: '512M', discard: true, iothread: false };
  const { calls, result } = await runOn(guestDiskAdd, vm, values, {
    answer: { ok: true, value: { upid: 'UPID:pve1:1' } },
  });
  assert.deepEqual(calls[0]?.sent, { set: { scsi1: 'local-lvm:0.5,discard=on' }, digest });
  assert.deepEqual(result, { ok: true, value: { kind: 'task', upid: 'UPID:pve1:1' } });
  const mount = { storage: 'local-lvm', size: '8', mp: '/srv/data', backup: true };
  const on = { guest: lxc, facts: known(container) };
  const added = await runOn(guestDiskAdd, container, mount, on);
  assert.deepEqual(added.calls[0]?.sent, {
    set: { mp0: 'local-lvm:8,mp=/srv/data,backup=1' },
    digest,
  });
});

test('a disk that does not fit is told before, and a wrong size or path is refused', () => {
  const values = { bus: 'scsi', storage: 'local-lvm', size: '200G' };
  assert.match(asked(guestDiskAdd, values, known(vm)).lines.join('\n'), /more than local-lvm has/);
  const problems = (on: object, given: object) =>
    fieldProblems(guestDiskAdd, { storage: 'local-lvm', ...given }, guest(on), known(vm));
  assert.ok(problems({}, { size: 'big' }).size);
  assert.ok(problems({}, { size: '0' }).size);
  assert.deepEqual(problems({}, { size: '1.5T', bus: 'scsi' }), {});
  assert.match(problems(lxc, { size: '8G', mp: 'srv' }).mp ?? '', /absolute path/);
  assert.match(problems({}, { size: '8G', storage: 'nfs' }).storage ?? '', /is not one of/);
});

test('a refusal of the new key stands at the storage of the form', async () => {
  const { result } = await runOn(
    guestDiskAdd,
    vm,
    { bus: 'scsi', storage: 'local-lvm', size: '8G' },
    { answer: refused({ fields: { scsi1: safe('no space'), digest: safe('bad') } }) },
  );
  const fields = result.ok ? undefined : result.failure.fields;
  assert.deepEqual(fields, { storage: 'no space', digest: 'bad' });
});

test('growing sends the size as it was typed and tells both sizes', async () => {
  const { calls } = await runOn(guestDiskGrow, vm, { disk: 'scsi0', size: '+10G' });
  assert.deepEqual(calls, [{ call: 'resize', sent: { disk: 'scsi0', size: '+10G', digest } }]);
  const { lines, question, level } = asked(
    guestDiskGrow,
    { disk: 'scsi0', size: '+10G' },
    known(vm),
  );
  assert.equal(level, 2);
  assert.equal(question, 'Grow scsi0 of guest 101 web-server by 10G?');
  assert.match(lines[0] ?? '', /32\.0 GiB → 42\.0 GiB/);
  const problem = (size: string, disk = 'scsi0') =>
    fieldProblems(guestDiskGrow, { disk, size }, guest(), known(vm));
  assert.match(problem('16G').size ?? '', /can only grow/);
  assert.match(problem('64').size ?? '', /needs a unit/);
  assert.deepEqual(problem('64G'), {});
  assert.ok(problem('+1G', 'ide2').disk, 'a CD drive does not grow');
});

test('moving: to another storage, the format where it keeps files', async () => {
  const values = { disk: 'scsi0', storage: 'files', format: 'qcow2', delete: true, bwlimit: 5000 };
  const { calls } = await runOn(guestDiskMove, vm, values);
  assert.deepEqual(calls[0], {
    call: 'move',
    sent: {
      disk: 'scsi0',
      storage: 'files',
      format: 'qcow2',
      deleteOriginal: true,
      bwlimit: 5000,
      digest,
    },
  });
  const problems = fieldProblems(
    guestDiskMove,
    { disk: 'scsi0', storage: 'local-lvm' },
    guest(),
    known(vm),
  );
  assert.match(problems.storage ?? '', /there already/);
  const running = availabilityOf(guestDiskMove, guest(lxc), known(container), free);
  assert.equal(running.state, 'disabled');
});

test('detaching keeps the volume, destroying takes a typed name and forces an attached one', async () => {
  const detached = await runOn(guestDiskDetach, vm, { disk: 'scsi0' });
  assert.deepEqual(detached.calls[0]?.sent, { delete: ['scsi0'], digest });
  const words = asked(guestDiskDetach, { disk: 'scsi0' }, known(vm)).lines.join('\n');
  assert.match(words, /stays as an unused disk/);
  assert.match(words, /boot order names scsi0/);
  const unused = await runOn(guestDiskRemove, vm, { disk: 'unused0' });
  assert.deepEqual(unused.calls[0]?.sent, { delete: ['unused0'], digest });
  const attached = await runOn(guestDiskRemove, vm, { disk: 'scsi0' });
  assert.deepEqual(attached.calls[0]?.sent, { delete: ['scsi0'], force: true, digest });
  const { level, typed, lines } = asked(guestDiskRemove, { disk: 'scsi0' }, known(vm));
  assert.equal(level, 3);
  assert.equal(typed, 'web-server');
  assert.match(lines.join('\n'), /everything on it is lost for good/);
  assert.equal(initialValues(guestDiskRemove, guest(), known(vm)).disk, 'unused0');
  const ct = availabilityOf(guestDiskRemove, guest(lxc), known(container), free);
  assert.match(ct.state === 'disabled' ? ct.reason : '', /detach a mount point first/);
});

test('an unused volume is attached again at a free place', async () => {
  const start = initialValues(guestDiskAttach, guest(), known(vm));
  assert.deepEqual(start, { disk: 'unused0', bus: 'scsi' });
  const { calls } = await runOn(guestDiskAttach, vm, start);
  assert.deepEqual(calls[0]?.sent, { set: { scsi1: 'local-lvm:vm-101-disk-1' }, digest });
  const raw = { ...container, unused0: 'local-lvm:vm-101-disk-2' };
  const mount = { disk: 'unused0', mp: '/srv' };
  const on = { guest: lxc, facts: known(raw) };
  const mounted = await runOn(guestDiskAttach, raw, mount, on);
  assert.deepEqual(mounted.calls[0]?.sent, {
    set: { mp0: 'local-lvm:vm-101-disk-2,mp=/srv' },
    digest,
  });
  assert.equal(
    availabilityOf(guestDiskAttach, guest(lxc), known(container), free).state,
    'disabled',
  );
});

test('reassigning: an unused disk goes to another guest of the node, one in use does not', async () => {
  const values = { disk: 'unused0', target: '102', key: 'scsi3' };
  assert.deepEqual(fieldProblems(guestDiskReassign, values, guest(), known(vm)), {});
  const { calls } = await runOn(guestDiskReassign, vm, values);
  assert.deepEqual(calls[0], {
    call: 'move',
    sent: { disk: 'unused0', targetVmid: 102, targetDisk: 'scsi3', digest },
  });
  const used = fieldProblems(guestDiskReassign, { ...values, disk: 'scsi0' }, guest(), known(vm));
  assert.match(used.disk ?? '', /detach it first/);
  const off = guest(stopped);
  assert.deepEqual(
    fieldProblems(guestDiskReassign, { ...values, disk: 'scsi0' }, off, known(vm)),
    {},
  );
});

test('a CD image goes into the drive and out again; what the drive has besides stays', async () => {
  const images = {
    pve1: [{ volid: safe('local:iso/debian.iso'), content: safe('iso'), size: 2 ** 30 }],
  };
  const given = known(vm, { choices: { images } });
  assert.deepEqual(initialValues(guestMountIso, guest(), given), {
    drive: 'ide2',
    iso: 'local:iso/debian.iso',
  });
  const values = { drive: 'ide2', iso: 'local:iso/debian.iso' };
  const { calls } = await runOn(guestMountIso, vm, values);
  assert.deepEqual(calls[0]?.sent, { set: { ide2: 'local:iso/debian.iso,media=cdrom' }, digest });
  const fresh = await runOn(guestMountIso, vm, { ...values, drive: 'ide3' });
  assert.deepEqual(fresh.calls[0]?.sent, {
    set: { ide3: 'local:iso/debian.iso,media=cdrom' },
    digest,
  });
  const loaded = { ...vm, ide2: 'local:iso/debian.iso,media=cdrom,size=1G' };
  const out = await runOn(guestEject, loaded, { drive: 'ide2' });
  assert.deepEqual(out.calls[0]?.sent, { set: { ide2: 'none,media=cdrom' }, digest });
  assert.equal(availabilityOf(guestEject, guest(), known(vm), free).state, 'disabled');
});

test('display: SPICE gained or lost is told; a serial display needs its port', async () => {
  const { calls } = await runOn(guestSetDisplay, vm, { type: 'qxl', memory: 32, clipboard: '' });
  assert.deepEqual(calls[0]?.sent, { set: { vga: 'qxl,memory=32' }, digest });
  const spice = { ...vm, vga: 'type=qxl,memory=32' };
  const start = initialValues(guestSetDisplay, guest(), known(spice));
  assert.deepEqual((await runOn(guestSetDisplay, spice, start)).calls, []);
  assert.match(
    asked(guestSetDisplay, { ...start, type: 'std' }, known(spice)).lines.join('\n'),
    /SPICE is not possible afterwards/,
  );
  const problem = fieldProblems(guestSetDisplay, { type: 'serial0' }, guest(), known(vm));
  assert.match(problem.type ?? '', /has no serial0/);
});

test('boot order: the devices of the VM in the order they were picked', async () => {
  const start = initialValues(guestSetBoot, guest(), known(vm));
  assert.equal(start.boot, 'scsi0;net0');
  const { calls } = await runOn(guestSetBoot, vm, { boot: 'ide2;scsi0' });
  assert.deepEqual(calls[0]?.sent, { set: { boot: 'order=ide2;scsi0' }, digest });
  assert.deepEqual((await runOn(guestSetBoot, vm, start)).calls, []);
  const problems = fieldProblems(guestSetBoot, { boot: 'scsi0;scsi7' }, guest(), known(vm));
  assert.match(problems.boot ?? '', /scsi7 is no device/);
});
