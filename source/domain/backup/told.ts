import { describeFailure } from '../failure.ts';
import { type SafeText, sanitise, say } from '../safe-text.ts';
import type { Sourced } from '../sourced.ts';

/** A privilege that would tell what is unknown. */
export interface MissingPrivilege {
  readonly path: SafeText;
  readonly names: readonly SafeText[];
}

/** Something that may not be known, with the reason. */
export type Told<T> =
  | { readonly told: T; readonly asOf?: number }
  | { readonly unknown: SafeText; readonly privilege?: MissingPrivilege };

/**
 * What a source told. Its last good data stay told after a failure, `asOf` (ms) says since when they are old; a source that
 * never told is unknown. `what` names it: `backup jobs`.
 */
export function toldBy<T>(source: Sourced<T>, what: SafeText): Told<T> {
  const { data, failure, fetchedAt } = source;
  if (data !== undefined) {
    return failure && fetchedAt !== undefined ? { told: data, asOf: fetchedAt } : { told: data };
  }
  if (!failure) return { unknown: say`${what}: not asked yet` };
  const { privilege } = failure;
  return {
    unknown: say`${what}: ${describeFailure(failure)}`,
    ...(privilege ? { privilege } : {}),
  };
}

/** `VM.Backup or Datastore.Allocate on /storage/nas` */
export function privilegeWords({ path, names }: MissingPrivilege): SafeText {
  return say`${sanitise(names.join(' or '))} on ${path}`;
}
