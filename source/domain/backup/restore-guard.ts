import { age, bytes, count } from '../format.ts';
import { type GuestType, isVmid } from '../guest.ts';
import { type GuestNic, printNic, withProperty } from '../guest-config.ts';
import { joinSafe, type SafeText, sanitise, say } from '../safe-text.ts';
import type { Artefact } from './artefact.ts';
import type { Told } from './told.ts';
import { isGood } from './verdict-rules.ts';

/** A backup as young as this still holds the guest's current state. */
export const currentState = 15 * 60_000;

/** What is restored. `diskBytes` = the sizes of the disks in the configuration inside it. */
export interface RestoreSource {
  readonly backup: Artefact;
  readonly type: GuestType | undefined;
  readonly encrypted?: boolean;
  readonly diskBytes?: number;
  /** It lies on a PBS; only from there a VM can start while it is restored. */
  readonly pbs?: boolean;
}

/** Where the disks go. `thin` = blocks are taken when they are written. */
export interface RestoreTarget {
  readonly storage: SafeText;
  readonly avail?: number;
  readonly thin?: boolean;
}

/** The guest that would be overwritten. undefined fields are not known. */
export interface ExistingGuest {
  readonly vmid: number;
  readonly type: GuestType;
  readonly name?: SafeText;
  /** `running`, `stopped`, `paused` … */
  readonly status?: SafeText;
  readonly lock?: SafeText;
  readonly protection?: boolean;
  readonly snapshots: Told<readonly { readonly name: SafeText }[]>;
  readonly disks: Told<
    readonly { readonly key: SafeText; readonly volume: SafeText; readonly size?: number }[]
  >;
  /** From every place that answered; a place that did not makes it unknown only if no young one is found elsewhere. */
  readonly backups: Told<readonly Artefact[]>;
}

/**
 * What a restore has to be asked about. `blockers` must be put right first · `losses` is gone before the first byte is
 * copied · `unknowns` could not be found out and count as not safe · `type` what has to be typed: nothing, the guest's name,
 * or the name and the word `discard`.
 */
export interface RestoreGuard {
  readonly blockers: readonly SafeText[];
  readonly losses: readonly SafeText[];
  readonly warnings: readonly SafeText[];
  readonly unknowns: readonly SafeText[];
  readonly type: 'nothing' | 'name' | 'name-and-discard';
}

interface Common {
  readonly source: RestoreSource;
  readonly target: RestoreTarget;
  readonly live?: boolean;
}

/** Restoring over a guest: Proxmox frees its disks before the data are copied, and its snapshots go with them. */
export function overwriteGuard(
  input: Common & {
    readonly guest: ExistingGuest;
    /** Ours, ms. */
    readonly now: number;
    /** The servers' clock minus ours, ms. */
    readonly skew?: number;
  },
): RestoreGuard {
  const { guest, source } = input;
  const common = commonGuard(input, freedOn(guest, input.target.storage));
  const state = stateKept(guest.backups, input.now + (input.skew ?? 0));
  const snapshots = 'told' in guest.snapshots ? guest.snapshots.told : undefined;
  const blockers = [...guestBlockers(guest, source), ...common.blockers];
  if (source.backup.verification?.state === 'failed') {
    blockers.push(say`verification of this backup failed: restore it to a new VMID first`);
  }
  const unknowns = [...common.unknowns, ...guestUnknowns(guest)];
  if ('unknown' in state) unknowns.push(state.unknown);
  const losses = [diskLoss(guest)];
  if (snapshots && snapshots.length > 0) {
    const names = joinSafe(
      snapshots.map(({ name }) => name),
      ', ',
    );
    losses.push(say`${count(snapshots.length, 'snapshot')}: ${names}`);
  }
  if (!('kept' in state)) losses.push(say`everything since the last good backup`);
  const kept = 'kept' in state;
  return {
    blockers,
    losses,
    warnings: 'warning' in state ? [...common.warnings, state.warning] : common.warnings,
    unknowns,
    type: kept ? 'name' : 'name-and-discard',
  };
}

/** Restoring to a new VMID: nothing is lost, so nothing has to be typed, but for a live restore. */
export function newGuard(
  input: Common & {
    readonly vmid: number;
    /** VMIDs in use in the cluster; undefined = not known, the server decides. */
    readonly used?: ReadonlySet<number>;
  },
): RestoreGuard {
  const { vmid, used, source } = input;
  const common = commonGuard(input, 0);
  const blockers = [...common.blockers];
  if (!isVmid(vmid)) blockers.push(say`${vmid} is no VMID: 100 to 999999999`);
  else if (used?.has(vmid)) blockers.push(say`VMID ${vmid} is in use`);
  const warnings = [...common.warnings];
  if (source.backup.verification?.state === 'failed') {
    warnings.push(say`verification of this backup failed: it may not come back whole`);
  }
  return { ...common, blockers, warnings, losses: [], type: input.live ? 'name' : 'nothing' };
}

function commonGuard(
  { source, target, live }: Common,
  freed: number | undefined,
): Pick<RestoreGuard, 'blockers' | 'warnings' | 'unknowns'> {
  const blockers: SafeText[] = [];
  const warnings: SafeText[] = [];
  const unknowns: SafeText[] = [];
  if (source.backup.finished === false) blockers.push(say`this backup never came to its end`);
  if (source.backup.finished === undefined) unknowns.push(say`whether this backup is finished`);
  if (source.encrypted) warnings.push(say`encrypted: the storage needs its key`);
  if (live && (!source.pbs || source.type !== 'qemu')) {
    blockers.push(say`live restore needs a VM's backup on a PBS`);
  } else if (live) {
    warnings.push(
      say`live restore: what the guest writes is lost if it fails, and the guest with it`,
    );
  }
  const { diskBytes } = source;
  const room = target.avail === undefined || freed === undefined ? undefined : target.avail + freed;
  if (diskBytes === undefined) unknowns.push(say`how much space it needs`);
  else if (room === undefined) unknowns.push(say`how much space ${target.storage} has`);
  else if (diskBytes > room) {
    const text = say`needs ${bytes(diskBytes)}, ${target.storage} has ${bytes(room)}`;
    if (target.thin) warnings.push(say`${text}: it fits only while the disks are not full`);
    else blockers.push(text);
  }
  return { blockers, warnings, unknowns };
}

function guestBlockers(guest: ExistingGuest, source: RestoreSource): SafeText[] {
  const blockers: SafeText[] = [];
  if (guest.status !== undefined && guest.status !== 'stopped') {
    blockers.push(say`guest ${guest.vmid} is ${guest.status}: stop it first`);
  }
  if (guest.protection) blockers.push(say`guest ${guest.vmid} is protected: switch that off first`);
  if (guest.lock !== undefined && guest.lock !== '') {
    blockers.push(say`guest ${guest.vmid} is locked: ${guest.lock}`);
  }
  if (source.type !== undefined && source.type !== guest.type) {
    blockers.push(
      say`the backup is of a ${sanitise(source.type)}, guest ${guest.vmid} is a ${sanitise(guest.type)}`,
    );
  }
  return blockers;
}

function guestUnknowns(guest: ExistingGuest): readonly SafeText[] {
  const unknowns: SafeText[] = [];
  if (guest.status === undefined) unknowns.push(say`whether the guest runs`);
  if (guest.protection === undefined) unknowns.push(say`whether the guest is protected`);
  if (!('told' in guest.snapshots))
    unknowns.push(say`which snapshots are lost: ${guest.snapshots.unknown}`);
  if (!('told' in guest.disks)) unknowns.push(say`which disks are lost: ${guest.disks.unknown}`);
  return unknowns;
}

function diskLoss({ disks, vmid }: ExistingGuest): SafeText {
  if (!('told' in disks)) return say`the disks of guest ${vmid}`;
  if (disks.told.length === 0) return say`the configuration of guest ${vmid}`;
  const words = disks.told.map(({ key, volume, size }) =>
    size === undefined ? say`${key} ${volume}` : say`${key} ${volume} (${bytes(size)})`,
  );
  return say`${count(disks.told.length, 'disk')}: ${joinSafe(words, ', ')}`;
}

/** What its own disks give back on the storage before the copy begins; undefined = not known. */
function freedOn({ disks }: ExistingGuest, storage: SafeText): number | undefined {
  if (!('told' in disks)) return undefined;
  return disks.told
    .filter(({ volume }) => volume.startsWith(`${storage}:`))
    .reduce((sum, { size }) => sum + (size ?? 0), 0);
}

/** Is the current state in a good backup that is young enough? */
function stateKept(
  backups: Told<readonly Artefact[]>,
  serverNow: number,
): { readonly kept: true } | { readonly warning: SafeText } | { readonly unknown: SafeText } {
  if (!('told' in backups)) {
    return { unknown: say`whether its current state is in a backup: ${backups.unknown}` };
  }
  const ages = backups.told
    .filter(isGood)
    .flatMap(({ time }) => (time === undefined ? [] : [serverNow - time]))
    .filter((since) => since >= 0)
    .sort((a, b) => a - b);
  const [youngest] = ages;
  if (youngest === undefined) return { warning: say`its current state is in no good backup` };
  if (youngest <= currentState) return { kept: true };
  return { warning: say`the newest good backup is ${age(youngest)} old: back it up first` };
}

/** A change that unplugs a NIC before the first start: the restored guest has the addresses of the one that runs. */
export interface NicChange {
  readonly key: SafeText;
  /** The new value of the configuration key; for Proxmox, not for the screen. */
  readonly value: string;
}

/** Every NIC that is not unplugged yet. */
export function nicsToUnplug(nics: readonly GuestNic[]): readonly NicChange[] {
  return nics
    .filter(({ linkDown }) => !linkDown)
    .map(({ key, property }) => ({
      key,
      value: printNic(withProperty(property, { link_down: true })),
    }));
}

/** `web01-restore-1121`; the name is cut so that it stays a DNS label of 63 characters. `date` as the user sees it. */
export function restoredName(
  name: string | undefined,
  date: { readonly month: number; readonly day: number },
): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const suffix = `restore-${two(date.month)}${two(date.day)}`;
  // What a restore added before is not kept: no restore-restore.
  const [label = '', ...domain] = (name ?? '').replace(/-restore-\d{4}(?=$|\.)/, '').split('.');
  const kept = label.slice(0, 63 - suffix.length - 1).replace(/-+$/, '');
  return [kept === '' ? suffix : `${kept}-${suffix}`, ...domain].join('.');
}
