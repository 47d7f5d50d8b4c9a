import { type SafeText, say } from '../domain/safe-text.ts';
import { guestLabel } from './guest-common.ts';
import type { Action, Scope, Targets } from './types.ts';

/** The target in words: `guest 101 web-server`, `node pve1`, `service pveproxy on pve1`, `task vzdump 101`. */
export function labelOf<S extends Scope>(_action: Action<S>, target: Targets[Scope]): SafeText {
  if ('snapshot' in target) {
    return say`snapshot ${target.snapshot.name} of ${guestLabel(target.guest)}`;
  }
  if ('vmid' in target) return guestLabel(target);
  if ('service' in target) return say`service ${target.service} on ${target.node}`;
  if ('upid' in target) return say`task ${target.type} ${target.id}`;
  return say`node ${target.node}`;
}
