import { forRootOnly, onlyShows } from '../../domain/monitor.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, sanitiseBlock, say } from '../../domain/safe-text.ts';
import type { CallOptions, GuestApi, GuestAt } from '../types.ts';
import { at, type Caller } from './caller.ts';

/** What Proxmox puts before a failure of the monitor, which it answers with status 200. */
const failed = /^ERROR: /;

export function guestMonitor(caller: Caller): Pick<GuestApi, 'monitor'> {
  return { monitor: (guest, command, options) => ask(caller, guest, command, options) };
}

async function ask(
  caller: Caller,
  guest: GuestAt,
  command: string,
  options: CallOptions | undefined,
): Promise<Result<readonly SafeText[]>> {
  const where = caller.guest(guest);
  if (guest.type === 'lxc') return caller.impossible(say`A container has no monitor`, where);
  const answer = await caller.session.call(
    {
      method: 'POST',
      template: '/nodes/{node}/qemu/{vmid}/monitor',
      variables: at(guest),
      parameters: { command },
      where,
      ...(onlyShows(command) ? { reads: true } : {}),
    },
    options,
  );
  if (!answer.ok) {
    const { failure } = answer;
    if (failure.kind !== 'denied' || !forRootOnly(command)) return answer;
    const next = say`Proxmox lets only root@pam send it, and no API token is root@pam: log in as that user`;
    return fail({ ...failure, next });
  }
  const { data } = answer.value;
  if (typeof data !== 'string') {
    return fail({ kind: 'bad-answer', what: say`The monitor's answer is no text`, where });
  }
  if (failed.test(data)) {
    const detail = sanitise(data.replace(failed, '').trim());
    return fail({ kind: 'rejected', what: say`The monitor did not answer`, where, detail });
  }
  const text = data.replace(/\r\n/g, '\n').replace(/\n+$/, '');
  return ok(text === '' ? [] : sanitiseBlock(text));
}
