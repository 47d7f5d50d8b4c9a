import type { LocalDisk, MigrateCheck } from '../../domain/migrate-check.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { amount, asRow, flag, type Row, rowsOf, text, told } from '../decode.ts';

/** GET …/migrate. qemu writes its keys with underscores, lxc (and newer ones of qemu) with hyphens; both are read. */
export function decodeMigrateCheck(row: Row): MigrateCheck {
  const part = (name: string) => row[name.replaceAll('-', '_')] ?? row[name];
  const mapped = asRow(part('mapped-resource-info'));
  return told<MigrateCheck>({
    running: flag(row.running),
    allowedNodes: names(part('allowed-nodes')),
    notAllowedNodes: decodeReasons(part('not-allowed-nodes')),
    localDisks: rowsOf(part('local-disks')).flatMap(decodeDisk),
    localResources: names(part('local-resources')) ?? [],
    mappedResources:
      names(part('mapped-resources')) ?? Object.keys(mapped ?? {}).map((key) => sanitise(key)),
  });
}

function decodeDisk(row: Row): LocalDisk[] {
  const volid = text(row.volid);
  if (volid === undefined) return [];
  return [
    told<LocalDisk>({
      volid,
      size: amount(row.size),
      cdrom: flag(row.cdrom),
      unused: flag(row.is_unused ?? row['is-unused']),
    }),
  ];
}

function names(value: unknown): SafeText[] | undefined {
  return Array.isArray(value) ? value.flatMap((each) => text(each) ?? []) : undefined;
}

/** Node → what stands in the way there; a reason that is not known is told by its key, never dropped. */
function decodeReasons(value: unknown): Record<string, readonly SafeText[]> | undefined {
  const nodes = asRow(value);
  if (!nodes) return undefined;
  const reasons: Record<string, readonly SafeText[]> = {};
  for (const [node, told] of Object.entries(nodes)) {
    const found = Object.entries(asRow(told) ?? {}).flatMap(([key, what]) => reason(key, what));
    reasons[sanitise(node)] = found.length > 0 ? found : [say`The server does not say why`];
  }
  return reasons;
}

function reason(key: string, value: unknown): SafeText[] {
  const list = Array.isArray(value) ? value : [value];
  if (/^unavailable.storages$/.test(key)) {
    return list.map((storage) => say`storage ${sanitise(storage)} is not there`);
  }
  if (/^unavailable.resources$/.test(key)) {
    return list.map((name) => say`resource mapping ${sanitise(name)} is not there`);
  }
  if (/^blocking.ha.resources$/.test(key)) {
    return rowsOf(list).map((row) => {
      const cause = text(row.cause) ?? say`its rules`;
      return say`HA resource ${text(row.sid) ?? say`?`} blocks it: ${cause}`;
    });
  }
  const shown = list.map((each) =>
    sanitise(typeof each === 'object' ? JSON.stringify(each) : each),
  );
  return shown.map((each) => say`${sanitise(key.replaceAll(/[-_]/g, ' '))}: ${each}`);
}
