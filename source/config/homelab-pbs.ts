import type { PbsServerConfig } from '../domain/homelab.ts';
import type { PbsId } from '../domain/pbs.ts';
import type { SiteId } from '../domain/site.ts';
import { type AccessWords, readAuth, readId, readTls, required } from './homelab-access.ts';
import {
  type Checked,
  checkDatastore,
  checkNamespace,
  checkPbsEndpoint,
  checkPbsFingerprint,
  checkPbsToken,
} from './homelab-values.ts';
import { checked } from './read-checked.ts';
import type { FileContext } from './secret-reference.ts';
import type { Place, YamlReader } from './yaml-reader.ts';

const pbsWords: AccessWords = { token: checkPbsToken, fingerprint: checkPbsFingerprint };

const known = ['id', 'endpoint', 'auth', 'tls', 'datastores', 'namespaces'];

export interface PbsContext {
  readonly site: SiteId;
  /** Ids that are taken, in lower case. */
  readonly seen: Set<string>;
  readonly context: FileContext;
}

/** The `pbs:` part of a site: the Proxmox Backup Servers that keep its backups. */
export function readPbs(
  reader: YamlReader,
  place: Place,
  context: PbsContext,
): PbsServerConfig[] | undefined {
  const items = reader.list(place, 'pbs', '- id: pbs1');
  if (!items) return undefined;
  if (items.length === 0) reader.problem(place, 'pbs is empty', 'remove it, or add a server');
  return items.flatMap((item) => readServer(reader, item, context) ?? []);
}

function readServer(
  reader: YamlReader,
  place: Place,
  { site, seen, context }: PbsContext,
): PbsServerConfig | undefined {
  const fields = reader.map(place, 'a backup server', known);
  if (!fields) return undefined;
  const id = required(reader, fields.id, place, 'id', (at) =>
    readId(reader, at, seen, 'backup server'),
  );
  const endpoint = required(reader, fields.endpoint, place, 'endpoint', (at) =>
    checked(reader, at, 'endpoint', checkPbsEndpoint),
  );
  const auth = required(reader, fields.auth, place, 'auth', (at) =>
    readAuth(reader, at, context, pbsWords),
  );
  const tls = readTls(reader, fields.tls, context, pbsWords);
  const datastores = names(reader, fields.datastores, 'datastores', checkDatastore);
  const namespaces = names(reader, fields.namespaces, 'namespaces', checkNamespace);
  if (!id || !endpoint || !auth || !tls) return undefined;
  return {
    id: id as PbsId,
    site,
    endpoints: [endpoint],
    auth,
    tls,
    ...(datastores === undefined ? {} : { datastores }),
    ...(namespaces === undefined ? {} : { namespaces }),
  };
}

/** A list of names, each once; `all` is the same as leaving it out. */
function names(
  reader: YamlReader,
  place: Place,
  name: 'datastores' | 'namespaces',
  check: (text: string) => Checked<string>,
): readonly string[] | undefined {
  if (place === undefined || reader.value(place) === 'all') return undefined;
  const items = reader.list(place, name, name === 'datastores' ? '[main]' : '[/, prod]');
  if (!items) return undefined;
  if (items.length === 0) reader.problem(place, `${name} is empty`, 'remove it to see all of them');
  const found: string[] = [];
  for (const item of items) {
    const value = checked(reader, item, name, check);
    if (value === undefined) continue;
    if (found.includes(value)) reader.problem(item, 'it is listed twice');
    else found.push(value);
  }
  return found;
}
