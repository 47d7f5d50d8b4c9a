import type { GuestType } from '../guest.ts';
import { type SafeText, sanitise, say } from '../safe-text.ts';
import { type TaskOutcome, taskOutcome } from '../task.ts';

/**
 * How a guest fared in one vzdump task. `unknown` = the log does not say how it ended: it is cut, or the task was killed.
 * Lines count from 1, as in the whole log.
 */
export interface GuestRun {
  readonly vmid: number;
  readonly type?: GuestType;
  readonly name?: SafeText;
  readonly outcome: 'ok' | 'failed' | 'running' | 'unknown';
  /** Why it failed, in vzdump's words, or why nothing is known. */
  readonly reason?: SafeText;
  /** Where its part begins; undefined when that is cut off. */
  readonly line?: number;
  /** The first line about an error in its part; what to jump to. */
  readonly errorLine?: number;
  readonly endLine?: number;
  /** In ms. */
  readonly duration?: number;
  /** The server's local time without its zone: `2026-11-21 02:00:03`. */
  readonly startedAt?: SafeText;
  readonly archive?: SafeText;
  readonly warnings: readonly SafeText[];
  /** Volumes left out: `scsi1`, `mp0`, and vzdump's reason. */
  readonly excluded: readonly { readonly key: SafeText; readonly reason: SafeText }[];
}

/** A vzdump task as its log tells it. */
export interface VzdumpLog {
  readonly guests: readonly GuestRun[];
  /** By the last line; without it `running` when the caller knows so, else `unknown`. */
  readonly outcome: TaskOutcome;
  /** What the last line says after `TASK ERROR:`. */
  readonly reason?: SafeText;
  /** The first ERROR line of the whole log. */
  readonly errorLine?: number;
  /** Guests on other nodes, which their own nodes back up. */
  readonly skipped: readonly number[];
  /** Its beginning or its end is missing: guests that are not named may have been in it. */
  readonly cut: boolean;
}

type Draft = { -readonly [K in keyof GuestRun]: GuestRun[K] };

interface Reading {
  readonly guests: Draft[];
  current?: Draft;
  last?: string;
  skipped: number[];
  errorLine?: number;
}

// Copies of a log beside an archive carry the time in front of each line.
const STAMP = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S* +/;
const LEVEL = /^(INFO|WARN|ERROR): ?(.*)$/;
const END = /^TASK (OK|ERROR: ?.*|WARNINGS: ?\d+)$/;
const BEGIN = /^Starting Backup of VM (\d+) \((\w+)\)/;
const DONE = /^Finished Backup of VM (\d+) \(([\d:]+)\)/;
const FAILED = /^Backup of VM (\d+) failed(?: - (.*))?$/;
const NAME = /^(?:VM|CT) Name: (.+)$/;
const STARTED = /^Backup started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/;
const ARCHIVE = /^creating .*archive '(.+)'$/;
const EXCLUDED =
  /^exclud(?:e|ing) (?:disk|(?:bind|volume|device)? ?mount point) '?([a-z]+\d*)'?(.*)$/;

/**
 * Reads a vzdump task's log. `first` = the number of the first line given, more than 1 when earlier ones were not read;
 * `running` = the task is known to run.
 */
export function readVzdumpLog(
  lines: readonly SafeText[],
  options: { readonly first?: number; readonly running?: boolean } = {},
): VzdumpLog {
  const start = options.first ?? 1;
  const reading: Reading = { guests: [], skipped: [] };
  for (const [index, line] of lines.entries()) {
    const end = END.exec(line)?.[1];
    if (end !== undefined) reading.last = end;
    else readLine(reading, line.replace(STAMP, ''), start + index);
  }
  const outcome = outcomeOf(reading.last, options.running === true);
  const reason = /^ERROR: ?(.+)$/.exec(reading.last ?? '')?.[1];
  return {
    guests: reading.guests.map((guest) => closed(guest, outcome)),
    outcome,
    skipped: reading.skipped,
    cut: start > 1 || (outcome === 'unknown' && reading.last === undefined),
    ...(reason === undefined ? {} : { reason: sanitise(reason) }),
    ...(reading.errorLine === undefined ? {} : { errorLine: reading.errorLine }),
  };
}

function outcomeOf(last: string | undefined, running: boolean): TaskOutcome {
  if (last === undefined) return running ? 'running' : 'unknown';
  return taskOutcome(last.replace(/^ERROR: ?/, '') || 'ERROR');
}

function readLine(reading: Reading, line: string, at: number): void {
  const [, level, text = ''] = LEVEL.exec(line) ?? [];
  if (level === 'ERROR') readError(reading, text, at);
  else if (level === 'WARN' && reading.current) addWarning(reading.current, text);
  else if (level === 'INFO') readInfo(reading, text, at);
}

function addWarning(guest: Draft, text: string): void {
  guest.warnings = [...guest.warnings, sanitise(text)];
}

function readError(reading: Reading, text: string, at: number): void {
  reading.errorLine ??= at;
  const [, vmid, reason] = FAILED.exec(text) ?? [];
  if (vmid === undefined) {
    if (reading.current) reading.current.errorLine ??= at;
    return;
  }
  const guest = guestOf(reading, Number(vmid));
  guest.outcome = 'failed';
  guest.errorLine ??= at;
  guest.endLine = at;
  guest.reason = reason ? sanitise(reason) : say`no reason told`;
  // What a hook says after it belongs to no guest.
  delete reading.current;
}

function readInfo(reading: Reading, text: string, at: number): void {
  const skipped = /^skip external VMs: (.+)$/.exec(text)?.[1];
  if (skipped !== undefined) reading.skipped = (skipped.match(/\d+/g) ?? []).map(Number);
  const [, began, type] = BEGIN.exec(text) ?? [];
  if (began !== undefined) {
    const guest = guestOf(reading, Number(began));
    guest.line = at;
    if (type === 'qemu' || type === 'lxc') guest.type = type;
    reading.current = guest;
    return;
  }
  const [, done, took = ''] = DONE.exec(text) ?? [];
  // Output of programs stands in the log too: only the guest at hand can be finished.
  if (done !== undefined && (reading.current?.vmid ?? Number(done)) === Number(done)) {
    const guest = guestOf(reading, Number(done));
    guest.outcome = 'ok';
    guest.endLine = at;
    guest.duration = milliseconds(took);
    delete reading.current;
    return;
  }
  if (reading.current) readDetail(reading.current, text);
}

function readDetail(guest: Draft, text: string): void {
  const name = NAME.exec(text)?.[1];
  const started = STARTED.exec(text)?.[1];
  const archive = ARCHIVE.exec(text)?.[1];
  const [, key, rest = ''] = EXCLUDED.exec(text) ?? [];
  if (name !== undefined) guest.name = sanitise(name);
  else if (started !== undefined) guest.startedAt = sanitise(started);
  else if (archive !== undefined) guest.archive = sanitise(archive);
  else if (key !== undefined) {
    const reason = sanitise(/\(([^()]*)\)[^()]*$/.exec(rest)?.[1] ?? rest.trim());
    guest.excluded = [...guest.excluded, { key: sanitise(key), reason }];
  }
}

/** The guest's part; a second part of the same guest goes on with the first. */
function guestOf(reading: Reading, vmid: number): Draft {
  const known = reading.guests.find((guest) => guest.vmid === vmid);
  if (known) return known;
  const made: Draft = { vmid, outcome: 'unknown', warnings: [], excluded: [] };
  reading.guests.push(made);
  return made;
}

/** Gives an end to a guest whose part has none. */
function closed(guest: Draft, outcome: TaskOutcome): GuestRun {
  if (guest.outcome !== 'unknown') return guest;
  if (outcome === 'running') return { ...guest, outcome: 'running' };
  const reason =
    outcome === 'unknown'
      ? say`the log ends before its result`
      : say`the task ended without its result`;
  return { ...guest, reason };
}

/** `00:01:05`, hours may be more than 24. */
function milliseconds(clock: string): number {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}
