/**
 * Text that came from outside and can no longer move the cursor, forge a state or hide characters.
 * Only {@link sanitise}, {@link sanitiseBlock} and {@link say} make one, so a raw string cannot reach the screen.
 */
export type SafeText = string & { readonly __safe: unique symbol };

/** Longest foreign field kept for display, in UTF-16 units (64 KiB). */
export const FIELD_LIMIT = 65_536;
/** Combining marks kept on one base character; more would smear over the neighbouring rows. */
const COMBINING_LIMIT = 4;

// CSI, OSC/DCS/APC/PM/SOS (terminated or running to the end), and two-byte escapes; 7-bit and 8-bit forms.
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;
const C1 = /[\u0080-\u009f]/g;
// Marks that combine stand outside the character classes, where they would combine with their neighbour.
const INVISIBLE =
  /\u034f|[\u180b-\u180d]|[\u17b4\u17b5]|[\u{e0100}-\u{e01ef}]|[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e00ff}\u{e01f0}-\u{e0fff}]/gu;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const COMBINING_RUN = /(\p{M}{4})\p{M}+/gu;
const CONTROL = /[\u0000-\u001f\u007f]/g;
const PLAIN = /^[\u0020-\u007e]*$/;

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x09) return ' ';
  if (code === 0x0a) return '⏎';
  if (code === 0x7f) return '␡';
  return String.fromCharCode(0x2400 + code);
}

function neutralise(raw: string): string {
  return raw
    .replace(ESCAPES, '')
    .replace(C1, '')
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(INVISIBLE, '·')
    .replace(COMBINING_RUN, '$1');
}

/** Makes one line of foreign text safe: escapes removed, controls as pictures, invisible and bidi characters as `·`. */
export function sanitise(raw: unknown): SafeText {
  let text = typeof raw === 'string' ? raw : raw === undefined || raw === null ? '' : String(raw);
  if (text.length <= 512 && PLAIN.test(text)) return text as SafeText;
  if (text.length > FIELD_LIMIT) text = `${text.slice(0, FIELD_LIMIT - 1)}…`;
  return neutralise(text).replace(CONTROL, picture) as SafeText;
}

/** Splits foreign text into safe lines; `\r` progress bars keep their last state, a trailing newline adds no line. */
export function sanitiseBlock(raw: unknown): SafeText[] {
  const text = (typeof raw === 'string' ? raw : '').replace(/\r\n/g, '\n').replace(/\n+$/, '');
  if (text === '') return [];
  return text.split('\n').map((line) => {
    const parts = line.replace(/\r+$/, '').split('\r');
    return sanitise(parts[parts.length - 1]);
  });
}

/** Template tag for our own words: the literal parts are trusted, only safe text and numbers may be put in. */
export function say(
  strings: TemplateStringsArray,
  ...values: readonly (SafeText | number)[]
): SafeText {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    text += String(value) + (strings[index + 1] ?? '');
  });
  return text as SafeText;
}

/** Joins safe parts with a separator of our own. */
export function joinSafe(parts: readonly SafeText[], separator = ''): SafeText {
  return parts.join(separator) as SafeText;
}

/** True when the text is what it looks like: printable ASCII only. Decides whether a name may be typed as confirmation. */
export function isPlainAscii(text: string): boolean {
  return PLAIN.test(text);
}

/** Number of combining marks a base character may keep; exported for tests. */
export const combiningLimit: number = COMBINING_LIMIT;
