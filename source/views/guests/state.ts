import type { Guest } from '../../domain/guest.ts';
import {
  brokenStates,
  guestUnknown,
  guestTrouble as troubleOf,
} from '../../domain/resource-health.ts';
import { type SafeText, say } from '../../domain/safe-text.ts';
import type { StateWords } from '../state-words.ts';

const held: ReadonlySet<string> = new Set(['paused', 'suspended']);

/** Something happens in it that needs power: figures such as cpu load apply. */
export function guestActive(guest: Guest): boolean {
  return guest.status !== 'stopped' && guest.template !== true && guest.status !== 'unknown';
}

export function guestState(guest: Guest): StateWords {
  if (guestUnknown(guest)) return { glyph: say`?`, word: say`unknown`, tone: 'warn' };
  if (guest.template) return { glyph: say`▣`, word: say`template`, tone: 'dim' };
  const word = guest.status;
  if (word === 'running') return { glyph: say`●`, word, tone: 'good' };
  if (word === 'stopped') return { glyph: say`○`, word, tone: 'dim' };
  if (held.has(word)) return { glyph: say`◐`, word, tone: 'warn' };
  if (brokenStates.has(word)) return { glyph: say`✗`, word, tone: 'bad' };
  return { glyph: say`◌`, word, tone: 'info' };
}

/** What is wrong with it, in words; undefined when nothing known is. */
export function guestTrouble(guest: Guest): SafeText | undefined {
  if (guestUnknown(guest)) return say`state unknown: node ${guest.node} does not answer`;
  return troubleOf(guest);
}

/** `101 web01`; the number alone when the name is not known. */
export function guestTitle(guest: Guest): SafeText {
  return guest.name === undefined ? say`${guest.vmid}` : say`${guest.vmid} ${guest.name}`;
}
