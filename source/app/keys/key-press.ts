import type { Key } from 'ink';

/**
 * One key as the bindings see it: a name for special keys (`enter`, `escape`, `up`, `page-down`, `ctrl-a` …) or the
 * character itself. `text` is what a text field takes.
 */
export interface KeyPress {
  readonly name: string;
  readonly text: string;
  /** A paste with its line ends, for a text of several lines. */
  readonly block?: string;
}

const special: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u0008': 'backspace',
  '\u007f': 'backspace',
  '\u001b': 'escape',
};

function ofCharacter(character: string): KeyPress | undefined {
  const named = controls[character];
  if (named) return { name: named, text: '' };
  if (character === ' ') return { name: 'space', text: ' ' };
  const code = character.codePointAt(0) ?? 0;
  if (code > 0 && code < 27) return { name: `ctrl-${String.fromCharCode(code + 96)}`, text: '' };
  if (code < 32 || (code >= 0x7f && code < 0xa0)) return undefined;
  return { name: character, text: character };
}

/** Most keys one event may carry; more is a paste without bracketing or a cat on the keyboard, and is dropped. */
const burstLimit = 64;
/** The rest of an escape sequence that a slow link cut in two (`[1`, `5~`, `[A`): no key. */
const tornSequence = /^(?:\[|O)[0-9;?]*[A-Za-z~]?$|^[0-9;]+~$/;

/** Ink delivers a burst of keys as one event; each becomes a press of its own. */
export function keyPresses(input: string, key: Key): KeyPress[] {
  if (key.tab) return [{ name: key.shift ? 'shift-tab' : 'tab', text: '' }];
  for (const [flag, name] of special) {
    if (key[flag])
      return [{ name: key.shift && name !== 'enter' ? `shift-${name}` : name, text: '' }];
  }
  if (key.ctrl && input.length === 1) {
    return [{ name: input === ' ' ? 'ctrl-space' : `ctrl-${input.toLowerCase()}`, text: '' }];
  }
  if (input.length > 1 && tornSequence.test(input)) return [];
  const characters = [...input];
  if (characters.length > burstLimit) return [];
  const presses = characters.flatMap((character) => ofCharacter(character) ?? []);
  // Escape and the key after it look like alt and that key when they arrive together; no key here has alt.
  return key.meta && presses.length > 0 ? [{ name: 'escape', text: '' }, ...presses] : presses;
}
