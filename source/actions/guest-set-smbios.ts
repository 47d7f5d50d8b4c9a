import type { Property } from '../domain/guest-config.ts';
import { propertyFlag, propertyValue } from '../domain/guest-config.ts';
import { say } from '../domain/safe-text.ts';
import { vmPrivilege } from './guest-common.ts';
import { hardwareAction } from './hardware-action.ts';
import type { PartField } from './property-form.ts';
import type { FieldValues } from './types.ts';

const textual = ['manufacturer', 'product', 'version', 'serial', 'sku', 'family'] as const;

/** Base64 of UTF-8, without Node's Buffer: the same wherever the console runs. */
const encode = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

function decode(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (each) => each.charCodeAt(0)));
  } catch {
    // What is none stands there as it is.
    return text;
  }
}

function read(now: Property, name: string): string | undefined {
  const value = propertyValue(now, name);
  return value !== undefined && propertyFlag(now, 'base64') ? decode(value) : value;
}

/** Commas and spaces are possible only in base64, and its switch is one for all parts: they are written together. */
function write(
  now: Property,
  name: string,
  values: FieldValues,
): Readonly<Record<string, string | undefined>> {
  const wanted = (each: string) =>
    each in values ? String(values[each] ?? '') : (read(now, each) ?? '');
  if (wanted(name) === (read(now, name) ?? '')) return {};
  const parts = textual.map((each) => [each, encode(wanted(each)) || undefined]);
  return { base64: '1', ...Object.fromEntries(parts) };
}

const part = (name: (typeof textual)[number], label: string): PartField => ({
  name,
  label,
  help: 'What the system inside reads of its machine. Empty: as Proxmox has it.',
  kind: 'text',
  read: (now) => read(now, name),
  write: (_value, values, now) => write(now, name, values),
});

export const guestSetSmbios = hardwareAction({
  id: 'guest.set-smbios',
  title: 'SMBIOS',
  summary: 'Changes the identity of the machine that a VM sees: UUID, manufacturer, serial number.',
  what: 'SMBIOS identity',
  type: 'qemu',
  slot: { only: 'smbios1' },
  leading: [],
  parts: [
    {
      name: 'uuid',
      label: 'UUID',
      help: 'Licences may hang on it.',
      kind: 'text',
      problem: (value) =>
        /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(value))
          ? undefined
          : 'must be a UUID, as 5e3c0d2a-7b1f-4c7e-9a00-1f2e3d4c5b6a',
    },
    part('manufacturer', 'Manufacturer'),
    part('product', 'Product'),
    part('version', 'Version'),
    part('serial', 'Serial number'),
    part('sku', 'SKU'),
    part('family', 'Family'),
  ],
  privileges: vmPrivilege('VM.Config.HWType'),
  lines: ({ before, after }) =>
    propertyValue(before, 'uuid') === propertyValue(after, 'uuid')
      ? []
      : [say`Licences and cloud-init take the VM for another one afterwards.`],
});
