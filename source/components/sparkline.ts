import type { SafeText } from '../domain/safe-text.ts';

const blocks = [...'▁▂▃▄▅▆▇█'];
const plainSteps = [...'_.-=+*%#'];

/** The last `width` values as one row of bars from 0 to `max` (the highest value when absent); unknown values are gaps. */
export function sparkline(
  values: readonly (number | undefined)[],
  width: number,
  options: { readonly max?: number; readonly ascii: boolean },
): SafeText {
  const shown = values.slice(-Math.max(0, width));
  const known = shown.filter((value): value is number => Number.isFinite(value));
  const highest = known.reduce((a, b) => Math.max(a, b), 0);
  const top = options.max && options.max > 0 ? options.max : highest > 0 ? highest : 1;
  const steps = options.ascii ? plainSteps : blocks;
  const text = shown
    .map((value) => {
      if (value === undefined || !Number.isFinite(value)) return ' ';
      const share = Math.max(0, Math.min(1, value / top));
      return steps[Math.round(share * (steps.length - 1))] ?? ' ';
    })
    .join('');
  return text.padStart(Math.max(0, width)) as SafeText;
}
