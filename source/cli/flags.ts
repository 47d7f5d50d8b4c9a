/** One flag of a command. `text` and numbers take a value. Help, parsing and completion are made from it. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  readonly kind: 'boolean' | 'text' | 'integer' | 'number';
  /** What stands for the value in help: `DIR`. */
  readonly placeholder?: string;
  readonly help: string;
  /** `--no-NAME` exists too. */
  readonly negatable?: boolean;
  readonly choices?: readonly string[];
  /** A number may be emptied: `''` or `none` is the value ''. */
  readonly clearable?: boolean;
  /** Smallest and largest value of a number. */
  readonly min?: number;
  readonly max?: number;
  /** Completes to files or directories. */
  readonly completes?: 'directory' | 'file';
}

/** Names of the themes; components/theme.ts has them too, but brings chalk with it. */
export const themeChoices: readonly string[] = ['dark', 'light', 'colour-blind', 'none'];

/** Flags that every command takes. */
export const globalFlags: readonly Flag[] = [
  {
    name: 'config',
    kind: 'text',
    placeholder: 'DIR',
    help: 'directory of homelab.yaml; state and cache live below it then',
    completes: 'directory',
  },
  { name: 'demo', kind: 'boolean', help: 'use the embedded homelab; needs no configuration' },
  { name: 'scenario', kind: 'text', placeholder: 'NAME', help: 'which embedded homelab' },
  {
    name: 'read-only',
    kind: 'boolean',
    help: 'no request but GET leaves this program; beats every other setting',
  },
  { name: 'site', kind: 'text', placeholder: 'ID', help: 'only this site of homelab.yaml' },
  {
    name: 'timeout',
    kind: 'number',
    placeholder: 'SECONDS',
    help: 'give up after this time (status and lists: 10)',
    min: 0.1,
    max: 86_400,
  },
  { name: 'json', kind: 'boolean', help: 'one line of JSON for a machine' },
  { name: 'ascii', kind: 'boolean', help: 'draw with ASCII characters only' },
  {
    name: 'theme',
    kind: 'text',
    placeholder: 'NAME',
    help: `colours: ${themeChoices.join(', ')}`,
    choices: themeChoices,
  },
  { name: 'mouse', kind: 'boolean', negatable: true, help: 'use the mouse, or not' },
  { name: 'screen-reader', kind: 'boolean', help: 'plain text in reading order, no drawing' },
  {
    name: 'log-file',
    kind: 'text',
    placeholder: 'FILE',
    help: 'write the calls that were made there, without secrets',
    completes: 'file',
  },
  { name: 'help', short: 'h', kind: 'boolean', help: 'explain the command' },
  { name: 'version', short: 'V', kind: 'boolean', help: 'print the version' },
];

/** The global flags, decoded. `timeout` in ms. */
export interface GlobalOptions {
  readonly config?: string;
  readonly demo: boolean;
  readonly scenario?: string;
  readonly readOnly: boolean;
  readonly site?: string;
  readonly timeout?: number;
  readonly json: boolean;
  readonly ascii: boolean;
  readonly theme?: string;
  readonly mouse?: boolean;
  readonly screenReader: boolean;
  readonly logFile?: string;
  readonly help: boolean;
  readonly version: boolean;
}

export type FlagValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** Picks the global flags out of parsed values. A command's own `timeout` is not the global one. */
export function globalOptions(values: FlagValues, own: readonly Flag[] = []): GlobalOptions {
  const owned = new Set(own.map((flag) => flag.name));
  const value = (name: string) => (owned.has(name) ? undefined : values[name]);
  const text = (name: string) => {
    const found = value(name);
    return typeof found === 'string' ? found : undefined;
  };
  const timeout = value('timeout');
  const mouse = value('mouse');
  return {
    config: text('config'),
    demo: value('demo') === true || text('scenario') !== undefined,
    scenario: text('scenario'),
    readOnly: value('read-only') === true,
    site: text('site'),
    timeout: typeof timeout === 'number' ? timeout * 1000 : undefined,
    json: value('json') === true,
    ascii: value('ascii') === true,
    theme: text('theme'),
    mouse: typeof mouse === 'boolean' ? mouse : undefined,
    screenReader: value('screen-reader') === true,
    logFile: text('log-file'),
    help: value('help') === true,
    version: value('version') === true,
  };
}
