import type { SafeText } from '../domain/safe-text.ts';

/** Meaning, not colour: the theme decides how a tone looks, and a state is never told by tone alone. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'good'
  | 'warn'
  | 'bad'
  | 'info'
  | 'accent'
  | 'heading'
  | 'stale'
  | 'key';

/** A run of text in one tone. */
export interface Segment {
  readonly text: SafeText;
  readonly tone?: Tone;
  readonly bold?: boolean;
  readonly inverse?: boolean;
  /** Colours given from outside, `#rrggbb` (a tag's own). The text has to say it all without them. */
  readonly chip?: Chip;
}

/** A background, and a text on it that is replaced where it could not be read. */
export interface Chip {
  readonly background: string;
  readonly text?: string;
}

/** One row of the screen; drawn as ONE `<Text>`. */
export type Line = readonly Segment[];
