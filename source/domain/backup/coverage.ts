import type { BackupJob } from '../backup.ts';
import { type GuestKey, type GuestRef, guestKey } from '../guest.ts';
import { joinSafe, type SafeText, sanitise, say } from '../safe-text.ts';
import { parseCalendarEvent } from './calendar-parse.ts';
import { scheduleText } from './schedule.ts';
import type { MissingPrivilege, Told } from './told.ts';
import { leftOut, type VolumeCover } from './volumes.ts';

/** A guest, as far as jobs ask. */
export interface CoverageGuest extends GuestRef {
  readonly node: SafeText;
  readonly name?: SafeText;
  readonly template?: boolean;
  readonly tags?: readonly SafeText[];
  readonly pool?: SafeText;
}

/** A backup job of one site; without a storage it writes where the node's vzdump.conf says, or to `local`. */
export interface CoverageJob extends BackupJob {
  /** The schedule of a job from before PVE 7.1. */
  readonly starttime?: SafeText;
  readonly dow?: SafeText;
  readonly repeatMissed?: boolean;
}

/** A storage as /cluster/resources lists it: only those that are enabled on the node are there. */
export interface CoverageStorage {
  readonly node: SafeText;
  readonly storage: SafeText;
  readonly status?: SafeText;
  readonly content?: readonly SafeText[];
}

/** All of one site. Guests of other sites must not be among them: the same VMID is another guest there. */
export interface CoverageInput {
  readonly guests: Told<readonly CoverageGuest[]>;
  readonly jobs: Told<readonly CoverageJob[]>;
  /** `complete: false` = some may be hidden by a missing privilege, so absence proves nothing. */
  readonly storages: Told<{
    readonly rows: readonly CoverageStorage[];
    readonly complete: boolean;
  }>;
  /** `online` by node; a node that is not in it is not known. */
  readonly nodes: Told<ReadonlyMap<string, boolean>>;
  /** The guests listed are all there are; without it, a VMID of a job that is not among them may be one. */
  readonly guestsComplete: boolean;
  /** By guest key; a guest without an entry was not read. */
  readonly volumes?: ReadonlyMap<GuestKey, readonly VolumeCover[]>;
}

/** How a job takes a guest; `excluded` = all but this one. */
export type Selection = 'named' | 'all' | 'pool' | 'excluded';

/** One job and one guest. `covers` undefined = not known. */
export interface JobCover {
  readonly job: CoverageJob;
  readonly selection: Selection;
  readonly covers: boolean | undefined;
  /** Why not, or why it is not known; empty = nothing is in the way. */
  readonly why: readonly SafeText[];
}

/**
 * Does a job back up the guest? `covered` · `uncovered` · `exempt` = templates and the tag `nobackup` need none · `unknown`
 * = jobs, storages or nodes are not known.
 */
export interface GuestCover {
  readonly key: GuestKey;
  readonly guest: CoverageGuest;
  readonly state: 'covered' | 'uncovered' | 'exempt' | 'unknown';
  readonly why: SafeText;
  /** What would tell, where that is known. */
  readonly privilege?: MissingPrivilege;
  /** Every job that selects it, also disabled ones and those that leave it out by name. */
  readonly jobs: readonly JobCover[];
  /** undefined = not read. */
  readonly volumes?: readonly VolumeCover[];
  /** Volumes that no backup takes and that matter; undefined = not read. */
  readonly missing?: readonly VolumeCover[];
}

/** The tag for guests that are left out on purpose. */
export const exemptTag = 'nobackup';

/** How the job selects the guest: a pool goes before VMIDs, VMIDs before all, as in VZDump `get_included_guests`. */
export function selects(job: CoverageJob, guest: CoverageGuest): Selection | undefined {
  if (job.node !== undefined && job.node !== guest.node) return undefined;
  if (job.pool !== undefined) return job.pool === guest.pool ? 'pool' : undefined;
  if (job.vmids.length > 0) return job.vmids.includes(guest.vmid) ? 'named' : undefined;
  if (!job.all) return undefined;
  return job.excluded.includes(guest.vmid) ? 'excluded' : 'all';
}

/** Every guest with the jobs that take it. A list of guests that is not known answers with nothing. */
export function coverageOf(input: CoverageInput): readonly GuestCover[] {
  if (!('told' in input.guests)) return [];
  return input.guests.told.map((guest) => guestCover(input, guest));
}

function guestCover(input: CoverageInput, guest: CoverageGuest): GuestCover {
  const key = guestKey(guest);
  const volumes = input.volumes?.get(key);
  const base = { key, guest, ...(volumes ? { volumes, missing: leftOut(volumes) } : {}) };
  const jobs = 'told' in input.jobs ? jobsOf(input, input.jobs.told, guest) : [];
  if (guest.template) return { ...base, jobs, state: 'exempt', why: say`a template` };
  if (guest.tags?.some((tag) => tag.toLowerCase() === exemptTag)) {
    return { ...base, jobs, state: 'exempt', why: say`it carries the tag ${sanitise(exemptTag)}` };
  }
  if (!('told' in input.jobs)) {
    const { unknown, privilege } = input.jobs;
    return { ...base, jobs, state: 'unknown', why: unknown, ...(privilege ? { privilege } : {}) };
  }
  const covering = jobs.filter(({ covers }) => covers);
  if (covering.length > 0) {
    const names = joinSafe(
      covering.map(({ job }) => job.id),
      ', ',
    );
    return { ...base, jobs, state: 'covered', why: say`in job ${names}` };
  }
  const unsure = jobs.find(({ covers }) => covers === undefined);
  if (unsure) {
    return { ...base, jobs, state: 'unknown', why: say`job ${unsure.job.id}: ${reasons(unsure)}` };
  }
  return { ...base, jobs, state: 'uncovered', why: uncoveredWhy(input.jobs.told, jobs) };
}

/** The storages that its jobs write to; undefined = one of them leaves that to the node's own defaults. */
export function expectedStorages(cover: GuestCover): ReadonlySet<SafeText> | undefined {
  const storages = cover.jobs.filter(({ covers }) => covers).map(({ job }) => job.storage);
  const told = storages.flatMap((storage) => (storage === undefined ? [] : [storage]));
  return told.length < storages.length ? undefined : new Set(told);
}

function uncoveredWhy(all: readonly CoverageJob[], jobs: readonly JobCover[]): SafeText {
  const [first] = jobs;
  if (first) return say`job ${first.job.id}: ${reasons(first)}`;
  return all.length === 0 ? say`there is no backup job` : say`in no job`;
}

function reasons({ why }: JobCover): SafeText {
  return joinSafe(why, ', ');
}

function jobsOf(
  input: CoverageInput,
  jobs: readonly CoverageJob[],
  guest: CoverageGuest,
): readonly JobCover[] {
  return jobs.flatMap((job) => {
    const selection = selects(job, guest);
    return selection === undefined ? [] : [jobCover(input, job, guest.node, selection)];
  });
}

function jobCover(
  input: CoverageInput,
  job: CoverageJob,
  node: SafeText,
  selection: Selection,
): JobCover {
  const no: SafeText[] = [...jobProblems(job)];
  if (selection === 'excluded') no.unshift(say`it leaves this guest out`);
  const unknown: SafeText[] = [];
  for (const ruling of [storageRuling(input, job, node), nodeRuling(input, job, node)]) {
    if (ruling?.sure) no.push(ruling.why);
    else if (ruling) unknown.push(ruling.why);
  }
  if (no.length > 0) return { job, selection, covers: false, why: no };
  return { job, selection, covers: unknown.length > 0 ? undefined : true, why: unknown };
}

/** What keeps a job from ever starting by itself. */
export function jobProblems(job: CoverageJob): readonly SafeText[] {
  const found: SafeText[] = [];
  if (!job.enabled) found.push(say`disabled`);
  const schedule = scheduleText(job);
  if (schedule === undefined) found.push(say`no schedule`);
  else {
    const parsed = parseCalendarEvent(schedule);
    if (!parsed.ok) found.push(say`schedule “${sanitise(schedule)}”: ${parsed.error}`);
  }
  return found;
}

interface Ruling {
  readonly sure: boolean;
  readonly why: SafeText;
}

/** Is the job's storage there for guests of the node? undefined = nothing is in the way. */
function storageRuling(
  { storages }: CoverageInput,
  job: CoverageJob,
  node: SafeText,
): Ruling | undefined {
  if (job.storage === undefined) return undefined;
  if (!('told' in storages)) return { sure: false, why: storages.unknown };
  const { rows, complete } = storages.told;
  const row = rows.find((each) => each.storage === job.storage && each.node === node);
  if (!row) {
    return complete
      ? { sure: true, why: say`storage ${job.storage} is not enabled on ${node}` }
      : { sure: false, why: say`storage ${job.storage} may be hidden: Datastore.Audit is missing` };
  }
  if (row.content !== undefined && !row.content.some((each) => each === 'backup')) {
    return { sure: true, why: say`storage ${job.storage} does not take backups` };
  }
  return undefined;
}

/** A node that is off misses the job, unless it makes up for it later. */
function nodeRuling(
  { nodes }: CoverageInput,
  job: CoverageJob,
  node: SafeText,
): Ruling | undefined {
  if (!('told' in nodes)) return { sure: false, why: nodes.unknown };
  const online = nodes.told.get(node);
  if (online || job.repeatMissed) return undefined;
  return online === undefined
    ? { sure: false, why: say`the state of node ${node} is not known` }
    : { sure: true, why: say`node ${node} is offline and missed runs are not repeated` };
}

/** What one job does. */
export interface JobReach {
  readonly job: CoverageJob;
  /** Guests that it covers, and those of which it is not known. */
  readonly covers: readonly GuestKey[];
  readonly unsure: readonly GuestKey[];
  /** VMIDs it names that are no guest: each run ends with an error. undefined = not known. */
  readonly gone: readonly number[] | undefined;
  /** Why it does nothing or ends with an error. */
  readonly problems: readonly SafeText[];
}

/** Every job with what it reaches; empty when jobs are not known. */
export function jobReach(input: CoverageInput): readonly JobReach[] {
  if (!('told' in input.jobs)) return [];
  const guests = coverageOf(input);
  return input.jobs.told.map((job) => {
    const rows = guests.flatMap(({ key, jobs }) =>
      jobs.filter((each) => each.job === job).map(({ covers }) => ({ key, covers })),
    );
    const covers = rows.filter((row) => row.covers).map(({ key }) => key);
    const unsure = rows.filter((row) => row.covers === undefined).map(({ key }) => key);
    const gone = goneVmids(input, job);
    const problems = [...jobProblems(job)];
    const listed = 'told' in input.guests && input.guestsComplete;
    if (problems.length === 0 && covers.length + unsure.length === 0 && listed) {
      problems.push(say`it covers no guest`);
    }
    if (gone !== undefined && gone.length > 0) {
      problems.push(say`no such guest: ${sanitise(gone.join(', '))}`);
    }
    return { job, covers, unsure, gone, problems };
  });
}

function goneVmids(input: CoverageInput, job: CoverageJob): readonly number[] | undefined {
  if (job.pool !== undefined || job.vmids.length === 0) return [];
  if (!('told' in input.guests) || !input.guestsComplete) return undefined;
  const known = new Set(input.guests.told.map(({ vmid }) => vmid));
  return job.vmids.filter((vmid) => !known.has(vmid));
}
