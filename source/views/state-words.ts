import type { Tone } from '../components/line.ts';
import type { SafeText } from '../domain/safe-text.ts';

/** A state as sign, word and tone; the word alone is enough. */
export interface StateWords {
  readonly glyph: SafeText;
  readonly word: SafeText;
  readonly tone: Tone;
}
