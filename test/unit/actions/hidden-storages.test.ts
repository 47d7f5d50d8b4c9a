// Proxmox leaves out of its lists what an identity may not see: an absent storage proves nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import { fieldProblems, initialValues } from '../../../source/actions/fields.ts';
import { guestBackup } from '../../../source/actions/guest-backup.ts';
import { guestBackupRemove } from '../../../source/actions/guest-backup-remove.ts';
import { guestReplicationAdd } from '../../../source/actions/guest-replication-add.ts';
import { guestSetSystem } from '../../../source/actions/guest-set-system.ts';
import type { Facts } from '../../../source/actions/types.ts';
import type { Permissions } from '../../../source/domain/permission.ts';
import { digest, runOn, vm, known as withConfig } from './config-world.ts';
import { facts, free, guest, node, safe } from './fakes.ts';
import { config, withResources } from './lifecycle-fakes.ts';

const granted = (...grants: readonly (readonly [path: string, name: string])[]): Permissions =>
  new Map(grants.map(([path, name]) => [path, new Map([[name, true]])]));

const onVms = ['VM.Backup', 'VM.Replicate'].map((name) => [name, true] as const);
const vmsOnly: Permissions = new Map([['/vms', new Map(onVms)]]);
const all: Permissions = new Map([['/', new Map([...onVms, ['Datastore.Audit', true]])]]);

function without(permissions: Permissions, change: Partial<Facts> = {}): Facts {
  const nodes = ['pve1', 'pve2'].map((name) => node({ node: safe(name) }));
  const site = withResources({ nodes, storages: [] });
  return facts({
    site: { ...site, permissions: { fetching: false, data: permissions } },
    config: config({ scsi0: 'tank:vm-101-disk-0,size=8G' }),
    replication: { jobs: [] },
    ...change,
  });
}

test('back up is offered where storages may be hidden, and not where there is none', () => {
  const state = (permissions: Permissions) =>
    availabilityOf(guestBackup, guest(), without(permissions), free).state;
  assert.equal(state(vmsOnly), 'yes');
  assert.equal(state(all), 'disabled');
});

test('whether there are backups is unknown then, and the missing privilege is named', () => {
  const reason = (permissions: Permissions) => {
    const given = without(permissions, { backups: { backups: [], sources: [] } });
    const found = availabilityOf(guestBackupRemove, guest(), given, free);
    return found.state === 'disabled' ? found.reason : found.state;
  };
  assert.match(reason(vmsOnly), /not known: storages may be hidden without Datastore\.Audit/);
  assert.match(reason(all), /has no backups on the storages of its node/);
});

test('a disk on a storage that is not listed may be on ZFS', () => {
  const found = availabilityOf(guestReplicationAdd, guest(), without(vmsOnly), free);
  assert.equal(found.state, 'yes');
});

test('replication needs VM.Replicate, or before Proxmox VE 9 the right to all storages', () => {
  const offered = (permissions: Permissions) =>
    availabilityOf(guestReplicationAdd, guest(), without(permissions), free);
  assert.equal(offered(granted(['/vms', 'VM.Replicate'])).state, 'yes');
  assert.equal(offered(granted(['/storage', 'Datastore.Allocate'])).state, 'yes');
  const none = offered(granted(['/vms', 'VM.Audit']));
  assert.equal(
    none.state === 'disabled' && none.reason,
    'needs VM.Replicate on /vms/101, or Datastore.Allocate on /storage',
  );
});

test('a storage that is away now stays chosen while something else is changed', async () => {
  const raw = { ...vm, vmstatestorage: 'nas' };
  const given = withConfig(raw);
  const start = initialValues(guestSetSystem, guest(), given);
  assert.equal(start.vmstatestorage, 'nas');
  assert.deepEqual(fieldProblems(guestSetSystem, { ...start, tablet: false }, guest(), given), {});
  const { calls } = await runOn(guestSetSystem, raw, { ...start, tablet: false }, { facts: given });
  assert.deepEqual(calls[0]?.sent, { set: { tablet: '0' }, digest });
});
