import { ok, type Result } from '../../domain/result.ts';
import { say } from '../../domain/safe-text.ts';
import { flag } from '../decode.ts';
import type { GuestApi, GuestAt, SpiceSettings } from '../types.ts';
import { at, type Caller } from './caller.ts';
import {
  decodeConfig,
  decodeGuestStatus,
  decodeInterfaces,
  decodePending,
  decodeRrd,
} from './decode-guest.ts';
import { guestAgent } from './guest-agent.ts';
import { guestConfig } from './guest-config.ts';
import { guestLifecycle } from './guest-lifecycle.ts';
import { guestMonitor } from './monitor.ts';
import { guestPower } from './power.ts';
import { guestSnapshots } from './snapshots.ts';

export function guestApi(caller: Caller): GuestApi {
  return {
    ...guestPower(caller),
    ...guestSnapshots(caller),
    ...guestConfig(caller),
    ...guestLifecycle(caller),
    ...guestAgent(caller),
    ...guestMonitor(caller),
    status: (guest, options) =>
      caller.row(
        `GET /nodes/{node}/${guest.type}/{vmid}/status/current`,
        at(guest),
        {},
        { where: caller.guest(guest), options },
        (row) => decodeGuestStatus(guest.type, row),
      ),
    config: (guest, options) =>
      caller.row(
        `GET /nodes/{node}/${guest.type}/{vmid}/config`,
        at(guest),
        {},
        { where: caller.guest(guest), options },
        decodeConfig,
      ),
    snapshotConfig: (guest, snapname, options) =>
      caller.row(
        `GET /nodes/{node}/${guest.type}/{vmid}/config`,
        at(guest),
        { snapshot: snapname },
        { where: caller.guest(guest), options },
        decodeConfig,
      ),
    pending: (guest, options) =>
      caller.list(
        `GET /nodes/{node}/${guest.type}/{vmid}/pending`,
        at(guest),
        {},
        { where: caller.guest(guest), options },
        decodePending,
      ),
    rrd: (guest, timeframe, options) =>
      caller.list(
        `GET /nodes/{node}/${guest.type}/{vmid}/rrddata`,
        at(guest),
        { timeframe, cf: 'AVERAGE' },
        { where: caller.guest(guest), options },
        decodeRrd,
      ),
    interfaces: (guest, options) => interfaces(caller, guest, options),
    feature: (guest, feature, options) =>
      caller.row(
        `GET /nodes/{node}/${guest.type}/{vmid}/feature`,
        at(guest),
        { feature },
        { where: caller.guest(guest), options },
        (row) => flag(row.hasFeature) === true,
      ),
    spiceproxy: (guest, proxy, options) => spiceproxy(caller, guest, proxy, options),
  };
}

const interfaces = async (
  caller: Caller,
  guest: GuestAt,
  options: Parameters<GuestApi['interfaces']>[1],
): ReturnType<GuestApi['interfaces']> => {
  const details = { where: caller.guest(guest), options };
  const answer =
    guest.type === 'qemu'
      ? await caller.envelope(
          'GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces',
          at(guest),
          {},
          details,
        )
      : await caller.envelope('GET /nodes/{node}/lxc/{vmid}/interfaces', at(guest), {}, details);
  return answer.ok ? ok(decodeInterfaces(answer.value.data)) : answer;
};

async function spiceproxy(
  caller: Caller,
  guest: GuestAt,
  proxy: string,
  options: Parameters<GuestApi['spiceproxy']>[2],
): Promise<Result<SpiceSettings>> {
  const where = caller.guest(guest);
  const answer = await caller.row(
    `POST /nodes/{node}/${guest.type}/{vmid}/spiceproxy`,
    at(guest),
    { proxy },
    { where, options },
    (row) => row,
  );
  if (!answer.ok) return answer;
  const { password, ...rest } = answer.value;
  if (typeof password !== 'string' || password === '') {
    return caller.impossible(say`The server gave no SPICE password`, where);
  }
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value === 'string') values[key] = value;
    else if (typeof value === 'number') values[key] = String(value);
    else if (typeof value === 'boolean') values[key] = value ? '1' : '0';
  }
  return ok({ values, password: caller.session.hide(password) });
}
