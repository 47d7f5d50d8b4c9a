import type { KeyPress } from './key-reader.ts';
import { functionKey, keysyms } from './keysyms.ts';

const ways: Readonly<Record<number, readonly [number, number]>> = {
  [keysyms.left]: [-1, 0],
  [keysyms.right]: [1, 0],
  [keysyms.up]: [0, -1],
  [keysyms.down]: [0, 1],
};

/** Shift with an arrow: right and down. */
export function panOf({ keysym, shift, control, alt }: KeyPress) {
  return shift && !control && !alt ? ways[keysym] : undefined;
}

export const isCtrl = ({ keysym, control, alt }: KeyPress, character: string) =>
  control && !alt && keysym === character.charCodeAt(0);

export const isPlain = ({ keysym, control, alt }: KeyPress, character: string) =>
  !control && !alt && keysym === character.charCodeAt(0);

/** What a key of the menu does: a key for the VM, or something of the look's own. */
export type MenuChoice = KeyPress | 'zoom' | 'redraw' | undefined;

export function menuChoice({ keysym, control, alt }: KeyPress): MenuChoice {
  if (control || alt) return undefined;
  const typed = String.fromCharCode(keysym & 0xffff);
  if (typed === 'd') return held(keysyms.delete, true);
  if (/^[1-9]$/.test(typed)) return held(functionKey(Number(typed)), true);
  if (typed === ']' || typed === '\\') return held(typed.charCodeAt(0), false);
  if (typed === 'z') return 'zoom';
  return typed === 'r' ? 'redraw' : undefined;
}

const held = (keysym: number, alt: boolean): KeyPress => ({
  keysym,
  shift: false,
  control: true,
  alt,
});
