import assert from 'node:assert/strict';
import test from 'node:test';
import type { Demo } from '../../../source/demo/index.ts';
import { type Ask, ask, data, demoFor } from './client.ts';

type Row = Record<string, unknown>;

const web = '/nodes/pve1/qemu/101';
const minio = '/nodes/pve1/lxc/200';

function guest(demo: Demo, vmid: number) {
  const found = demo.world.guests.get(vmid);
  assert.ok(found);
  return found;
}

/** Headers of root@pam logged in with a password, which no token is. */
async function rootHeaders(demo: Demo): Promise<Record<string, string>> {
  const password = demo.world.accounts.users.get('root@pam')?.password ?? '';
  const { ticket = '', CSRFPreventionToken: csrf = '' } = await data<Record<string, string>>(
    demo,
    'POST',
    '/access/ticket',
    { form: { username: 'root@pam', password }, as: 'none' },
  );
  return { Cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, CSRFPreventionToken: csrf };
}

const put = (demo: Demo, path: string, form: Record<string, string>, options: Ask = {}) =>
  ask(demo, 'PUT', `${path}/config`, { form, ...options });
const said = async (demo: Demo, path: string, form: Record<string, string>, options: Ask = {}) =>
  (await put(demo, path, form, options)).statusText;

async function changed(demo: Demo, path: string, form: Record<string, string>, options: Ask = {}) {
  const { status, statusText, text } = await put(demo, path, form, options);
  assert.equal(status, 200, `${statusText} ${text}`);
}

test('a node tells its devices to those who may look', async (t) => {
  const demo = await demoFor(t);
  const pci = await data<Row[]>(demo, 'GET', '/nodes/pve1/hardware/pci');
  assert.deepEqual(
    pci.map(({ id, vendor_name: vendor, mdev }) => [id, vendor, mdev]),
    [
      ['0000:00:02.0', 'Intel Corporation', 1],
      ['0000:01:00.0', 'NVIDIA Corporation', undefined],
      ['0000:01:00.1', 'NVIDIA Corporation', undefined],
      ['0000:03:00.0', 'Intel Corporation', undefined],
    ],
  );
  const bare = '/nodes/pve1/hardware/pci?verbose=0&pci-class-blacklist=03;04';
  assert.deepEqual(
    (await data<Row[]>(demo, 'GET', bare)).map((row) => Object.keys(row)),
    [['id', 'class', 'device', 'iommugroup', 'vendor']],
  );
  const types = await data<Row[]>(demo, 'GET', '/nodes/pve1/hardware/pci/0000:00:02.0/mdev');
  assert.deepEqual(
    types.map(({ type }) => type),
    ['i915-GVTg_V5_8', 'i915-GVTg_V5_4'],
  );
  assert.deepEqual(await data(demo, 'GET', '/nodes/pve1/hardware/pci/gpu/mdev'), []);
  assert.equal((await ask(demo, 'GET', '/nodes/pve1/hardware/pci/nothing/mdev')).status, 500);
  const usb = await data<Row[]>(demo, 'GET', '/nodes/pve3/hardware/usb');
  assert.ok(usb.some(({ vendid, prodid }) => vendid === '10c4' && prodid === 'ea60'));
  // Looking at PCI takes Sys.Audit, at USB Sys.Modify.
  const auditor: Ask = { as: 'auditor' };
  assert.equal((await ask(demo, 'GET', '/nodes/pve1/hardware/pci', auditor)).status, 200);
  assert.equal((await ask(demo, 'GET', '/nodes/pve1/hardware/usb', auditor)).status, 403);
  demo.world.faults.nodeDown('pve3', true);
  assert.equal((await ask(demo, 'GET', '/nodes/pve3/hardware/pci')).status, 595);
});

test('every device is checked part by part', async (t) => {
  const demo = await demoFor(t);
  const errors = async (form: Record<string, string>, path = web) => {
    const { status, body } = await put(demo, path, form);
    assert.equal(status, 400, JSON.stringify(form));
    return Object.entries(body.errors ?? {}).join(': ');
  };
  assert.match(await errors({ hostpci0: 'mapping=gpu,foo=1' }), /hostpci0\.foo: property is not/);
  assert.match(await errors({ hostpci0: '1:2' }), /hostpci0\.host: value does not match/);
  assert.match(await errors({ rng0: 'max_bytes=1' }), /rng0\.source: property is missing/);
  assert.match(await errors({ virtiofs0: 'cache=never' }), /virtiofs0\.dirid: property is missing/);
  assert.match(await errors({ audio0: 'driver=spice' }), /audio0\.device: property is missing/);
  assert.match(await errors({ 'amd-sev': 'more' }), /amd-sev\.type: value 'more'/);
  assert.match(await errors({ 'intel-tdx': 'tdx' }), /intel-tdx\.attestation: property is missing/);
  assert.match(await errors({ serial0: 'com1' }), /serial0.*regex pattern/);
  assert.match(await errors({ dev0: '/etc/passwd' }, minio), /dev0\.path: value does not match/);
  assert.match(await errors({ dev0: '/dev/x,mode=660' }, minio), /dev0\.mode: value does not/);
});

test('devices of the node are root@pam alone, and no token is that', async (t) => {
  const demo = await demoFor(t);
  assert.equal(
    await said(demo, web, { usb0: 'host=1050:0407' }),
    "only root can set 'usb0' config for real devices",
  );
  assert.equal(
    await said(demo, web, { serial0: '/dev/ttyS0' }),
    "only root can modify 'serial0' config for real devices",
  );
  const denied = await put(demo, minio, { dev0: '/dev/ttyUSB0' });
  assert.equal(denied.status, 403);
  assert.match(denied.statusText, /configuring device passthrough is only allowed for root@pam/);
  assert.match(await said(demo, web, { 'amd-sev': 'std' }), /only root can set 'amd-sev' config/);
  const rom = await put(demo, web, { hostpci0: 'mapping=gpu,romfile=a.rom' });
  assert.match(String(rom.body.errors?.hostpci0), /only root@pam can set 'romfile'/);
  const headers = await rootHeaders(demo);
  const root: Ask = { as: 'none', headers };
  await changed(demo, web, { usb0: 'host=1050:0407', serial0: '/dev/ttyS0' }, root);
  await changed(demo, minio, { dev0: '/dev/ttyUSB0' }, root);
  assert.equal(
    await said(demo, web, { delete: 'usb0' }),
    "only root can set 'usb0' config for real devices",
  );
  // A port of the viewer's and a socket are nobody's device.
  await changed(demo, web, { usb1: 'spice', serial1: 'socket' });
});

test('what is mapped takes the right to use it', async (t) => {
  const demo = await demoFor(t);
  const grant = (path: string, roleid: string) =>
    demo.world.accounts.acl.push({
      path,
      type: 'token',
      ugid: 'audit@pve!ro',
      roleid,
      propagate: true,
    });
  const grantUser = (path: string, roleid: string) =>
    demo.world.accounts.acl.push({
      path,
      type: 'user',
      ugid: 'audit@pve',
      roleid,
      propagate: true,
    });
  for (const add of [grant, grantUser]) add('/vms', 'PVEAdmin');
  const auditor: Ask = { as: 'auditor' };
  assert.match(
    await said(demo, web, { virtiofs0: 'media' }, auditor),
    /\/mapping\/dir\/media, Mapping\.Use/,
  );
  assert.match(
    await said(demo, web, { rng0: '/dev/hwrng' }, auditor),
    /\/mapping\/hwrng, Mapping\.Use/,
  );
  assert.equal((await put(demo, web, { rng0: '/dev/urandom' }, auditor)).status, 200);
  for (const add of [grant, grantUser]) add('/mapping', 'PVEAdmin');
  assert.equal((await put(demo, web, { virtiofs0: 'media' }, auditor)).status, 200);
});

test('what a running VM takes at once, and what waits', async (t) => {
  const demo = await demoFor(t);
  const before = String(guest(demo, 101).config.scsi0);
  await changed(demo, web, { scsi0: `${before},backup=0,iops_rd=100` });
  assert.match(String(guest(demo, 101).config.scsi0), /backup=0,iops_rd=100/);
  const now = String(guest(demo, 101).config.scsi0);
  await changed(demo, web, { scsi0: `${now},discard=on` });
  assert.equal(guest(demo, 101).config.scsi0, now);
  assert.match(String(guest(demo, 101).pending.scsi0), /discard=on/);
  await changed(demo, web, {
    efidisk0: 'local-lvm:1,efitype=4m',
    tpmstate0: 'local-lvm:1,version=v2.0',
    rng0: '/dev/urandom',
    usb0: 'host=spice',
  });
  const { config, pending } = guest(demo, 101);
  assert.deepEqual(Object.keys(pending).sort(), ['efidisk0', 'rng0', 'scsi0', 'tpmstate0']);
  assert.equal(config.usb0, 'host=spice');
  assert.match(String(pending.efidisk0), /^local-lvm:vm-101-disk-\d+,efitype=4m,size=4M$/);
  // Old systems cannot.
  await changed(demo, web, { ostype: 'other' });
  demo.world.change(guest(demo, 101), (one) => {
    one.config = { ...one.config, ostype: 'other' };
  });
  await changed(demo, web, { usb1: 'host=spice' });
  assert.equal(guest(demo, 101).pending.usb1, 'host=spice');
});

test('the version of a TPM is for good', async (t) => {
  const demo = await demoFor(t);
  const state = String(guest(demo, 110).config.tpmstate0);
  const answer = await put(demo, '/nodes/pve1/qemu/110', {
    tpmstate0: state.replace('v2.0', 'v1.2'),
  });
  assert.equal(answer.statusText, 'cannot change TPM state version after creation');
});

test('a container takes a new device at once, a changed mount point at its next start', async (t) => {
  const demo = await demoFor(t);
  const root: Ask = { as: 'none', headers: await rootHeaders(demo) };
  await changed(demo, minio, { dev0: '/dev/ttyUSB0' }, root);
  assert.equal(guest(demo, 200).config.dev0, '/dev/ttyUSB0');
  await changed(demo, minio, { dev0: '/dev/ttyUSB0,gid=20' }, root);
  assert.equal(guest(demo, 200).pending.dev0, '/dev/ttyUSB0,gid=20');
  const mp0 = String(guest(demo, 200).config.mp0);
  await changed(demo, minio, { mp0: `${mp0},backup=1` });
  assert.match(String(guest(demo, 200).pending.mp0), /backup=1/);
});
