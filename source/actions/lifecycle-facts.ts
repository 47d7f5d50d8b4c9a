import type { Guest } from '../domain/guest.ts';
import type { Node } from '../domain/node.ts';
import { jobsOf } from '../domain/replication.ts';
import { ok, type Result } from '../domain/result.ts';
import type { PveSite } from '../services/types.ts';
import { clusterFacts, idFacts } from './cluster-facts.ts';
import { evacuationFacts } from './evacuation-facts.ts';
import type { FactNeed, Facts } from './types.ts';

/**
 * What forms choose from, and what decides about moving guests. The precondition of a migration and the state of a node
 * that is to be emptied are required; what a form cannot offer is typed instead.
 */
export async function lifecycleFacts(
  needs: readonly FactNeed[],
  target: Guest | Node,
  site: PveSite,
  base: Facts,
  signal: AbortSignal,
): Promise<Result<Facts>> {
  let facts = base;
  const guest = 'vmid' in target ? target : undefined;
  const [choices, linked, migration, config, jobs, evacuation] = await Promise.all([
    needs.includes('choices')
      ? clusterFacts(site, target.node, base.site, signal)
      : needs.includes('clone')
        ? idFacts(site, signal)
        : undefined,
    needs.includes('clone') && guest?.template
      ? site.guests.feature(guest, 'clone', { signal })
      : undefined,
    needs.includes('migration') && guest
      ? site.guests.migrateCheck(guest, undefined, { signal })
      : undefined,
    needs.includes('migration') && guest ? site.guests.config(guest, { signal }) : undefined,
    needs.includes('migration') && guest ? site.replication.jobs({ signal }) : undefined,
    needs.includes('evacuation') && !guest ? evacuationFacts(site, target, signal) : undefined,
  ]);
  if (choices) facts = { ...facts, choices };
  if (linked?.ok) facts = { ...facts, linkedClone: linked.value };
  if (migration) {
    if (!migration.ok) return migration;
    if (migration.value) facts = { ...facts, migration: migration.value };
    if (config?.ok) facts = { ...facts, config: config.value };
    if (jobs?.ok && guest) {
      facts = { ...facts, replication: { jobs: jobsOf(jobs.value, guest.vmid) } };
    }
  }
  if (evacuation) {
    if (!evacuation.ok) return evacuation;
    facts = { ...facts, evacuation: evacuation.value };
  }
  return ok(facts);
}
