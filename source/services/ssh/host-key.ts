import type { Failure } from '../../domain/failure.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { HostConfig } from './host-config.ts';
import {
  hostKeyFingerprint,
  judgeHostKey,
  type KnownHost,
  type KnownPlace,
  knownHostName,
  knownTypes,
  onlyAuthority,
} from './known-hosts.ts';
import { rememberHostKey } from './known-hosts-files.ts';
import type { SshAsker } from './types.ts';
import { keyTypeOf } from './wire.ts';

/** Why a connection ends before it began: a failure, or a reason for the system's ssh. */
export type Stop = { readonly failure: Failure } | { readonly system: SafeText };

/** Host key algorithms of the built-in client, the best first. */
const algorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
export type HostKeyAlgorithm = (typeof algorithms)[number];

function algorithmsOf(type: string): readonly string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type];
}

/** `ED25519`, `RSA`, `ECDSA`: a key type as OpenSSH's messages call it. */
export function keyTypeWord(type: string): SafeText {
  const word = /^(?:sk-)?(?:ssh-)?(ed25519|rsa|dss|ecdsa)/.exec(type)?.[1] ?? type;
  return sanitise(word.toUpperCase());
}

export interface HostKeyChecker {
  /** What to ask the host for: the types it is known by, then the others. */
  readonly algorithms: readonly HostKeyAlgorithm[];
  /** Is this the host's key? Asks at the first contact; `undefined` = yes. */
  check(key: Buffer): Promise<Stop | undefined>;
}

export interface HostKeyInput {
  readonly config: HostConfig;
  readonly known: readonly KnownHost[];
  readonly asker: SshAsker;
  /** Keys accepted in this run, by known_hosts name. */
  readonly accepted: Map<string, Buffer>;
  readonly note: (text: SafeText) => void;
}

export function nameInKnownHosts(config: HostConfig): string {
  return config.hostKeyAlias?.toLowerCase() ?? knownHostName(config.host, config.port);
}

/** What the configuration lets be asked for, in its order. */
function allowedBy({ hostKeyAlgorithms }: HostConfig): readonly HostKeyAlgorithm[] {
  if (hostKeyAlgorithms === undefined) return algorithms;
  return hostKeyAlgorithms.flatMap((each) => algorithms.find((one) => one === each) ?? []);
}

/** Checks a host's key against what is known of it; `system` = only another client could. */
export function createHostKeyChecker(
  input: HostKeyInput,
): HostKeyChecker | { readonly system: SafeText } {
  const { config, known } = input;
  const name = nameInKnownHosts(config);
  const authority = onlyAuthority(known, name);
  if (authority) return { system: authorityWords(authority) };
  const allowed = allowedBy(config);
  if (allowed.length === 0) {
    return { system: say`its HostKeyAlgorithms name none that the built-in client has` };
  }
  const wanted = knownTypes(known, name).flatMap(algorithmsOf);
  const usable = allowed.filter((each) => wanted.includes(each));
  if (wanted.length > 0 && !algorithms.some((each) => wanted.includes(each))) {
    const types = sanitise(knownTypes(known, name).join(', '));
    return { system: say`its key is known as ${types}, which the built-in client cannot check` };
  }
  return {
    // What is known comes first, whatever the order: another key of the host would look like a changed one.
    algorithms: [...usable, ...allowed.filter((each) => !usable.includes(each))],
    check: (key) => check(key, name, input),
  };
}

function authorityWords({ file, line }: KnownPlace): SafeText {
  return say`a certificate authority vouches for its key (${sanitise(file)}, line ${line}), which the built-in client cannot check`;
}

function whereOf({ alias, host, port }: HostConfig): SafeText {
  const address = port === 22 ? sanitise(host) : say`${sanitise(host)}, port ${port}`;
  return alias === host ? address : say`${sanitise(alias)} (${address})`;
}

async function check(key: Buffer, name: string, input: HostKeyInput): Promise<Stop | undefined> {
  const { config, known, accepted } = input;
  const judged = judgeHostKey(known, name, key);
  if (judged.verdict === 'ok') return undefined;
  if (judged.verdict === 'authority') return { system: authorityWords(judged.place) };
  if (judged.verdict === 'revoked') return { failure: revoked(key, config, judged.place) };
  if (judged.verdict === 'changed') return { failure: changed(key, config, judged.place) };
  if (accepted.get(name)?.equals(key)) return undefined;
  if (accepted.has(name)) return { failure: changed(key, config, undefined) };
  return firstContact(key, name, input);
}

async function firstContact(
  key: Buffer,
  name: string,
  { config, asker, accepted, note }: HostKeyInput,
): Promise<Stop | undefined> {
  const fingerprint = hostKeyFingerprint(key);
  const keyType = keyTypeWord(keyTypeOf(key));
  const where = whereOf(config);
  const refused = (what: SafeText, next: SafeText): Stop => ({
    failure: {
      kind: 'host-key',
      what,
      where,
      next,
      detail: say`${keyType} ${sanitise(fingerprint)}`,
    },
  });
  if (config.strict) {
    return refused(
      say`The host's key is not known, and StrictHostKeyChecking is on`,
      say`add its key to known_hosts`,
    );
  }
  const [file] = config.userKnownHosts;
  const trusted = await asker.trustHostKey({
    host: sanitise(config.alias),
    address:
      config.port === 22 ? sanitise(config.host) : say`${sanitise(config.host)}:${config.port}`,
    keyType,
    fingerprint,
    ...(file === undefined ? {} : { file: sanitise(file) }),
  });
  if (!trusted) {
    return refused(say`The host's key was not accepted`, say`compare it on the host itself first`);
  }
  accepted.set(name, key);
  const problem =
    file === undefined
      ? 'no file is set for it'
      : await rememberHostKey(file, name, key, config.hashKnownHosts);
  if (problem !== undefined) {
    note(say`The host's key could not be remembered: ${sanitise(file ?? '')} ${sanitise(problem)}`);
  }
  return undefined;
}

function changed(key: Buffer, config: HostConfig, place: KnownPlace | undefined): Failure {
  const shown = keyTypeOf(key);
  const other = place !== undefined && place.type !== shown;
  const known = other ? say` (known by its ${keyTypeWord(place.type)} key)` : say``;
  const from = place
    ? say`${sanitise(place.file)}, line ${place.line}`
    : say`the key accepted a moment ago`;
  return {
    kind: 'host-key',
    what: say`The host's key has changed; the connection was ended`,
    where: whereOf(config),
    next: place
      ? say`somebody may stand between you and it, or it was set up anew; ask its administrator, and only then remove ${from}`
      : say`somebody may stand between you and it`,
    detail: say`it shows ${keyTypeWord(shown)} ${sanitise(hostKeyFingerprint(key))}, which is not the one in ${from}${known}`,
  };
}

function revoked(key: Buffer, config: HostConfig, { file, line }: KnownPlace): Failure {
  return {
    kind: 'host-key',
    what: say`The host's key was revoked; the connection was ended`,
    where: whereOf(config),
    next: say`ask its administrator for the new one`,
    detail: say`${keyTypeWord(keyTypeOf(key))} ${sanitise(hostKeyFingerprint(key))} is revoked in ${sanitise(file)}, line ${line}`,
  };
}

export { whereOf as hostPlace };
