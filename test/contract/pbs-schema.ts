import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SchemaEndpoint } from './schema.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'reference');
const file = join(folder, 'pbs-api.min.json');

/** Why the contract with Proxmox Backup Server cannot be checked in this checkout; undefined = it can. */
export const pbsSchemaMissing = existsSync(file)
  ? undefined
  : 'the official API schema is not beside this checkout (../shared/reference), and it is not part of the project';

/** Its patterns are written `/^…$/`, and in the manner of Rust. */
function pattern(text: string): string {
  return text
    .replace(/^\/\^?/, '')
    .replace(/\$?\/$/, '')
    .replaceAll('(?P<', '(?<')
    .replaceAll('[[:^cntrl:]]', '[^\\x00-\\x1f\\x7f]')
    .replaceAll('[:cntrl:]', '\\x00-\\x1f\\x7f');
}

/** All endpoints of a Proxmox Backup Server. */
export function loadPbsSchema(): readonly SchemaEndpoint[] {
  return JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
    key === 'pattern' && typeof value === 'string' ? pattern(value) : value,
  );
}
