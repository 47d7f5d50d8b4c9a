import { type SafeText, sanitise, say } from '../safe-text.ts';
import { type MissingPrivilege, privilegeWords } from './told.ts';

/**
 * What helps, as data: the view offers the action, a headless report prints the words. `place` is a storage or
 * `server:datastore:namespace`.
 */
export type Cure =
  | { readonly kind: 'add-to-job'; readonly job?: SafeText }
  | { readonly kind: 'enable-job'; readonly job: SafeText }
  | { readonly kind: 'back-up-now'; readonly place?: SafeText }
  | { readonly kind: 'verify-now'; readonly place: SafeText; readonly backup?: SafeText }
  | { readonly kind: 'grant'; readonly privilege: MissingPrivilege }
  | { readonly kind: 'open-log'; readonly upid: string; readonly line?: number }
  | { readonly kind: 'include-volume'; readonly key: SafeText }
  | { readonly kind: 'compare-clocks'; readonly place: SafeText }
  | { readonly kind: 'mount'; readonly place: SafeText }
  | { readonly kind: 'look-at'; readonly place: SafeText };

/** The action that does it, where there is one; the others are advice. */
export const cureActions: Readonly<Partial<Record<Cure['kind'], string>>> = {
  'add-to-job': 'backup-job.add-guest',
  'enable-job': 'backup-job.enable',
  'back-up-now': 'guest.backup',
  'verify-now': 'pbs.verify',
  'open-log': 'task.log',
  mount: 'pbs.datastore-mount',
};

export function cureWords(cure: Cure): SafeText {
  switch (cure.kind) {
    case 'add-to-job':
      return cure.job ? say`add it to job ${cure.job}` : say`add it to a backup job`;
    case 'enable-job':
      return say`enable job ${cure.job}`;
    case 'back-up-now':
      return cure.place ? say`back it up now to ${cure.place}` : say`back it up now`;
    case 'verify-now':
      return say`verify it now on ${cure.place}`;
    case 'grant':
      return say`give ${privilegeWords(cure.privilege)}`;
    case 'open-log':
      return cure.line === undefined
        ? say`read the task's log`
        : say`read the task's log, line ${cure.line}`;
    case 'include-volume':
      return say`set backup=1 on ${cure.key}`;
    case 'compare-clocks':
      return say`compare the clocks of ${cure.place} and the nodes`;
    case 'mount':
      return say`mount ${cure.place}`;
    case 'look-at':
      return say`look at ${sanitise(cure.place)}`;
  }
}

/** Each cure once, in order. */
export function uniqueCures(cures: readonly Cure[]): readonly Cure[] {
  return [...new Map(cures.map((cure) => [JSON.stringify(cure), cure])).values()];
}
