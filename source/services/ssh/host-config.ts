import type { SiteSsh } from '../../domain/homelab.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { SshAddress } from '../../domain/ssh-address.ts';

/** What `ssh` would do for one host, as far as the built-in client does it too. */
export interface HostConfig {
  /** As it was asked for. */
  readonly alias: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Absolute paths, in the order in which they are tried. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket. */
  readonly agent?: string;
  readonly forwardAgent: boolean;
  readonly certificateFiles: readonly string[];
  /** Accepted keys are written to the first one. */
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hashKnownHosts: boolean;
  /** Unknown keys are refused without a question. */
  readonly strict: boolean;
  /** Looked up in known_hosts in place of the host and its port. */
  readonly hostKeyAlias?: string;
  /** Hosts to go through, the first one first. */
  readonly jumps: readonly string[];
  /** Host key algorithms in the order in which they may be asked for; absent = whichever. */
  readonly hostKeyAlgorithms?: readonly string[];
  /** What becomes of a key that was unlocked; absent = nothing. `lifetime` in seconds. */
  readonly addToAgent?: { readonly how: 'add' | 'confirm' | 'ask'; readonly lifetime?: number };
  /** ms */
  readonly connectTimeout: number;
  /** ms between signs of life, and how many may be missed. */
  readonly keepalive: { readonly interval: number; readonly count: number };
  /** Login methods in the order in which they are tried. */
  readonly methods: readonly string[];
  readonly passwordPrompts: number;
  readonly gssapi: boolean;
  readonly bindAddress?: string;
  readonly family: 0 | 4 | 6;
  /** Environment for the remote side. */
  readonly env: Readonly<Record<string, string>>;
  /** A setting that only the system's ssh can do. */
  readonly needsSystem?: SafeText;
  /** False: there is no `ssh` here that could have read `~/.ssh/config`. */
  readonly fromSsh: boolean;
}

/** Where and who we are; nothing is read from the process. */
export interface LocalPerson {
  readonly user: string;
  /** As the password database has it, which is what ssh goes by. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const defaultMethods = 'gssapi-with-mic,hostbased,publickey,keyboard-interactive,password';

/** The options of one host for any `ssh` command: what the homelab file says of it comes before `~/.ssh/config`. */
export function sshOptions(address: SshAddress, site: SiteSsh | undefined): string[] {
  return [
    ...(site?.config === undefined ? [] : ['-F', site.config]),
    ...(site?.knownHosts === undefined
      ? []
      : ['-o', `UserKnownHostsFile="${literal(site.knownHosts)}"`]),
    ...(site?.identityFile === undefined ? [] : ['-i', literal(site.identityFile)]),
    ...(address.port === undefined ? [] : ['-p', String(address.port)]),
    ...(address.user === undefined ? [] : ['-l', address.user]),
  ];
}

/** ssh puts something else in place of `%h` and the like. */
function literal(path: string): string {
  return path.replaceAll('%', '%%');
}

/** Reads the answer of `ssh -G`: one `key value` a line, some keys several times. */
export function parseSshConfig(
  output: string,
  address: SshAddress,
  person: LocalPerson,
): HostConfig {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const [, key, value] = /^(\S+) ?(.*?)\r?$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const name = key.toLowerCase();
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return configOf(values, address, person, true);
}

/** What OpenSSH does when no configuration says otherwise: for machines that have no `ssh`. */
export function defaultConfig(
  address: SshAddress,
  site: SiteSsh | undefined,
  person: LocalPerson,
): HostConfig {
  const values = new Map<string, string[]>([
    ['identityfile', ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `~/.ssh/${name}`)],
    ['userknownhostsfile', ['~/.ssh/known_hosts ~/.ssh/known_hosts2']],
    ['globalknownhostsfile', ['/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2']],
  ]);
  if (address.user !== undefined) values.set('user', [address.user]);
  if (address.port !== undefined) values.set('port', [String(address.port)]);
  const config = configOf(values, address, person, false);
  return {
    ...config,
    ...(site?.identityFile === undefined
      ? {}
      : { identityFiles: [site.identityFile, ...config.identityFiles] }),
    ...(site?.knownHosts === undefined ? {} : { userKnownHosts: [site.knownHosts] }),
  };
}

type Values = ReadonlyMap<string, readonly string[]>;

function configOf(
  values: Values,
  address: SshAddress,
  person: LocalPerson,
  fromSsh: boolean,
): HostConfig {
  const one = (key: string): string | undefined => {
    const value = values.get(key)?.[0];
    return value === undefined || value === '' || value.toLowerCase() === 'none'
      ? undefined
      : value;
  };
  const flag = (key: string) => ['yes', 'true'].includes(one(key) ?? '');
  const number = (key: string, otherwise: number) => {
    const value = Number(one(key));
    return Number.isFinite(value) && value > 0 ? value : otherwise;
  };
  const files = (key: string) =>
    (values.get(key) ?? []).flatMap(splitPaths).map((path) => atHome(path, person.home));
  const paths = (key: string) =>
    (values.get(key) ?? [])
      .filter((path) => path !== '' && path !== 'none')
      .map((path) => atHome(path, person.home));
  const interval = number('serveraliveinterval', 0) * 1000;
  const agent = agentOf(one('identityagent'), values.get('identityagent')?.[0], person);
  const hostKeyAlias = one('hostkeyalias');
  const bindAddress = one('bindaddress');
  const hostKeys = one('hostkeyalgorithms')?.split(',');
  const addToAgent = addToAgentOf(one('addkeystoagent'));
  const reason = systemOnly(one);
  const jump = one('proxyjump');
  const allowed = methodsOf(one('preferredauthentications') ?? defaultMethods, flag, values);
  return {
    alias: address.host,
    user: one('user') ?? person.user,
    host: one('hostname') ?? address.host,
    port: number('port', 22),
    identityFiles: paths('identityfile'),
    identitiesOnly: flag('identitiesonly'),
    ...(agent === undefined ? {} : { agent }),
    forwardAgent: flag('forwardagent'),
    certificateFiles: paths('certificatefile'),
    userKnownHosts: files('userknownhostsfile'),
    globalKnownHosts: files('globalknownhostsfile'),
    hashKnownHosts: flag('hashknownhosts'),
    strict: flag('stricthostkeychecking'),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(hostKeys === undefined ? {} : { hostKeyAlgorithms: hostKeys }),
    ...(addToAgent === undefined ? {} : { addToAgent }),
    jumps: jump === undefined ? [] : jump.split(',').map((each) => each.trim()),
    connectTimeout: number('connecttimeout', 10) * 1000,
    keepalive: {
      // Without one a dead host would hold its shell, and the terminal, for many minutes.
      interval: interval > 0 ? interval : 15_000,
      count: number('serveralivecountmax', 3),
    },
    methods: allowed,
    passwordPrompts: number('numberofpasswordprompts', 3),
    gssapi: flag('gssapiauthentication'),
    ...(bindAddress === undefined ? {} : { bindAddress }),
    family: one('addressfamily') === 'inet' ? 4 : one('addressfamily') === 'inet6' ? 6 : 0,
    env: remoteEnvironment(values, person.env),
    ...(reason === undefined ? {} : { needsSystem: reason }),
    fromSsh,
  };
}

/** Settings that change who is reached or who vouches for it, and that the built-in client does not have. */
function systemOnly(one: (key: string) => string | undefined): SafeText | undefined {
  const settings: readonly [string, string][] = [
    ['proxycommand', 'ProxyCommand'],
    ['knownhostscommand', 'KnownHostsCommand'],
    ['revokedhostkeys', 'RevokedHostKeys'],
    ['pkcs11provider', 'PKCS11Provider'],
    ['bindinterface', 'BindInterface'],
  ];
  const found = settings.find(([key]) => one(key) !== undefined);
  return found && say`its ssh configuration sets ${sanitise(found[1])}`;
}

/** `yes`, `ask`, `confirm`, a lifetime in seconds, or `confirm` with one. */
function addToAgentOf(value: string | undefined): HostConfig['addToAgent'] {
  const [, word, time] = /^(yes|true|ask|confirm)?(?:\s*(\d+))?$/.exec(value ?? 'no') ?? [];
  if (word === undefined && time === undefined) return undefined;
  const how = word === 'ask' || word === 'confirm' ? word : 'add';
  return { how, ...(time === undefined ? {} : { lifetime: Number(time) }) };
}

function methodsOf(
  preferred: string,
  flag: (key: string) => boolean,
  values: Values,
): readonly string[] {
  const off = (key: string) => values.has(key) && !flag(key);
  const disabled = new Set<string>();
  if (
    values.get('pubkeyauthentication')?.[0] === 'no' ||
    values.get('pubkeyauthentication')?.[0] === 'false'
  ) {
    disabled.add('publickey');
  }
  if (off('passwordauthentication')) disabled.add('password');
  if (off('kbdinteractiveauthentication')) disabled.add('keyboard-interactive');
  return preferred.split(',').filter((method) => !disabled.has(method));
}

function agentOf(
  set: string | undefined,
  raw: string | undefined,
  person: LocalPerson,
): string | undefined {
  if (raw?.toLowerCase() === 'none') return undefined;
  if (set === undefined || set === 'SSH_AUTH_SOCK') return person.env.SSH_AUTH_SOCK || undefined;
  if (set.startsWith('$')) return person.env[set.replace(/[${}]/g, '')] || undefined;
  return atHome(set, person.home);
}

function atHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
}

function splitPaths(text: string): string[] {
  const parts = text.match(/"[^"]*"|\S+/g) ?? [];
  return parts.map((part) => part.replace(/^"|"$/g, '')).filter((part) => part !== 'none');
}

/** SendEnv (patterns over our own variables) and SetEnv. */
function remoteEnvironment(
  values: Values,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const patterns = (values.get('sendenv') ?? []).flatMap((line) => line.split(/\s+/));
  const sent = Object.entries(env).filter(([name]) =>
    patterns.some((pattern) => globMatches(pattern, name)),
  );
  const set = (values.get('setenv') ?? []).flatMap((line): [string, string][] => {
    const [, name, value] = /^([^=\s]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  const found: Record<string, string> = {};
  for (const [name, value] of [...sent, ...set]) if (value !== undefined) found[name] = value;
  return found;
}

/** ssh's patterns: `*` any characters, `?` one. */
export function globMatches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
}
