import type { GuestBackup } from '../backup.ts';
import { type PbsSnapshot, verifiedHere } from '../pbs-content.ts';
import { type SafeText, sanitise } from '../safe-text.ts';

/** How a backup was verified. `own` false = a sync brought the result along, undefined = it cannot be told. */
export interface VerifyResult {
  readonly state: 'ok' | 'failed' | 'unknown';
  /** ms */
  readonly at?: number;
  readonly own?: boolean;
}

/** One backup of a guest in one place. Times in ms, sizes in bytes. */
export interface Artefact {
  readonly id: SafeText;
  /** When it was made, by the server's clock; undefined = not told, or no moment at all. */
  readonly time?: number;
  readonly size?: number;
  /** It came to its end; undefined = not told. Nothing else counts as a backup. */
  readonly finished: boolean | undefined;
  readonly verification?: VerifyResult;
  readonly protected?: boolean;
}

/** A snapshot of a PBS. `here` is the server that was asked: its node's own name as in UPIDs, and the datastore. */
export function artefactOfSnapshot(
  snapshot: PbsSnapshot,
  here: { readonly node: string | undefined; readonly store: string },
): Artefact {
  const { verification, at, size } = snapshot;
  const own = verifiedHere(verification, here);
  return {
    id: sanitise(`${snapshot.type}/${snapshot.id}/${snapshot.time}`),
    // Also a time in the future: that the clock is wrong has to be seen.
    time: (at ?? snapshot.time) * 1000,
    finished: snapshot.finished,
    ...(size === undefined ? {} : { size }),
    ...(snapshot.protected === undefined ? {} : { protected: snapshot.protected }),
    ...(verification
      ? {
          verification: {
            state: verification.state,
            ...(verification.at === undefined ? {} : { at: verification.at * 1000 }),
            ...(own === undefined ? {} : { own }),
          },
        }
      : {}),
  };
}

/**
 * A backup as a storage of PVE lists it. A file under its final name is finished, but an empty one is not; of a PBS's
 * snapshots PVE tells a size of 1 where it knows none, because the manifest is missing.
 */
export function artefactOfBackup(backup: GuestBackup): Artefact {
  const { volid, ctime, size, verification } = backup;
  const pbs = backup.format?.startsWith('pbs-') ?? false;
  const least = pbs ? 1 : 0;
  // The simulation tells no sizes, but a running one has no final name yet.
  const named = backup.simulated && isArchiveName(volid) ? true : undefined;
  return {
    id: volid,
    finished: size === undefined ? named : size > least,
    ...(ctime === undefined ? {} : { time: ctime * 1000 }),
    ...(size === undefined || size <= least ? {} : { size }),
    ...(backup.protected === undefined ? {} : { protected: backup.protected }),
    ...(verification === undefined ? {} : { verification: { state: stateOf(verification) } }),
  };
}

function stateOf(word: string): VerifyResult['state'] {
  return word === 'ok' || word === 'failed' ? word : 'unknown';
}

const archive =
  /(?:^|[/:])vzdump-(?:qemu|lxc|openvz)-[1-9]\d{2,8}-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d\.(?:tgz|(?:tar|vma)(?:\.(?:gz|lzo|zst|bz2))?)$/;

/**
 * Is it the name of a finished vzdump archive? `.dat` is one that was broken off, `.log`, `.notes` and `.protected` stand
 * beside one, and a renamed one is left alone by pruning.
 */
export function isArchiveName(name: string): boolean {
  return archive.test(name);
}
