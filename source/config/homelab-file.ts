import type { Homelab, PveSiteConfig } from '../domain/homelab.ts';
import type { SiteId } from '../domain/site.ts';
import { readAuth, readId, readTls, required } from './homelab-access.ts';
import { readPbs } from './homelab-pbs.ts';
import type { HomelabProblem } from './homelab-problem.ts';
import { readSsh } from './homelab-ssh.ts';
import { checkEndpoint, checkSpiceProxy } from './homelab-values.ts';
import { checked } from './read-checked.ts';
import type { FileContext } from './secret-reference.ts';
import { type Place, YamlReader } from './yaml-reader.ts';

export type ParsedHomelab =
  | { readonly ok: true; readonly homelab: Homelab }
  | { readonly ok: false; readonly problems: readonly HomelabProblem[] };

const actionId = /^[a-z]+\.[a-z-]+$/;

/**
 * Checks the text of `homelab.yaml`. Everything wrong is told at once, in the order of the file; a byte order mark and
 * CRLF are accepted. Brings the YAML parser with it, so load this module with `import()`.
 */
export function parseHomelab(source: string, context: FileContext): ParsedHomelab {
  const reader = new YamlReader(source.replace(/^\ufeff/, ''));
  // After a syntax error the tree is a guess, and problems found in it would mislead.
  const homelab = reader.problems.length === 0 ? readRoot(reader, context) : undefined;
  if (homelab && reader.problems.length === 0) return { ok: true, homelab };
  const problems = [...reader.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return { ok: false, problems };
}

function readRoot(reader: YamlReader, context: FileContext): Homelab | undefined {
  if (reader.root === null || reader.root === undefined) {
    reader.problemAt(0, 'the file is empty', 'start with version: 1 and sites:');
    return undefined;
  }
  const root = reader.map(reader.root, 'the file', ['version', 'sites', 'allow', 'read_only']);
  if (!root) return undefined;
  readVersion(reader, root.version);
  const allow = root.allow === undefined ? undefined : readAllow(reader, root.allow);
  const readOnly =
    root.read_only === undefined ? undefined : reader.flag(root.read_only, 'read_only');
  const sites = readSites(reader, root.sites, context);
  return {
    version: 1,
    sites,
    ...(allow === undefined ? {} : { allow }),
    ...(readOnly === undefined ? {} : { readOnly }),
  };
}

function readVersion(reader: YamlReader, place: Place): void {
  if (place === undefined) {
    reader.problem(reader.root, 'version is missing', 'start the file with version: 1');
  } else if (reader.value(place) !== 1) {
    reader.problem(place, 'this program reads version 1 of the file', 'write version: 1');
  }
}

function readAllow(reader: YamlReader, place: Place): string[] {
  const found: string[] = [];
  for (const item of reader.list(place, 'allow', '[node.reboot, node.shutdown]') ?? []) {
    const id = reader.text(item, 'an action id');
    if (id === undefined) continue;
    if (!actionId.test(id)) {
      reader.problem(item, 'this is not an action id', 'write scope.verb, for example node.reboot');
    } else if (found.includes(id)) reader.problem(item, `${id} is allowed twice`);
    else found.push(id);
  }
  return found;
}

function readSites(reader: YamlReader, place: Place, context: FileContext): PveSiteConfig[] {
  if (place === undefined) {
    reader.problem(reader.root, 'sites is missing', 'a site is a Proxmox VE cluster or one node');
    return [];
  }
  const items = reader.list(place, 'sites', '- id: home');
  if (items?.length === 0) reader.problem(place, 'sites is empty', 'add at least one site');
  const seen = new Set<string>();
  const sites: PveSiteConfig[] = [];
  for (const item of items ?? []) {
    const site = readSite(reader, item, seen, context);
    if (site) sites.push(site);
  }
  return sites;
}

function readSite(
  reader: YamlReader,
  place: Place,
  seen: Set<string>,
  context: FileContext,
): PveSiteConfig | undefined {
  const fields = reader.map(place, 'a site', ['id', 'pve', 'pbs', 'ssh']);
  if (!fields) return undefined;
  const id = required(reader, fields.id, place, 'id', (at) => readId(reader, at, seen));
  const pve = required(reader, fields.pve, place, 'pve', (at) =>
    reader.map(at, 'pve', ['endpoints', 'auth', 'tls', 'spice_proxy']),
  );
  if (!pve) return undefined;
  const endpoints = required(reader, pve.endpoints, fields.pve, 'endpoints', (at) =>
    readEndpoints(reader, at),
  );
  const auth = required(reader, pve.auth, fields.pve, 'auth', (at) =>
    readAuth(reader, at, context),
  );
  const tls = readTls(reader, pve.tls, context);
  const spiceProxy =
    pve.spice_proxy === undefined
      ? undefined
      : checked(reader, pve.spice_proxy, 'spice_proxy', checkSpiceProxy);
  const ssh = fields.ssh === undefined ? undefined : readSsh(reader, fields.ssh, context);
  const pbs =
    fields.pbs === undefined
      ? undefined
      : readPbs(reader, fields.pbs, { site: id ?? ('' as SiteId), seen, context });
  if (!id || !endpoints || !auth || !tls) return undefined;
  return {
    id,
    endpoints,
    auth,
    tls,
    ...(spiceProxy === undefined ? {} : { spiceProxy }),
    ...(ssh === undefined ? {} : { ssh }),
    ...(pbs === undefined ? {} : { pbs }),
  };
}

function readEndpoints(reader: YamlReader, place: Place): string[] | undefined {
  const items = reader.list(place, 'endpoints', '[https://192.168.1.10:8006]');
  if (!items) return undefined;
  if (items.length === 0) reader.problem(place, 'endpoints is empty', 'add at least one address');
  const found: string[] = [];
  for (const item of items) {
    const url = checked(reader, item, 'endpoint', checkEndpoint);
    if (url === undefined) continue;
    if (found.includes(url)) reader.problem(item, `${url} is listed twice`);
    else found.push(url);
  }
  return found;
}
