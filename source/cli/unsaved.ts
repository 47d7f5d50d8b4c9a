import type { Paths } from '../config/paths.ts';
import { whyNotWritable } from '../config/writable.ts';
import { joinSafe, type SafeText, sanitise, say } from '../domain/safe-text.ts';

/** What of this run will not be there in the next one, in one line; undefined when everything can be saved. */
export async function unsavedNotice(
  paths: Pick<Paths, 'configDir' | 'stateDir' | 'cacheDir'>,
): Promise<SafeText | undefined> {
  const kept = [
    // First what matters most: without the audit log nothing is changed.
    { folder: paths.stateDir, what: [say`the audit log`, say`trusted certificates`] },
    { folder: paths.configDir, what: [say`choices`] },
    { folder: paths.cacheDir, what: [say`the last known state`] },
  ];
  const reasons = await Promise.all(kept.map(({ folder }) => whyNotWritable(folder)));
  const failed = kept.flatMap((each, at) => {
    const why = reasons[at];
    return why === undefined ? [] : [{ ...each, why }];
  });
  const [first] = failed;
  if (!first) return undefined;
  const what = joinSafe(
    failed.flatMap((each) => each.what),
    ', ',
  );
  return say`cannot be saved: ${what} · ${sanitise(first.folder)}: ${sanitise(first.why)}`;
}
