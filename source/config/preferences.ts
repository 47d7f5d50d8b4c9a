import { renameSync } from 'node:fs';
import Conf from 'conf';
import type { Failure } from '../domain/failure.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { checkPreferences, type PreferenceValues, preferencesPath } from './preference-values.ts';
import { fileErrorWords } from './private-file.ts';

/** Preferences of one person. `problem` = what happened to the file at opening, in words. */
export interface Preferences {
  readonly path: string;
  readonly problem?: Failure;
  values(): PreferenceValues;
  /** Remembers it at once; a failure means it holds for this run only. */
  set(change: PreferenceValues): Failure | undefined;
}

function open(directory: string): Conf<Record<string, unknown>> {
  return new Conf<Record<string, unknown>>({
    cwd: directory,
    configName: 'preferences',
    configFileMode: 0o600,
    projectSuffix: '',
    clearInvalidConfig: false,
    // Action ids contain dots.
    accessPropertiesByDotNotation: false,
  });
}

/**
 * Opens `preferences.json` (0600) in the configuration directory. A file that is not JSON is kept as
 * `preferences.json.damaged-TIME` and a new one begins; where nothing can be written, choices hold for this run only.
 * Brings conf with it, so load this module with `import()` after the first frame.
 */
export function openPreferences(directory: string, now: () => number): Preferences {
  const path = preferencesPath(directory);
  let conf: Conf<Record<string, unknown>> | undefined;
  let problem: Failure | undefined;
  const failure = (what: Failure['what'], next: Failure['next']): Failure => ({
    kind: 'local',
    what,
    where: sanitise(path),
    next,
  });
  try {
    conf = open(directory);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const kept = `${path}.damaged-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`;
      try {
        renameSync(path, kept);
        conf = open(directory);
        problem = failure(
          say`the preferences were damaged and start afresh`,
          say`the old file is kept as ${sanitise(kept)}`,
        );
      } catch (second) {
        problem = unwritable(second);
      }
    } else problem = unwritable(error);
  }
  function unwritable(error: unknown): Failure {
    return failure(
      say`the preferences cannot be used: ${sanitise(fileErrorWords(error))}`,
      say`choices hold for this run only`,
    );
  }
  let values = conf ? checkPreferences(conf.store) : {};
  return {
    path,
    ...(problem ? { problem } : {}),
    values: () => values,
    set: (change) => {
      values = { ...values, ...change };
      if (!conf) return problem;
      try {
        conf.set(JSON.parse(JSON.stringify(change)) as Record<string, unknown>);
        return undefined;
      } catch (error) {
        return unwritable(error);
      }
    },
  };
}
