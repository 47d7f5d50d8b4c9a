import { Secret } from '../../domain/secret.ts';

/**
 * What a parameter may be; `undefined` is left out, a list repeats the name. A {@link Secret} stays one until the request
 * is written.
 */
export type ParameterValue = string | number | boolean | Secret | readonly string[] | undefined;

/**
 * Name and value pairs as they go on the wire: Proxmox VE takes only `1` and `0` for booleans. A secret prints as
 * `‹hidden›`: these pairs may be shown.
 */
export function parameterPairs(
  parameters: Readonly<Record<string, ParameterValue>>,
): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (typeof value === 'object' && !(value instanceof Secret)) {
      for (const each of value) pairs.push([name, each]);
      continue;
    }
    pairs.push([name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value)]);
  }
  return pairs;
}

/** The same with secrets revealed, and nowhere to go but into the request itself. */
export function wirePairs(
  parameters: Readonly<Record<string, ParameterValue>>,
): [string, string][] {
  const revealed = Object.entries(parameters).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  return parameterPairs(Object.fromEntries(revealed));
}

/** Percent-encoding that also takes text with half a character in it, which a person can paste. */
export function encode(value: string): string {
  const half = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  return encodeURIComponent(value.replace(half, '\ufffd'));
}

/** `application/x-www-form-urlencoded`, for a query as well as for a body. */
export function encodeForm(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
}

/**
 * Puts values into `/nodes/{node}/…`, each encoded as one path component. `undefined` when a value is missing, empty or
 * made of dots, which would change the path's shape.
 */
export function expandPath(
  template: string,
  variables: Readonly<Record<string, string | number>>,
): string | undefined {
  let sound = true;
  const path = template.replace(/\{([^}]+)\}/g, (_whole, name: string) => {
    const value = String(variables[name] ?? '');
    if (/^\.{0,2}$/.test(value)) sound = false;
    return encode(value);
  });
  return sound ? path : undefined;
}
