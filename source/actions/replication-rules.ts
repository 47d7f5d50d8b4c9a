import { parseCalendarEvent } from '../domain/backup/calendar-parse.ts';
import type { Guest } from '../domain/guest.ts';
import type { PrivilegeNeed } from '../domain/permission.ts';
import { defaultSchedule, type JobWithState } from '../domain/replication.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';
import type { ReplicationSettings } from '../services/replication-api.ts';
import { textOf } from './choices.ts';
import { blocked, disabled, hidden, yes } from './guest-common.ts';
import type { Availability, Facts, Field, FieldValue, FieldValues } from './types.ts';

function scheduleProblem(text: string): string | undefined {
  const parsed = parseCalendarEvent(text);
  return parsed.ok ? undefined : `${parsed.error}; a schedule is */15 or mon..fri 02:30`;
}

export function findJob(facts: Facts, id: FieldValue): JobWithState | undefined {
  return facts.replication?.jobs.find((job) => job.id === id);
}

function label({ id, target, enabled, comment }: JobWithState): SafeText {
  return joinSafe(
    [
      say`${id} to ${target}`,
      ...(enabled ? [] : [say`switched off`]),
      ...(comment ? [comment] : []),
    ],
    ', ',
  );
}

/** The job an action is about: the one under the cursor, else the first. */
export function jobField(help: string): Field<Guest> {
  return {
    name: 'id',
    label: 'Job',
    help,
    kind: 'choice',
    required: true,
    choices: (_guest, facts) =>
      (facts.replication?.jobs ?? []).map((job) => ({ value: job.id, label: label(job) })),
    initial: (_guest, facts) =>
      (findJob(facts, facts.picked?.key) ?? facts.replication?.jobs[0])?.id,
    problem: (value, _guest, facts) => {
      if (!facts.replication) return undefined;
      const job = findJob(facts, value);
      if (!job) return `${sanitise(value)} is none of its replication jobs`;
      return undefined;
    },
  };
}

/** The job a run is about, also where the field was not asked for. */
export function chosenJob(values: FieldValues, facts: Facts): string {
  return textOf(values.id ?? facts.picked?.key ?? facts.replication?.jobs[0]?.id);
}

/** `VM.Replicate` came with PVE 9; before, it took the right to all storages. */
export function replicatePrivilege(guest: Guest): readonly PrivilegeNeed[] {
  const before = { path: '/storage', anyOf: ['Datastore.Allocate'] };
  return [{ path: `/vms/${guest.vmid}`, anyOf: ['VM.Replicate'], or: before }];
}

/** There is no replication with a single node. Jobs can be changed while a lock is on the guest. */
export function replicates(guest: Guest, facts: Facts): Availability {
  const nodes = facts.site.resources.data?.nodes;
  if (nodes && nodes.length < 2) return hidden;
  return blocked(guest, facts, guest.lock ? [guest.lock] : []) ?? yes;
}

export function withJobs(guest: Guest, facts: Facts): Availability {
  const stop = replicates(guest, facts);
  if (stop.state !== 'yes') return stop;
  return facts.replication?.jobs.length === 0 ? disabled(say`it has no replication jobs`) : yes;
}

/** A whole number or a fraction, as the API takes it. */
function rateProblem(text: string): string | undefined {
  const good = /^\d{1,9}(\.\d{1,6})?$/.test(text) && Number(text) >= 1;
  return good || text === '' ? undefined : 'must be a number of 1 or more, such as 10 or 2.5';
}

type FieldName = 'schedule' | 'rate' | 'comment' | 'disable';

/** How often, how fast, a comment, and whether it runs at all. `now` = the job that is changed. */
export function settingFields(
  now: (facts: Facts, values: FieldValues) => JobWithState | undefined,
  follows?: string,
): readonly Field<Guest>[] {
  const own = follows === undefined ? {} : { follows };
  const from = (name: FieldName): Field<Guest>['initial'] => {
    return (_guest, facts, values) => {
      const job = now(facts, values);
      if (name === 'disable') return job ? !job.enabled : false;
      if (name === 'schedule') return job?.schedule ?? defaultSchedule;
      if (name === 'rate') return job?.rate === undefined ? undefined : String(job.rate);
      return job?.comment;
    };
  };
  return [
    {
      ...own,
      name: 'schedule',
      label: 'Schedule',
      help: 'A calendar event: */15 every quarter of an hour, mon..fri 22:30, 2:00.',
      kind: 'text',
      initial: from('schedule'),
      problem: (value) => scheduleProblem(textOf(value)),
    },
    {
      ...own,
      name: 'rate',
      label: 'Rate limit (MB/s)',
      help: 'Empty: as fast as it goes.',
      kind: 'text',
      initial: from('rate'),
      problem: (value) => rateProblem(textOf(value).trim()),
    },
    {
      ...own,
      name: 'comment',
      label: 'Comment',
      help: 'What it is for.',
      kind: 'text',
      initial: from('comment'),
      problem: (value) => (textOf(value).length > 4096 ? 'at most 4096 characters' : undefined),
    },
    {
      ...own,
      name: 'disable',
      label: 'Switched off',
      help: 'The job stays, but does not run.',
      kind: 'boolean',
      initial: from('disable'),
    },
  ];
}

/** The values as they are sent; an emptied field is unset. */
export function settingsOf(values: FieldValues): ReplicationSettings {
  return {
    ...('schedule' in values ? { schedule: textOf(values.schedule).trim() } : {}),
    ...('rate' in values ? { rate: Number(textOf(values.rate)) } : {}),
    ...('comment' in values ? { comment: textOf(values.comment) } : {}),
    ...('disable' in values ? { enabled: values.disable !== true } : {}),
  };
}
