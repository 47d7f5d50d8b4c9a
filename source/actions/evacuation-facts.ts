import type { EvacuationGuest } from '../domain/evacuation.ts';
import { describeFailure } from '../domain/failure.ts';
import type { Guest } from '../domain/guest.ts';
import type { Node } from '../domain/node.ts';
import { jobsOf, type ReplicationJob } from '../domain/replication.ts';
import { ok, type Result } from '../domain/result.ts';
import type { PveSite } from '../services/types.ts';
import { inBatches } from './batch.ts';
import { mappingFacts } from './cluster-facts.ts';
import type { EvacuationFacts } from './types.ts';

/** Reads of every guest of the node what decides about moving it, a few at a time, and the cluster's memory as it is now. */
export async function evacuationFacts(
  site: PveSite,
  node: Node,
  signal: AbortSignal,
): Promise<Result<EvacuationFacts>> {
  const [resources, mappings, jobs] = await Promise.all([
    site.resources({ signal }),
    mappingFacts(site, signal),
    site.replication.jobs({ signal }),
  ]);
  if (!resources.ok) return resources;
  const here = resources.value.guests.filter((guest) => guest.node === node.node);
  const guests = await inBatches(here, (guest) =>
    readGuest(site, guest, signal, jobs.ok ? jobsOf(jobs.value, guest.vmid) : undefined),
  );
  return ok({ resources: resources.value, guests, ...(mappings ? { mappings } : {}) });
}

/** Configuration and precondition of one guest, read now. A template or a locked guest is read too: it may be asked for. */
export async function readGuest(
  site: PveSite,
  guest: Guest,
  signal: AbortSignal,
  replication?: readonly ReplicationJob[],
): Promise<EvacuationGuest> {
  const [config, check] = await Promise.all([
    site.guests.config(guest, { signal }),
    site.guests.migrateCheck(guest, undefined, { signal }),
  ]);
  const knowledge = {
    ...(config.ok ? { config: config.value } : {}),
    ...(check.ok && check.value ? { check: check.value } : {}),
    ...(replication ? { replication } : {}),
  };
  if (config.ok) return { guest, knowledge };
  return { guest, knowledge, unread: describeFailure(config.failure) };
}
