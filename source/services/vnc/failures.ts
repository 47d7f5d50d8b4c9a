import type { Failure } from '../../domain/failure.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { Refused } from './handshake.ts';
import { ProtocolError } from './stream.ts';

/** Why a VNC conversation broke, for a person. Anything but a refusal or a broken protocol is a bug and is thrown. */
export function vncFailure(error: unknown, where: SafeText): Failure {
  if (error instanceof Refused) {
    const { kind, what, detail } = error;
    const next =
      kind === 'unsupported'
        ? say`Proxmox VE offers VNC authentication; look at the guest's args`
        : say`try again; a VNC password is good for one connection`;
    return { kind, what, where, next, ...(detail ? { detail } : {}) };
  }
  if (!(error instanceof ProtocolError)) throw error;
  return { kind: 'bad-answer', what: say`The VNC server ${sanitise(error.message)}`, where };
}
