import { percent, UNKNOWN } from '../domain/format.ts';
import { fullness } from '../domain/limits.ts';
import type { SafeText } from '../domain/safe-text.ts';
import type { Line, Tone } from './line.ts';

/** From which share of full something is worth a look, and from which it is bad. */
export interface BarLimits {
  readonly warn: number;
  readonly bad: number;
}

export const storageLimits: BarLimits = fullness;

export function toneOfFraction(fraction: number | undefined, limits: BarLimits): Tone {
  if (fraction === undefined || !Number.isFinite(fraction)) return 'dim';
  if (fraction >= limits.bad) return 'bad';
  return fraction >= limits.warn ? 'warn' : 'plain';
}

/** `[####....] 42%` in exactly `width` cells; an unknown fraction is `?`, without a bar. In fewer than 9 cells there is no bar. */
export function bar(
  fraction: number | undefined,
  width: number,
  limits: BarLimits = storageLimits,
): Line {
  const tone = toneOfFraction(fraction, limits);
  if (fraction === undefined || !Number.isFinite(fraction)) {
    return [{ text: UNKNOWN.padStart(Math.max(1, width)) as SafeText, tone }];
  }
  const label = percent(fraction).padStart(4);
  const room = width - label.length - 3;
  if (room < 2) return [{ text: label.trim().padStart(Math.max(1, width)) as SafeText, tone }];
  const share = Math.max(0, Math.min(1, fraction));
  // Something is never drawn as nothing, and nearly full never as full.
  let filled = Math.round(share * room);
  if (share > 0 && filled === 0) filled = 1;
  if (share < 1 && filled === room) filled = room - 1;
  return [
    { text: '[' as SafeText, tone: 'dim' },
    { text: '#'.repeat(filled) as SafeText, tone },
    { text: '.'.repeat(room - filled) as SafeText, tone: 'dim' },
    { text: '] ' as SafeText, tone: 'dim' },
    { text: label as SafeText, tone },
  ];
}
