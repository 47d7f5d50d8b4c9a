import { fail, type Result } from '../domain/result.ts';
import type { SafeText } from '../domain/safe-text.ts';

/**
 * Proxmox names refused parameters by its own names (`scsi0`); the form calls some of them differently. `names` leads from
 * Proxmox's to the form's, so that the words stand at the field they belong to.
 */
export function fieldsNamed<T>(
  result: Result<T>,
  names: Readonly<Record<string, string>>,
): Result<T> {
  if (result.ok || !result.failure.fields) return result;
  const fields: Record<string, SafeText> = {};
  for (const [name, words] of Object.entries(result.failure.fields)) {
    fields[names[name] ?? name] = words;
  }
  return fail({ ...result.failure, fields });
}
