import type { Checked } from './homelab-values.ts';
import type { Place, YamlReader } from './yaml-reader.ts';

/** A text that passes a check; what is wrong with it becomes a problem at its place. */
export function checked(
  reader: YamlReader,
  place: Place,
  name: string,
  check: (text: string) => Checked<string>,
): string | undefined {
  const text = reader.text(place, name);
  if (text === undefined) return undefined;
  const result = check(text);
  if ('value' in result) return result.value;
  reader.problem(place, `${name}: ${result.wrong}`, result.suggestion);
  return undefined;
}
