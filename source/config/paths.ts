import { isAbsolute, join, resolve } from 'node:path';

/** Where this program keeps its files. All absolute. */
export interface Paths {
  readonly configDir: string;
  readonly stateDir: string;
  readonly cacheDir: string;
  /** The configuration that a person writes. */
  readonly homelabFile: string;
  /** Fingerprints that were accepted. */
  readonly trustFile: string;
  /** One JSON line before and after each change. */
  readonly auditFile: string;
  /** What was on screen last, for the first frame. */
  readonly lastStateFile: string;
}

/** What decides about the paths; nothing else is read. */
export interface PathInput {
  /** `--config DIR` */
  readonly config?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
}

const program = 'homelab-tui';

/** `~` and `~/x` become the home directory; `~user` stays as it is. */
export function expandHome(path: string, home: string): string {
  if (path === '~') return home;
  return path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

/** The XDG specification wants absolute paths and says to ignore others. */
function xdg(value: string | undefined, fallback: string): string {
  return join(value !== undefined && isAbsolute(value) ? value : fallback, program);
}

/**
 * `--config`, then `$HOMELAB_TUI_CONFIG_DIR`, then XDG. A directory named by the first two holds state and cache as well,
 * so that a second profile never mixes with the first.
 */
export function resolvePaths(input: PathInput): Paths {
  const { env, home, cwd } = input;
  const named = input.config ?? (env.HOMELAB_TUI_CONFIG_DIR || undefined);
  const own = named === undefined ? undefined : resolve(cwd, expandHome(named, home));
  const configDir = own ?? xdg(env.XDG_CONFIG_HOME, join(home, '.config'));
  const stateDir = own
    ? join(own, 'state')
    : xdg(env.XDG_STATE_HOME, join(home, '.local', 'state'));
  const cacheDir = own ? join(own, 'cache') : xdg(env.XDG_CACHE_HOME, join(home, '.cache'));
  return {
    configDir,
    stateDir,
    cacheDir,
    homelabFile: join(configDir, 'homelab.yaml'),
    trustFile: join(stateDir, 'trust.json'),
    auditFile: join(stateDir, 'audit.jsonl'),
    lastStateFile: join(cacheDir, 'last-state.json'),
  };
}
