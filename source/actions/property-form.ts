import type { Guest } from '../domain/guest.ts';
import {
  type Property,
  printProperty,
  propertyFlag,
  propertyValue,
  withProperty,
} from '../domain/guest-config.ts';
import type { Facts, Field, FieldValue, FieldValues } from './types.ts';

/*
 * Forms over property strings (`host=1234:5678,usb3=1`): each field is declared as a part of the string, and is read from it
 * and written back to it here. Parts without a field stay exactly as they are.
 */

type Changes = Readonly<Record<string, string | undefined>>;
type Fresh = Field<Guest>['initial'];

/** A field that is a part of a property string. */
export interface PartField extends Omit<Field<Guest>, 'initial' | 'follows'> {
  /** The part's key, where the field is called otherwise. */
  readonly part?: string;
  /** boolean: what is true when the part is not written. */
  readonly unset?: boolean;
  /** boolean: how yes is written; `1` unless told. */
  readonly on?: string;
  /** What something new begins with; `unset`, or nothing, unless told. */
  readonly fresh?: Fresh;
  /** Where it is more than one part, or written in another way: its value as it is… */
  readonly read?: (property: Property) => FieldValue;
  /** … and the parts that a value makes, undefined = goes. Asked even when the value is as it was. */
  readonly write?: (value: FieldValue, values: FieldValues, property: Property) => Changes;
}

/** The property string that a form is about; undefined = a new one, or not known. */
export type ReadProperty = (
  guest: Guest,
  facts: Facts,
  values: FieldValues,
) => Property | undefined;

const keyOf = ({ part, name }: PartField) => part ?? name;

/** A switch as it is; `unset` is what is true when it is not written. */
export function flagIn(property: Property, key: string, unset = false): boolean {
  return propertyValue(property, key) === undefined ? unset : propertyFlag(property, key);
}

/** The same can be written in several ways: what is true already is left as it stands. */
export function flagChange(
  property: Property,
  key: string,
  wanted: boolean,
  unset = false,
  on = '1',
): Changes {
  if (wanted === flagIn(property, key, unset)) return {};
  return { [key]: wanted === unset ? undefined : wanted ? on : '0' };
}

/** A part as its field shows it. */
export function partValue(field: PartField, property: Property): FieldValue {
  if (field.read) return field.read(property);
  if (field.kind === 'boolean') return flagIn(property, keyOf(field), field.unset);
  const text = propertyValue(property, keyOf(field));
  if (field.kind !== 'integer') return text ?? (field.kind === 'choice' ? '' : undefined);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The fields of a form; they begin as the property is, and anew when the field `follows` changes. */
export function partFields(
  parts: readonly PartField[],
  read: ReadProperty,
  follows?: string,
): readonly Field<Guest>[] {
  return parts.map((part) => ({
    ...part,
    ...(follows === undefined ? {} : { follows }),
    initial: (guest, facts, values) => {
      const property = read(guest, facts, values);
      if (property) return partValue(part, property);
      return part.fresh ? part.fresh(guest, facts, values) : partValue(part, []);
    },
  }));
}

function changesOf(
  field: PartField,
  value: FieldValue,
  values: FieldValues,
  now: Property,
): Changes {
  if (field.write) return field.write(value, values, now);
  const key = keyOf(field);
  if (field.kind === 'boolean') {
    return flagChange(now, key, value === true, field.unset, field.on);
  }
  return { [key]: value === undefined || value === '' ? undefined : String(value) };
}

/** The property with what the fields say; fields that are not among the values, and unknown parts, change nothing. */
export function withFields(
  parts: readonly PartField[],
  now: Property,
  values: FieldValues,
): Property {
  const changes = parts
    .filter(({ name }) => name in values)
    .map((part) => changesOf(part, values[part.name], values, now));
  return withProperty(now, Object.assign({}, ...changes));
}

/** As text, with the parts that say what it is in front, as Proxmox writes them. */
export function printWith(property: Property, leading: readonly string[]): string {
  const first = property.filter(({ key }) => leading.includes(key));
  const rest = property.filter(({ key }) => !leading.includes(key));
  return printProperty([...first, ...rest]);
}
