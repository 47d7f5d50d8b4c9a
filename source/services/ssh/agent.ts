import { connect } from 'node:net';
import type { BaseAgent, OpenSSHAgent, ParsedKey, SigningRequestOptions } from 'ssh2';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Identity, Unlocked } from './identities.ts';
import { keyTypeOf, WireReader } from './wire.ts';

type Ssh2 = typeof import('ssh2');

/** A key that an agent holds. */
export interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
}

const answerLimit = 1024 * 1024;
const requestIdentities = Buffer.from([0, 0, 0, 1, 11]);
const identitiesAnswer = 12;

/** The keys of the agent behind a socket, also those that the built-in client cannot use. undefined = it does not answer. */
export function listAgentKeys(
  socket: string,
  wait: number,
): Promise<readonly AgentKey[] | undefined> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    let received = Buffer.alloc(0);
    const finish = (keys: readonly AgentKey[] | undefined) => {
      clearTimeout(timer);
      connection.destroy();
      resolve(keys);
    };
    const timer = setTimeout(() => finish(undefined), wait);
    connection.on('error', () => finish(undefined));
    connection.on('close', () => finish(undefined));
    connection.on('connect', () => connection.write(requestIdentities));
    connection.on('data', (part) => {
      received = Buffer.concat([received, part]);
      if (received.length < 4) return;
      const length = received.readUInt32BE(0);
      if (length > answerLimit) finish(undefined);
      else if (received.length >= length + 4) finish(parseKeys(received.subarray(4)));
    });
  });
}

function parseKeys(answer: Buffer): readonly AgentKey[] | undefined {
  const reader = new WireReader(answer);
  if (reader.byte() !== identitiesAnswer) return undefined;
  const count = reader.uint32() ?? 0;
  const keys: AgentKey[] = [];
  for (let index = 0; index < count; index += 1) {
    const blob = reader.string();
    const comment = reader.string();
    if (!blob || !comment) return undefined;
    keys.push({ blob, comment: comment.toString('utf8') });
  }
  return keys;
}

/** Certificates and keys on security keys: ssh can use them, the built-in client cannot. */
export function needsOtherClient({ blob }: AgentKey): boolean {
  const type = keyTypeOf(blob);
  return type.includes('-cert-') || type.startsWith('sk-');
}

/** One key to offer: the agent signs, or a file does once it is unlocked. */
export type Offer =
  | { readonly from: 'agent'; readonly blob: Buffer }
  | { readonly from: 'file'; readonly blob: Buffer; readonly identity: Identity };

export interface OfferedKeys {
  readonly offers: readonly Offer[];
  readonly socket?: string;
  /** Called only for a key that the host has said it would take. */
  readonly unlock: (identity: Identity) => Promise<Unlocked>;
  /** The host would take this key, but only another client can use it. */
  readonly onSystemOnly: (reason: SafeText) => void;
  readonly onUnusable: (words: SafeText) => void;
}

/**
 * Keys of the agent and of files as one agent for ssh2: public halves are offered first, so a passphrase is asked for only
 * when the host takes that key.
 */
export function createOfferingAgent(ssh2: Ssh2, keys: OfferedKeys): BaseAgent {
  const { BaseAgent, OpenSSHAgent, utils } = ssh2;
  const parse = (blob: Buffer): ParsedKey | undefined => {
    const parsed = utils.parseKey(blob);
    return parsed instanceof Error ? undefined : [parsed].flat()[0];
  };
  let system: OpenSSHAgent | undefined;
  const signWithAgent = (key: ParsedKey, data: Buffer, options: SigningRequestOptions) =>
    new Promise<Buffer>((resolve, reject) => {
      system ??= new OpenSSHAgent(keys.socket ?? '');
      system.sign(key, data, options, (error, signature) =>
        signature ? resolve(signature) : reject(error ?? new Error('the agent did not sign')),
      );
    });
  const sign = async (key: ParsedKey, data: Buffer, options: SigningRequestOptions) => {
    const blob = key.getPublicSSH();
    const offer = keys.offers.find((each) => each.blob.equals(blob));
    if (offer?.from !== 'file') return signWithAgent(key, data, options);
    if (offer.identity.systemOnly) {
      keys.onSystemOnly(offer.identity.systemOnly);
      throw new Error('not for this client');
    }
    const unlocked = await keys.unlock(offer.identity);
    if ('problem' in unlocked) {
      keys.onUnusable(unlocked.words);
      throw new Error('locked');
    }
    const signature: Buffer | Error = unlocked.key.sign(data, options.hash);
    if (signature instanceof Error) throw signature;
    return signature;
  };
  return new (class extends BaseAgent<ParsedKey> {
    override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
      done(
        undefined,
        keys.offers.flatMap(({ blob }) => parse(blob) ?? []),
      );
    }
    override sign(...given: unknown[]): void {
      const [key, data, options, callback] = given as [
        ParsedKey,
        Buffer,
        SigningRequestOptions,
        (error: Error | undefined, signature?: Buffer) => void,
      ];
      sign(key, data, options).then(
        (signature) => callback(undefined, signature),
        (error: Error) => callback(error),
      );
    }
  })();
}
