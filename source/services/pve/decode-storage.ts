import type { SafeText } from '../../domain/safe-text.ts';
import type { Volume } from '../../domain/storage.ts';
import { amount, asRow, epoch, flag, integer, rowsOf, text, told } from '../decode.ts';

/** GET /nodes/{node}/storage/{storage}/content */
export function decodeVolumes(data: readonly unknown[], now: number): Volume[] {
  return rowsOf(data).flatMap((row) => {
    const volid = text(row.volid);
    if (volid === undefined) return [];
    return [
      told<Volume>({
        volid,
        content: text(row.content),
        subtype: text(row.subtype),
        format: text(row.format),
        size: amount(row.size),
        ctime: epoch(row.ctime, now),
        vmid: integer(row.vmid),
        notes: text(row.notes),
        protected: flag(row.protected),
        // The key's fingerprint or "1"; only there when it is encrypted.
        encrypted: text(row.encrypted) === undefined ? undefined : row.encrypted !== '0',
        verification: text(asRow(row.verification)?.state),
      }),
    ];
  });
}

/** GET /storage: storage id → plugin type. */
export function decodeStorageTypes(data: readonly unknown[]): Record<string, SafeText> {
  const types: Record<string, SafeText> = {};
  for (const row of rowsOf(data)) {
    const storage = text(row.storage);
    const type = text(row.type);
    if (storage !== undefined && type !== undefined) types[storage] = type;
  }
  return types;
}
