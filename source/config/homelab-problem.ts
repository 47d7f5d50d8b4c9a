import type { SafeText } from '../domain/safe-text.ts';

/** One thing wrong in `homelab.yaml`. Line and column count from 1. Never contains a secret. */
export interface HomelabProblem {
  readonly line: number;
  readonly column: number;
  /** What is wrong, without a full stop. */
  readonly what: SafeText;
  /** What to write instead. */
  readonly suggestion?: SafeText;
}

/** `homelab.yaml:4:7: unknown key "endpoint" · did you mean endpoints?` */
export function describeProblem(file: string, problem: HomelabProblem): string {
  const head = `${file}:${problem.line}:${problem.column}: ${problem.what}`;
  return problem.suggestion ? `${head} · ${problem.suggestion}` : head;
}

/** Number of single-character edits between two short words; gives up above `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? limit + 1;
}

/** The known word nearest to a mistyped one, or undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = word.length <= 4 ? 1 : word.length <= 7 ? 2 : 3;
  const lower = word.toLowerCase().replaceAll('-', '_').slice(0, 64);
  let best: { word: string; far: number } | undefined;
  for (const candidate of known) {
    const far = distance(lower, candidate.toLowerCase().replaceAll('-', '_'), limit);
    if (far <= limit && (!best || far < best.far)) best = { word: candidate, far };
  }
  return best?.word;
}
