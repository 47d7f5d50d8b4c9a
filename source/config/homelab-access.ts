import type { PveAuth, TlsTrust } from '../domain/homelab.ts';
import { isSiteId, type SiteId } from '../domain/site.ts';
import { type Checked, checkFingerprint, checkToken, checkUser } from './homelab-values.ts';
import { checked } from './read-checked.ts';
import { type FileContext, readSecretReference, resolvePath } from './secret-reference.ts';
import type { Place, YamlReader } from './yaml-reader.ts';

/** How one product writes what both have. */
export interface AccessWords {
  readonly token: (text: string) => Checked<string>;
  readonly fingerprint: (text: string) => Checked<string>;
}

export const pveWords: AccessWords = { token: checkToken, fingerprint: checkFingerprint };

/** A field that must be there. */
export function required<T>(
  reader: YamlReader,
  place: Place,
  parent: Place,
  name: string,
  read: (place: Place) => T | undefined,
): T | undefined {
  if (place !== undefined) return read(place);
  reader.problem(parent, `${name} is missing`);
  return undefined;
}

/** An id that no site and no backup server has yet: whatever they tell is named by it. */
export function readId(
  reader: YamlReader,
  place: Place,
  seen: Set<string>,
  what = 'site',
): SiteId | undefined {
  const id = reader.text(place, 'id');
  if (id === undefined) return undefined;
  if (!isSiteId(id)) {
    reader.problem(
      place,
      `this is not a ${what} id`,
      'letters, digits, - and _, at most 32, starting with a letter or digit',
    );
    return undefined;
  }
  if (seen.has(id.toLowerCase())) {
    reader.problem(place, `the ${what} id ${id} is used twice`, `give each ${what} its own id`);
    return undefined;
  }
  seen.add(id.toLowerCase());
  return id;
}

/** `auth`: a token with its secret, or a user with a password. */
export function readAuth(
  reader: YamlReader,
  place: Place,
  context: FileContext,
  words = pveWords,
): PveAuth | undefined {
  const fields = reader.map(place, 'auth', ['token', 'secret', 'user', 'password']);
  if (!fields) return undefined;
  const { token, secret, user, password } = fields;
  if ((token ?? secret) !== undefined && (user ?? password) !== undefined) {
    reader.problem(
      place,
      'auth has both a token and a user',
      'keep token and secret, or user and password',
    );
    return undefined;
  }
  if ((user ?? password) !== undefined) {
    const name = required(reader, user, place, 'user', (at) =>
      checked(reader, at, 'user', checkUser),
    );
    const reference = required(reader, password, place, 'password', (at) =>
      readSecretReference(reader, at, 'password', context),
    );
    return name && reference ? { kind: 'user', user: name, password: reference } : undefined;
  }
  const id = required(reader, token, place, 'token', (at) =>
    checked(reader, at, 'token', words.token),
  );
  const reference = required(reader, secret, place, 'secret', (at) =>
    readSecretReference(reader, at, 'secret', context),
  );
  return id && reference ? { kind: 'token', token: id, secret: reference } : undefined;
}

/** `tls`; a place that is not there asks. */
export function readTls(
  reader: YamlReader,
  place: Place,
  context: FileContext,
  words = pveWords,
): TlsTrust | undefined {
  if (place === undefined) return { kind: 'ask' };
  const fields = reader.map(place, 'tls', ['fingerprint', 'ca', 'system']);
  if (!fields) return undefined;
  const given = Object.keys(fields);
  if (given.length !== 1) {
    reader.problem(
      place,
      given.length === 0 ? 'tls is empty' : `tls has ${given.join(' and ')}`,
      'keep exactly one of fingerprint, ca and system: true; without tls it asks once',
    );
    return undefined;
  }
  if (fields.fingerprint !== undefined) {
    const fingerprint = checked(reader, fields.fingerprint, 'fingerprint', words.fingerprint);
    return fingerprint === undefined ? undefined : { kind: 'fingerprint', fingerprint };
  }
  if (fields.ca !== undefined) {
    const path = reader.text(fields.ca, 'ca');
    return path === undefined ? undefined : { kind: 'ca', path: resolvePath(path, context) };
  }
  if (reader.flag(fields.system, 'system') === true) return { kind: 'system' };
  reader.problem(fields.system, 'system can only be true', 'remove tls to be asked once');
  return undefined;
}
