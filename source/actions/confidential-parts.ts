import type { Guest } from '../domain/guest.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { currentValue } from './config-plan.ts';
import type { Facts } from './types.ts';

/** What both kinds of encrypted memory ask for and cost. */
export function confidentialLines(guest: Guest, facts: Facts): readonly SafeText[] {
  const { identity } = facts.site.connection;
  const others =
    identity === undefined || identity === 'root@pam'
      ? say`.`
      : say`; ${identity} will be refused.`;
  const bios = currentValue(facts, 'bios') ?? 'seabios';
  return [
    say`Proxmox lets only root@pam set it, logged in with its password${others}`,
    say`The CPU of ${guest.node} has to have it, and it has to be on in its BIOS; else the VM does not start.`,
    ...(facts.config && bios !== 'ovmf'
      ? [say`Its BIOS is ${sanitise(bios)}; it needs OVMF.`]
      : []),
    say`While it runs it cannot migrate, and no snapshot of it holds its memory.`,
  ];
}
