import type { FieldValue } from './types.ts';

/** The picks of a `many` or `order` field: its value is a list joined with `;`. */
export function picksOf(value: FieldValue): readonly string[] {
  return typeof value === 'string' ? value.split(';').filter((each) => each !== '') : [];
}

/** Adds a pick at the end, or takes it away. */
export function togglePick(value: FieldValue, pick: string): string {
  const picks = picksOf(value);
  const left = picks.filter((each) => each !== pick);
  return (left.length < picks.length ? left : [...picks, pick]).join(';');
}

/** Moves a pick earlier (-1) or later (1) in its order. */
export function movePick(value: FieldValue, pick: string, step: -1 | 1): string {
  const picks = [...picksOf(value)];
  const from = picks.indexOf(pick);
  const to = from + step;
  if (from < 0 || to < 0 || to >= picks.length) return picks.join(';');
  picks.splice(from, 1);
  picks.splice(to, 0, pick);
  return picks.join(';');
}
