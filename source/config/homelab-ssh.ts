import { isVmid } from '../domain/guest.ts';
import type { SiteSsh } from '../domain/homelab.ts';
import { checkSshFile, checkSshHost, checkSshUser } from './homelab-values.ts';
import { checked } from './read-checked.ts';
import { type FileContext, resolvePath } from './secret-reference.ts';
import type { Place, YamlReader } from './yaml-reader.ts';

const nodeName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** The `ssh:` part of a site: how its nodes and guests are reached when their addresses alone do not tell. */
export function readSsh(
  reader: YamlReader,
  place: Place,
  context: FileContext,
): SiteSsh | undefined {
  const known = ['user', 'hosts', 'guests', 'config', 'known_hosts', 'identity_file'];
  const fields = reader.map(place, 'ssh', known);
  if (!fields) return undefined;
  const file = (name: string) => {
    const at = fields[name];
    if (at === undefined) return undefined;
    const path = checked(reader, at, name, checkSshFile);
    return path === undefined ? undefined : resolvePath(path, context);
  };
  const user =
    fields.user === undefined ? undefined : checked(reader, fields.user, 'user', checkSshUser);
  const hosts = fields.hosts === undefined ? undefined : readHosts(reader, fields.hosts);
  const guests = fields.guests === undefined ? undefined : readGuests(reader, fields.guests);
  const config = file('config');
  const knownHosts = file('known_hosts');
  const identityFile = file('identity_file');
  return {
    ...(user === undefined ? {} : { user }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(guests === undefined ? {} : { guests }),
    ...(config === undefined ? {} : { config }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...(identityFile === undefined ? {} : { identityFile }),
  };
}

function readHosts(reader: YamlReader, place: Place): Record<string, string> {
  return readNamed(reader, place, 'hosts', '{pve1: 192.168.1.10}', (key) =>
    nodeName.test(key) ? undefined : 'this is not the name of a node',
  );
}

function readGuests(reader: YamlReader, place: Place): Record<string, string> {
  return readNamed(reader, place, 'guests', '{101: admin@web.lan}', (key) =>
    /^\d+$/.test(key) && isVmid(Number(key)) ? undefined : 'this is not a VMID',
  );
}

function readNamed(
  reader: YamlReader,
  place: Place,
  name: string,
  example: string,
  problem: (key: string) => string | undefined,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { key, at, value } of reader.entries(place, name, example) ?? []) {
    const wrong = problem(key);
    if (wrong !== undefined) reader.problem(at, wrong, `for example ${name}: ${example}`);
    const host = checked(reader, value, key || name, checkSshHost);
    if (wrong === undefined && host !== undefined) found[key] = host;
  }
  return found;
}
