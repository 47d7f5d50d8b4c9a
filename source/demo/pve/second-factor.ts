import type { UserAccount } from '../world/accounts.ts';
import type { VirtualClock } from '../world/clock.ts';
import { totpCode, totpStep } from '../world/totp.ts';

/** Is this the right answer to the second factor? Each code and each key counts once. */
export function secondFactorHolds(
  clock: VirtualClock,
  account: UserAccount,
  response: string,
): boolean {
  const [kind, code = ''] = [
    response.slice(0, response.indexOf(':')),
    response.slice(response.indexOf(':') + 1),
  ];
  if (kind === 'totp' && account.totp !== undefined) {
    const now = totpStep(clock.now);
    for (const step of [now - 1, now, now + 1]) {
      if (step > account.lastTotpStep && totpCode(account.totp, step) === code) {
        account.lastTotpStep = step;
        return true;
      }
    }
    return false;
  }
  if (kind !== 'recovery') return false;
  for (const [id, key] of account.recovery) {
    if (key !== code) continue;
    account.recovery.delete(id);
    return true;
  }
  return false;
}
