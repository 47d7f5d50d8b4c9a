import { createPrivateKey } from 'node:crypto';
import { connect } from 'node:net';
import type { ParsedKey } from 'ssh2';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { HostConfig } from './host-config.ts';
import { type Identity, shortPath } from './identities.ts';
import type { KeyRing } from './key-ring.ts';
import { keyTypeOf } from './wire.ts';

const addIdentity = 17;
const addConstrained = 25;
const success = 6;
const constrainLifetime = 1;
const constrainConfirm = 2;
const curves: Readonly<Record<string, string>> = {
  'P-256': 'nistp256',
  'P-384': 'nistp384',
  'P-521': 'nistp521',
};

/** ms */
const agentWait = 5_000;

/** Whose key it is, and who is told. */
interface Person {
  readonly config: HostConfig;
  readonly keys: KeyRing;
  readonly home: string;
  readonly note: (text: SafeText) => void;
}

/** `lifetime` in seconds; `confirm` = the agent asks before each use. */
interface AgentConstraints {
  readonly lifetime?: number;
  readonly confirm?: boolean;
}

/** AddKeysToAgent: a key that was unlocked once needs no passphrase from then on. What does not work is noted, once. */
export async function handToAgent(
  identity: Identity,
  key: ParsedKey,
  { config, keys, home, note }: Person,
): Promise<void> {
  const { addToAgent: wish, agent } = config;
  if (!wish || !keys.firstTime(identity.path)) return;
  const name = shortPath(identity.path, home);
  if (wish.how === 'ask' || agent === undefined) {
    const why = agent === undefined ? say`there is no agent` : say`nobody is asked here`;
    return note(say`AddKeysToAgent: ${name} was not added, ${why}; ssh-add does it`);
  }
  const { lifetime } = wish;
  const constraints = {
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(wish.how === 'confirm' ? { confirm: true } : {}),
  };
  const comment = key.comment || identity.path;
  if (await addToAgent(agent, key, comment, constraints, agentWait)) return;
  note(say`AddKeysToAgent: the agent did not take ${name}`);
}

/** Hands an unlocked key to the agent behind a socket (RFC draft "SSH Agent Protocol", 3.2); false = it was not taken. */
function addToAgent(
  socket: string,
  key: ParsedKey,
  comment: string,
  constraints: AgentConstraints,
  wait: number,
): Promise<boolean> {
  const message = addMessage(key, comment, constraints);
  if (!message) return Promise.resolve(false);
  return new Promise((resolve) => {
    const connection = connect(socket);
    let received = Buffer.alloc(0);
    const finish = (taken: boolean) => {
      clearTimeout(timer);
      connection.destroy();
      message.fill(0);
      resolve(taken);
    };
    const timer = setTimeout(() => finish(false), wait);
    connection.on('error', () => finish(false));
    connection.on('close', () => finish(false));
    connection.on('connect', () => connection.write(message));
    connection.on('data', (part) => {
      received = Buffer.concat([received, part]);
      if (received.length > 4) finish(received[4] === success);
    });
  });
}

function addMessage(
  key: ParsedKey,
  comment: string,
  { lifetime, confirm }: AgentConstraints,
): Buffer | undefined {
  const fields = privateFields(key);
  if (!fields) return undefined;
  const constrained = lifetime !== undefined || confirm === true;
  const parts = [
    Buffer.from([constrained ? addConstrained : addIdentity]),
    ...fields.map(field),
    field(Buffer.from(comment, 'utf8')),
  ];
  if (lifetime !== undefined) {
    const seconds = Buffer.alloc(5);
    seconds[0] = constrainLifetime;
    seconds.writeUInt32BE(lifetime, 1);
    parts.push(seconds);
  }
  if (confirm) parts.push(Buffer.from([constrainConfirm]));
  return field(Buffer.concat(parts));
}

/** undefined = Node cannot read it, or a kind that has no such form. */
function jwkOf(key: ParsedKey) {
  try {
    return createPrivateKey(String(key.getPrivatePEM())).export({ format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** The private key's fields in the order of the protocol, without their lengths; undefined = a kind it does not have. */
function privateFields(key: ParsedKey): readonly Buffer[] | undefined {
  const type = keyTypeOf(key.getPublicSSH());
  const jwk = jwkOf(key);
  if (!jwk) return undefined;
  const { crv, d, x, y, n, e, p, q, qi } = jwk as Readonly<Record<string, string | undefined>>;
  const bytes = (value: string | undefined) => Buffer.from(value ?? '', 'base64url');
  const name = Buffer.from(type, 'latin1');
  if (crv === 'Ed25519') return [name, bytes(x), Buffer.concat([bytes(d), bytes(x)])];
  const curve = curves[crv ?? ''];
  if (curve !== undefined) {
    const point = Buffer.concat([Buffer.from([4]), bytes(x), bytes(y)]);
    return [name, Buffer.from(curve, 'latin1'), point, mpint(bytes(d))];
  }
  if (n === undefined) return undefined;
  return [name, ...[n, e, d, qi, p, q].map((each) => mpint(bytes(each)))];
}

/** A positive number: no leading zeros but the one that keeps it positive. */
function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((each) => each !== 0);
  const number = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  return (number[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), number]) : number;
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length, 0);
  return Buffer.concat([length, bytes]);
}
