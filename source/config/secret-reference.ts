import { join } from 'node:path';
import { isMap, isScalar } from 'yaml';
import type { SecretReference } from '../domain/homelab.ts';
import { expandHome } from './paths.ts';
import type { Place, YamlReader } from './yaml-reader.ts';

const howTo =
  'write env:NAME, file:PATH, keyring:SERVICE/ACCOUNT or {cmd: [program, argument]} and keep the secret there';

/** Where relative paths of the file start, and what `~` means. */
export interface FileContext {
  readonly home: string;
  readonly directory: string;
}

/** `~/x` and relative paths as absolute ones. */
export function resolvePath(path: string, context: FileContext): string {
  const expanded = expandHome(path, context.home);
  return expanded.startsWith('/') ? expanded : join(context.directory, expanded);
}

/** Reads a reference to a secret. A secret written out is refused and not repeated. */
export function readSecretReference(
  reader: YamlReader,
  place: Place,
  name: string,
  context: FileContext,
): SecretReference | undefined {
  const node = reader.resolve(place);
  if (isMap(node)) {
    const fields = reader.map(place, name, ['cmd']);
    if (!fields) return undefined;
    if (!fields.cmd) {
      reader.problem(place, `${name} has no cmd`, howTo);
      return undefined;
    }
    return readArgv(reader, fields.cmd);
  }
  if (!isScalar(node) || typeof node.value !== 'string') {
    reader.problem(place, `${name} must be a reference to a secret`, howTo);
    return undefined;
  }
  return readText(reader, place, node.value, name, context);
}

function readArgv(reader: YamlReader, place: Place): SecretReference | undefined {
  const items = reader.list(place, 'cmd', '[pass, show, proxmox]');
  if (!items) return undefined;
  const argv = items.map((item) => reader.text(item, 'each part of cmd'));
  if (argv.includes(undefined)) return undefined;
  if (argv.length === 0) {
    reader.problem(place, 'cmd names no program', 'for example [pass, show, proxmox]');
    return undefined;
  }
  return { from: 'cmd', argv: argv as string[] };
}

function readText(
  reader: YamlReader,
  place: Place,
  text: string,
  name: string,
  context: FileContext,
): SecretReference | undefined {
  const [, from, rest = ''] = /^(env|file|keyring|cmd):(.*)$/s.exec(text) ?? [];
  const refuse = (what: string, suggestion: string) => {
    reader.problem(place, what, suggestion);
    return undefined;
  };
  switch (from) {
    case 'env':
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)
        ? { from, name: rest }
        : refuse('env: needs the name of a variable', 'for example env:PVE_SECRET');
    case 'file':
      return rest.trim() === '' || rest.includes('\0')
        ? refuse('file: needs a path', 'for example file:~/.config/homelab-tui/pve')
        : { from, path: resolvePath(rest, context) };
    case 'keyring': {
      const cut = rest.indexOf('/');
      const service = rest.slice(0, Math.max(0, cut));
      const account = rest.slice(cut + 1);
      return service === '' || account === ''
        ? refuse('keyring: needs a service and an account', 'for example keyring:homelab/admin')
        : { from, service, account };
    }
    case 'cmd': {
      const argv = jsonArgv(rest);
      return argv
        ? { from, argv }
        : refuse('cmd: needs a list of words; no shell reads it', 'cmd:["pass","show","proxmox"]');
    }
    default:
      return refuse(
        `${name} looks like the secret itself, which may not stand in this file`,
        howTo,
      );
  }
}

function jsonArgv(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length === 0) return undefined;
    if (!value.every((part) => typeof part === 'string') || value[0] === '') return undefined;
    return value;
  } catch {
    return undefined;
  }
}
