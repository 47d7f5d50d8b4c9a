import { backupStorages, storageOf } from '../domain/backup.ts';
import type { Guest } from '../domain/guest.ts';
import { ok, type Result } from '../domain/result.ts';
import type { PveSite } from '../services/types.ts';
import { inBatches } from './batch.ts';
import type { FactNeed, Facts, GuestTies } from './types.ts';

/** A storage that hangs must not hold up a dialog: after this many ms its backups are not known. */
const patience = 10_000;

/**
 * Backups, replication, jobs and permissions of a guest. Its replication and its permissions are required where an action
 * needs them; what a storage did not tell stands in the list of backups, what else names the guest may stay unknown.
 */
export async function protectionFacts(
  needs: readonly FactNeed[],
  guest: Guest,
  site: PveSite,
  base: Facts,
  signal: AbortSignal,
): Promise<Result<Facts>> {
  const [backups, retention, config, notes, replication, ties, access] = await Promise.all([
    needs.includes('backups')
      ? site.backups.list(guest, placesOf(guest, base), { signal, wait: patience })
      : undefined,
    needs.includes('retention') ? readRetention(guest, site, base, signal) : undefined,
    needs.includes('retention') ? site.guests.config(guest, { signal }) : undefined,
    needs.includes('backups') ? pickedNotes(guest, site, base, signal) : undefined,
    needs.includes('replication') ? site.replication.of(guest, { signal }) : undefined,
    needs.includes('ties') ? readTies(site, signal) : undefined,
    needs.includes('access') ? readAccess(site, signal) : undefined,
  ]);
  if (backups && !backups.ok) return backups;
  if (replication && !replication.ok) return replication;
  if (access && !access.ok) return access;
  return ok({
    ...base,
    ...(backups ? { backups: backups.value } : {}),
    ...(retention ? { retention } : {}),
    ...(config?.ok ? { config: config.value } : {}),
    ...(notes ? { backupNotes: notes } : {}),
    ...(replication ? { replication: replication.value } : {}),
    ...(ties ? { ties } : {}),
    ...(access ? { access: access.value } : {}),
  });
}

function placesOf(guest: Guest, { site }: Facts) {
  return {
    storages: backupStorages(site.resources.data, guest.node),
    permissions: site.permissions.data,
  };
}

async function readRetention(
  guest: Guest,
  site: PveSite,
  { site: { resources } }: Facts,
  signal: AbortSignal,
) {
  const storages = backupStorages(resources.data, guest.node).filter(
    ({ status }) => status === 'available',
  );
  const told = await inBatches(storages, async ({ storage }) => {
    const read = await site.backups.retention(guest.node, storage, { signal, wait: patience });
    return read.ok ? ([[storage, read.value]] as const) : [];
  });
  return Object.fromEntries(told.flat());
}

/** The notes of the backup under the cursor; the list has their first line only. */
async function pickedNotes(
  guest: Guest,
  site: PveSite,
  { picked, site: { resources } }: Facts,
  signal: AbortSignal,
) {
  if (picked?.kind !== 'backup') return undefined;
  const storage = storageOf(picked.key);
  const here = backupStorages(resources.data, guest.node).some((each) => each.storage === storage);
  if (!here) return undefined;
  const read = await site.backups.notes(guest.node, picked.key, { signal, wait: patience });
  return read.ok ? { volid: picked.key, text: read.value } : undefined;
}

async function readTies(site: PveSite, signal: AbortSignal): Promise<GuestTies> {
  const [backup, replication] = await Promise.all([
    site.backups.jobs({ signal }),
    site.replication.jobs({ signal }),
  ]);
  return {
    ...(backup.ok ? { backupJobs: backup.value } : { backupFailure: backup.failure }),
    ...(replication.ok
      ? { replication: replication.value }
      : { replicationFailure: replication.failure }),
  };
}

async function readAccess(site: PveSite, signal: AbortSignal) {
  const [acl, choices] = await Promise.all([
    site.access.acl({ signal }),
    site.access.choices({ signal }),
  ]);
  if (!acl.ok) return acl;
  return ok({ acl: acl.value, choices: choices.ok ? choices.value : {} });
}
