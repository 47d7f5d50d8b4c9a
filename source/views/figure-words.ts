import { type BarLimits, bar, toneOfFraction } from '../components/bar.ts';
import { segment } from '../components/compose.ts';
import type { Line } from '../components/line.ts';
import { count, fractionOf, percent, usedOf } from '../domain/format.ts';
import { type SafeText, say } from '../domain/safe-text.ts';
import type { ViewContext } from './types.ts';

/** In place of a figure on a detail page; said once for all parts of it. */
export const unknownWord = say`unknown`;

/** `23% of 4 cores`, or what of it is known. `cpu` = share of all cores, 0..1. */
export function cpuWords(cpu: number | undefined, cores: number | undefined): SafeText {
  if (cpu === undefined) {
    return cores === undefined ? unknownWord : say`${coresWords(cores)}, load unknown`;
  }
  return cores === undefined
    ? say`${percent(cpu)}, number of cores unknown`
    : say`${percent(cpu)} of ${coresWords(cores)}`;
}

/** `1 core`, `4 cores`, `unknown`. */
export function coresWords(cores: number | undefined): SafeText {
  return cores === undefined ? unknownWord : count(cores, 'core');
}

/** `1.50/4.00 GiB 38%`; the share only where it is known. Bytes. */
export function usedWords(used: number | undefined, total: number | undefined): SafeText {
  if (used === undefined && total === undefined) return unknownWord;
  const share = fractionOf(used, total);
  const amount = usedOf(used, total);
  return share === undefined ? amount : say`${amount} ${percent(share)}`;
}

/** A bar of `cells` and its percentage; for a screen reader the percentage alone. */
export function shareLine(
  fraction: number | undefined,
  cells: number,
  { plain = false }: Pick<ViewContext, 'plain'>,
  limits?: BarLimits,
): Line {
  if (fraction === undefined) return [segment(unknownWord, 'dim')];
  if (!plain) return bar(fraction, cells, limits);
  return [segment(percent(fraction), limits ? toneOfFraction(fraction, limits) : 'plain')];
}
