import { setTimeout as delay } from 'node:timers/promises';

/** Longest wait for a condition, ms; a machine under load is slow, a condition that never comes is a failure. */
export const PATIENCE = Number(process.env.HOMELAB_TUI_TEST_PATIENCE ?? 20_000);

/** Asks again and again until the answer is neither undefined nor false; fails with `what` when it never is. */
export async function until<T>(
  what: string | (() => string),
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  patience = PATIENCE,
): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) {
      const text = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${patience} ms in vain: ${text}`);
    }
    await delay(20);
  }
}
