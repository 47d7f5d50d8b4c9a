import type {
  FirewallAliasState,
  FirewallEntryState,
  FirewallFile,
  FirewallRecord,
  FirewallSetState,
} from '../../world/firewall.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, parameterErrors } from '../errors.ts';
import {
  digestParameter,
  type FirewallPlace,
  firewallName,
  listDigest,
  refuseChanged,
  saved,
  withDigest,
} from '../firewall-access.ts';
import { optionalFlag, optionalText, text } from '../parameter-kinds.ts';

const sorted = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== name));
}

const row = (value: FirewallAliasState | FirewallEntryState) => ({ ...value }) as FirewallRecord;

export function aliasRows(file: FirewallFile): FirewallRecord[] {
  return sorted(file.aliases).map(([, alias]) => row(alias));
}

export function setRows(file: FirewallFile): FirewallRecord[] {
  return sorted(file.sets).map(([name, { comment }]) => ({
    name,
    ...(comment === undefined ? {} : { comment }),
  }));
}

function createAlias(call: Call, file: FirewallFile): null {
  const name = call.required('name');
  if (name.toLowerCase() in file.aliases) {
    throw parameterErrors({ name: `alias '${name}' already exists` });
  }
  file.aliases = { ...file.aliases, [name.toLowerCase()]: aliasFrom(call, name) };
  return saved(call);
}

function aliasFrom(call: Call, name: string): FirewallAliasState {
  const comment = call.text('comment');
  return { name, cidr: call.required('cidr'), ...(comment ? { comment } : {}) };
}

function findAlias(call: Call, file: FirewallFile): FirewallAliasState {
  const alias = file.aliases[call.required('name').toLowerCase()];
  if (!alias) throw parameterErrors({ name: 'no such alias' });
  return alias;
}

function updateAlias(call: Call, file: FirewallFile): null {
  refuseChanged(call, listDigest(aliasRows(file)));
  findAlias(call, file);
  const old = call.required('name').toLowerCase();
  const wanted = call.text('rename');
  const next = wanted?.toLowerCase() ?? old;
  if (next !== old && next in file.aliases) {
    throw parameterErrors({ name: `alias '${wanted}' already exists` });
  }
  const name = next === old ? call.required('name') : (wanted ?? old);
  file.aliases = { ...without(file.aliases, old), [next]: aliasFrom(call, name) };
  return saved(call);
}

function removeAlias(call: Call, file: FirewallFile): null {
  refuseChanged(call, listDigest(aliasRows(file)));
  file.aliases = without(file.aliases, call.required('name').toLowerCase());
  return saved(call);
}

/** A new set, or another name and comment for one that is there. */
function createSet(call: Call, file: FirewallFile): null {
  const name = call.required('name');
  const comment = call.text('comment');
  const told = comment === undefined ? {} : { comment };
  const rename = call.text('rename');
  if (rename === undefined) {
    if (name in file.sets) throw parameterErrors({ name: `IPSet '${name}' already exists` });
    file.sets = { ...file.sets, [name]: { entries: [], ...told } };
    return saved(call);
  }
  refuseChanged(call, listDigest(setRows(file)));
  const old = file.sets[rename];
  if (!old) throw parameterErrors({ name: `IPSet '${rename}' does not exist` });
  if (name !== rename && name in file.sets) {
    throw parameterErrors({ name: `IPSet '${name}' does already exist` });
  }
  file.sets = { ...without(file.sets, rename), [name]: { ...old, ...told } };
  return saved(call);
}

function findSet(call: Call, file: FirewallFile): { name: string; set: FirewallSetState } {
  const name = call.required('name');
  const set = file.sets[name];
  if (!set) throw died(`no such IPSet '${name}'`);
  return { name, set };
}

function removeSet(call: Call, file: FirewallFile): null {
  const { name, set } = findSet(call, file);
  if (set.entries.length > 0 && !call.flag('force')) throw died(`IPSet '${name}' is not empty`);
  file.sets = without(file.sets, name);
  return saved(call);
}

const entryRows = ({ entries }: FirewallSetState) => entries.map(row);

/** Host bits are cut off, and a prefix that says nothing. */
function cleanCidr(cidr: string): string {
  const [address = '', prefix] = cidr.split('/');
  if (prefix === undefined || prefix === '32' || prefix === '128') return address;
  if (address.includes(':')) return cidr;
  const parts = address.split('.').map(Number);
  const kept = parts.map((part, index) => {
    const bits = Math.max(0, Math.min(8, Number(prefix) - index * 8));
    return part & (256 - 2 ** (8 - bits));
  });
  return `${kept.join('.')}/${prefix}`;
}

function addEntry(call: Call, file: FirewallFile): null {
  const { name, set } = findSet(call, file);
  const given = call.required('cidr');
  const alias = /^(?:dc\/|guest\/)?([A-Za-z][A-Za-z0-9\-_]+)$/.exec(given)?.[1]?.toLowerCase();
  const { cluster } = call.world.firewalls;
  if (alias !== undefined && !(alias in file.aliases || alias in cluster.aliases)) {
    throw died(`no such alias '${given}'`);
  }
  const cidr = alias === undefined ? cleanCidr(given) : given;
  if (set.entries.some((entry) => entry.cidr === cidr)) {
    throw parameterErrors({ cidr: `address '${cidr}' already exists` });
  }
  if (/\/0+$/.test(cidr)) {
    throw parameterErrors({ cidr: 'a zero prefix is not allowed in ipset entries' });
  }
  const entry = entryFrom(call, cidr);
  file.sets = { ...file.sets, [name]: { ...set, entries: [entry, ...set.entries] } };
  return saved(call);
}

function entryFrom(call: Call, cidr: string): FirewallEntryState {
  const comment = call.text('comment');
  return {
    cidr,
    ...(call.flag('nomatch') ? { nomatch: 1 as const } : {}),
    ...(comment ? { comment } : {}),
  };
}

function findEntry(call: Call, set: FirewallSetState): FirewallEntryState {
  const found = set.entries.find(({ cidr }) => cidr === call.required('cidr'));
  if (!found) throw parameterErrors({ cidr: 'no such IP/Network' });
  return found;
}

function updateEntry(call: Call, file: FirewallFile): null {
  const { name, set } = findSet(call, file);
  refuseChanged(call, listDigest(entryRows(set)));
  const old = findEntry(call, set);
  const entries = set.entries.map((each) => (each === old ? entryFrom(call, old.cidr) : each));
  file.sets = { ...file.sets, [name]: { ...set, entries } };
  return saved(call);
}

function removeEntry(call: Call, file: FirewallFile): null {
  const { name, set } = findSet(call, file);
  refuseChanged(call, listDigest(entryRows(set)));
  const entries = set.entries.filter(({ cidr }) => cidr !== call.required('cidr'));
  file.sets = { ...file.sets, [name]: { ...set, entries } };
  return saved(call);
}

export function nameEndpoints(place: FirewallPlace): Endpoint[] {
  const { parameters, file } = place;
  const read = { method: 'GET', permission: place.audit } as const;
  const write = { permission: place.modify, needsQuorum: true } as const;
  const aliases = `${place.path}/aliases`;
  const alias = `${aliases}/{name}`;
  const sets = `${place.path}/ipset`;
  const set = `${sets}/{name}`;
  const entry = `${set}/{cidr}`;
  const named = { ...parameters, name: firewallName };
  const comment = optionalText();
  const cidr = text({ format: 'IPorCIDR' });
  const entryCidr = text({ format: 'IPorCIDRorAlias' });
  const digest = digestParameter;
  const rename = { ...firewallName, optional: true };
  const entryParts = { comment, nomatch: optionalFlag() };
  const rows = (list: (file: FirewallFile) => FirewallRecord[]) => (call: Call) =>
    withDigest(list(file(call)));
  const does = (edit: (call: Call, file: FirewallFile) => unknown) => (call: Call) =>
    edit(call, file(call));
  return [
    { ...read, path: aliases, parameters, handler: rows(aliasRows) },
    {
      ...write,
      method: 'POST',
      path: aliases,
      parameters: { ...named, cidr, comment },
      handler: does(createAlias),
    },
    { ...read, path: alias, parameters: named, handler: does(findAlias) },
    {
      ...write,
      method: 'PUT',
      path: alias,
      parameters: { ...named, cidr, comment, digest, rename },
      handler: does(updateAlias),
    },
    {
      ...write,
      method: 'DELETE',
      path: alias,
      parameters: { ...named, digest },
      handler: does(removeAlias),
    },
    { ...read, path: sets, parameters, handler: rows(setRows) },
    {
      ...write,
      method: 'POST',
      path: sets,
      parameters: { ...named, comment, digest, rename },
      handler: does(createSet),
    },
    {
      ...read,
      path: set,
      parameters: named,
      handler: (call) => withDigest(entryRows(findSet(call, file(call)).set)),
    },
    {
      ...write,
      method: 'POST',
      path: set,
      parameters: { ...named, cidr: entryCidr, ...entryParts },
      handler: does(addEntry),
    },
    {
      ...write,
      method: 'DELETE',
      path: set,
      parameters: { ...named, force: optionalFlag() },
      handler: does(removeSet),
    },
    {
      ...read,
      path: entry,
      parameters: { ...named, cidr: entryCidr },
      handler: (call) => findEntry(call, findSet(call, file(call)).set),
    },
    {
      ...write,
      method: 'PUT',
      path: entry,
      parameters: { ...named, cidr: entryCidr, digest, ...entryParts },
      handler: does(updateEntry),
    },
    {
      ...write,
      method: 'DELETE',
      path: entry,
      parameters: { ...named, cidr: entryCidr, digest },
      handler: does(removeEntry),
    },
  ];
}
