import { say } from '../domain/safe-text.ts';
import type { Availability } from './types.ts';

/** Why nothing may be changed: `--read-only` beats everything. */
export const readOnlyReason: Availability = {
  state: 'disabled',
  reason: say`read-only mode: nothing but GET requests leaves this console`,
};
