import type { ClusterStatus } from '../../domain/node.ts';
import type { Permissions } from '../../domain/permission.ts';
import { asRow, flag, rowsOf, text, told } from '../decode.ts';

/** GET /cluster/status: the cluster's row is there only when there is a cluster. */
export function decodeClusterStatus(data: readonly unknown[]): ClusterStatus {
  const rows = rowsOf(data);
  const cluster = rows.find((row) => row.type === 'cluster');
  const members = rows.flatMap((row) => {
    const node = row.type === 'node' ? text(row.name) : undefined;
    if (node === undefined) return [];
    const online = flag(row.online) === true;
    return [told({ node, online, local: flag(row.local) === true, ip: text(row.ip) })];
  });
  return told<ClusterStatus>({
    name: cluster && text(cluster.name),
    quorate: cluster && flag(cluster.quorate),
    members,
  });
}

/** GET /access/permissions: path → privilege → does it propagate. Paths and names are compared, never shown. */
export function decodePermissions(data: unknown): Permissions {
  const permissions = new Map<string, ReadonlyMap<string, boolean>>();
  for (const [path, privileges] of Object.entries(asRow(data) ?? {})) {
    const row = asRow(privileges);
    if (!row) continue;
    const held = Object.entries(row).map(([name, value]) => [name, flag(value) === true] as const);
    permissions.set(path, new Map(held));
  }
  return permissions;
}

/** The SHA-256 fingerprints in GET /nodes. */
export function fingerprintsOf(data: unknown): string[] {
  return rowsOf(data).flatMap((row) => {
    const fingerprint = row.ssl_fingerprint;
    return typeof fingerprint === 'string' && /^(?:[0-9a-f]{2}:){31}[0-9a-f]{2}$/i.test(fingerprint)
      ? [fingerprint]
      : [];
  });
}
