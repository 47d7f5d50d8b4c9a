/** X11 keysyms of keys that have no character. */
export const keysyms = {
  backspace: 0xff08,
  tab: 0xff09,
  enter: 0xff0d,
  escape: 0xff1b,
  home: 0xff50,
  left: 0xff51,
  up: 0xff52,
  right: 0xff53,
  down: 0xff54,
  pageUp: 0xff55,
  pageDown: 0xff56,
  end: 0xff57,
  insert: 0xff63,
  delete: 0xffff,
  f1: 0xffbe,
  shift: 0xffe1,
  control: 0xffe3,
  alt: 0xffe9,
  meta: 0xffeb,
} as const;

/** F1 is 1. */
export const functionKey = (number: number): number => keysyms.f1 + number - 1;

/** Latin-1 is as in Unicode; everything else has the bit that says Unicode. */
export function characterKeysym(codePoint: number): number {
  return codePoint < 0x100 ? codePoint : 0x1000000 + codePoint;
}

/** Characters that need shift on a keyboard of the United States, which QEMU assumes unless told otherwise. */
const shifted = new Set([...'~!@#$%^&*()_+{}|:"<>?'].map((each) => each.charCodeAt(0)));

export function needsShift(codePoint: number): boolean {
  return (codePoint >= 0x41 && codePoint <= 0x5a) || shifted.has(codePoint);
}
