import { createHash } from 'node:crypto';
import type { FirewallFile, FirewallRecord } from '../world/firewall.ts';
import type { GuestType } from '../world/model.ts';
import type { Call, ParameterSpec, ParameterTable, PrivilegeCheck } from './endpoint.ts';
import { died } from './errors.ts';
import { guestParameters, optionalText, text } from './parameter-kinds.ts';

/** What the calls of one place share. */
export interface FirewallPlace {
  /** `/nodes/{node}/qemu/{vmid}/firewall` */
  readonly path: string;
  readonly parameters: ParameterTable;
  readonly env: 'vm' | 'ct';
  readonly audit: PrivilegeCheck;
  readonly modify: PrivilegeCheck;
  readonly file: (call: Call) => FirewallFile;
}

/** The firewall of a guest. PVE reads its file by the VMID alone: no guest of this number has to exist. */
export function guestPlace(type: GuestType): FirewallPlace {
  return {
    path: `/nodes/{node}/${type}/{vmid}/firewall`,
    parameters: guestParameters,
    env: type === 'qemu' ? 'vm' : 'ct',
    audit: { path: '/vms/{vmid}', privileges: ['VM.Audit'] },
    modify: { path: '/vms/{vmid}', privileges: ['VM.Config.Network'] },
    file: (call) => call.world.firewalls.of(call.number('vmid') ?? 0),
  };
}

export const digestParameter: ParameterSpec = optionalText({ maxLength: 64 });
export const firewallName: ParameterSpec = text({
  pattern: /^[A-Za-z][A-Za-z0-9\-_]+$/,
  minLength: 2,
  maxLength: 64,
});

type Rows = readonly Readonly<FirewallRecord>[];

function addTo(sha: ReturnType<typeof createHash>, row: Readonly<Record<string, unknown>>): void {
  for (const key of Object.keys(row).sort()) {
    if (row[key] !== undefined) sha.update(`${key}:${String(row[key])}\n`);
  }
}

/** The checksum that every row of a list carries. */
export function listDigest(rows: Rows): string {
  const sha = createHash('sha1');
  for (const row of rows) addTo(sha, row);
  return sha.digest('hex');
}

export function withDigest(rows: Rows): Record<string, unknown>[] {
  const digest = listDigest(rows);
  return rows.map((row) => ({ ...row, digest }));
}

export function recordDigest(record: Readonly<FirewallRecord>): string {
  const sha = createHash('sha1');
  addTo(sha, record);
  return sha.digest('hex');
}

/** @throws ApiError 500 when somebody else changed it since it was read */
export function refuseChanged(call: Call, now: string): void {
  const given = call.text('digest');
  if (given === undefined || given === '' || given === now) return;
  throw died('detected modified configuration - file changed by other user? Try again.');
}

/** Notes the change, so that kept answers are made anew. */
export function saved(call: Call): null {
  call.world.revision += 1;
  return null;
}
