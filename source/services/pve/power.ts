import type { Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import type { CallOptions, GuestApi, GuestAt, GuestPower, Started } from '../types.ts';
import type { CallDetails, Caller } from './caller.ts';

interface PowerParameters {
  readonly timeout?: number;
  readonly forceStop?: boolean;
  readonly overruleShutdown?: boolean;
}

/** The power verbs with the parameters each has; a verb the guest's kind does not have is refused here. */
export function guestPower(caller: Caller): Pick<GuestApi, 'power'> {
  return {
    power: (guest, verb, parameters = {}, options?: CallOptions) => {
      const details = { where: caller.guest(guest), options };
      return guest.type === 'qemu'
        ? qemu(caller, guest, verb, parameters, details)
        : lxc(caller, guest, verb, parameters, details);
    },
  };
}

function qemu(
  caller: Caller,
  guest: GuestAt,
  verb: GuestPower,
  { timeout, forceStop, overruleShutdown }: PowerParameters,
  details: CallDetails,
): Promise<Result<Started>> {
  const at = { node: guest.node, vmid: guest.vmid };
  const status = '/nodes/{node}/qemu/{vmid}/status';
  switch (verb) {
    case 'start':
      return caller.start(`POST ${status}/start`, at, { timeout }, details);
    case 'shutdown':
      return caller.start(`POST ${status}/shutdown`, at, { timeout, forceStop }, details);
    case 'stop':
      return caller.start(
        `POST ${status}/stop`,
        at,
        { timeout, 'overrule-shutdown': overruleShutdown },
        details,
      );
    case 'reboot':
      return caller.start(`POST ${status}/reboot`, at, { timeout }, details);
    case 'reset':
      return caller.start(`POST ${status}/reset`, at, {}, details);
    case 'suspend':
      return caller.start(`POST ${status}/suspend`, at, {}, details);
    case 'hibernate':
      return caller.start(`POST ${status}/suspend`, at, { todisk: true }, details);
    case 'resume':
      return caller.start(`POST ${status}/resume`, at, {}, details);
  }
}

async function lxc(
  caller: Caller,
  guest: GuestAt,
  verb: GuestPower,
  { timeout, forceStop, overruleShutdown }: PowerParameters,
  details: CallDetails,
): Promise<Result<Started>> {
  const at = { node: guest.node, vmid: guest.vmid };
  const status = '/nodes/{node}/lxc/{vmid}/status';
  switch (verb) {
    case 'start':
      return caller.start(`POST ${status}/start`, at, {}, details);
    case 'shutdown':
      return caller.start(`POST ${status}/shutdown`, at, { timeout, forceStop }, details);
    case 'stop':
      return caller.start(
        `POST ${status}/stop`,
        at,
        { 'overrule-shutdown': overruleShutdown },
        details,
      );
    case 'reboot':
      return caller.start(`POST ${status}/reboot`, at, { timeout }, details);
    case 'suspend':
      return caller.start(`POST ${status}/suspend`, at, {}, details);
    case 'resume':
      return caller.start(`POST ${status}/resume`, at, {}, details);
    case 'reset':
    case 'hibernate': {
      const word = verb === 'reset' ? say`reset` : say`hibernated`;
      return caller.impossible(say`A container cannot be ${word}`, details.where);
    }
  }
}
