import type { Guest } from '../domain/guest.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import { textOf } from './choices.ts';
import { formatField, storageField } from './disk-choices.ts';
import type { PartField } from './property-form.ts';

/** Its size is Proxmox's own; a number has to be there. */
const anySize = 1;

/** Where the state disk is made. The volume is written first and without its key. */
export function stateStorage(help: string): PartField {
  const { initial, follows: _follows, ...field } = storageField(help);
  return {
    ...field,
    ...(initial ? { fresh: initial } : {}),
    read: () => undefined,
    write: (value) => ({ '': textOf(value) === '' ? undefined : `${textOf(value)}:${anySize}` }),
  };
}

export const stateFormat: PartField = formatField;

/** What goes with a disk that holds no files of the guest but its state. */
export function stateDiskLines(guest: Guest, key: string): readonly SafeText[] {
  if (guest.type !== 'qemu') return [];
  if (key === 'efidisk0') {
    return [
      say`It holds the UEFI variables: boot entries and Secure Boot keys. Without it the VM starts from the default path of its disk, or not at all.`,
    ];
  }
  if (key === 'tpmstate0') {
    return [
      say`It holds the secrets of the TPM. BitLocker asks for its recovery key without it, and other keys sealed in it are of no use.`,
    ];
  }
  return [];
}

/** Is Proxmox's version at least this? An unknown version is left to the server. */
export function isAtLeast(version: string | undefined, major: number, minor: number): boolean {
  const [, high, low] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (high === undefined || low === undefined) return true;
  return Number(high) > major || (Number(high) === major && Number(low) >= minor);
}
