import { type GuestState, guestName, isTemplate } from '../world/model.ts';
import type { Call } from './endpoint.ts';

type Row = Record<string, unknown>;

/** Displays that a SPICE client can open. */
const spiceDisplays = /^(?:type=)?(?:qxl[234]?|virtio|virtio-gl)(?:,|$)/;

export function hasSpice(guest: GuestState): boolean {
  return spiceDisplays.test(String(guest.config.vga ?? ''));
}

/** The agent is switched on in the configuration. */
export function hasAgent(guest: GuestState): boolean {
  return /^(?:enabled=)?1(?:,|$)/.test(String(guest.config.agent ?? ''));
}

function hasSerial(guest: GuestState): boolean {
  return Object.keys(guest.config).some((key) => /^serial\d$/.test(key));
}

function pressure(call: Call, guest: GuestState): Row {
  const at = call.world.clock.seconds;
  const some = Number((call.world.noise.wave(`psi/${guest.vmid}`, at, 60) * 0.6).toFixed(2));
  const value = (amount: number) => (guest.type === 'lxc' ? amount.toFixed(2) : amount);
  return {
    pressurecpusome: value(some),
    pressurecpufull: value(0),
    pressureiosome: value(Number((some / 3).toFixed(2))),
    pressureiofull: value(0),
    pressurememorysome: value(0),
    pressurememoryfull: value(0),
  };
}

/** What the lists and status/current of both kinds tell. */
export function guestRow(call: Call, guest: GuestState): Row {
  const { world } = call;
  const figures = world.meter.guest(guest, guest, world.clock.seconds);
  const { maxcpu, memhost, ...rest } = figures;
  const row: Row = {
    vmid: guest.vmid,
    name: guestName(guest),
    status: guest.status,
    cpus: maxcpu,
    ...rest,
  };
  if (guest.config.tags !== undefined) row.tags = guest.config.tags;
  if (guest.lock !== undefined) row.lock = guest.lock;
  if (isTemplate(guest)) row.template = 1;
  if (guest.pid !== undefined) row.pid = guest.pid;
  if (guest.type === 'lxc') {
    const swap = Number(guest.config.swap ?? 0) * 2 ** 20;
    return { ...row, type: 'lxc', maxswap: swap, swap: 0, ...pressure(call, guest) };
  }
  if (hasSerial(guest)) row.serial = 1;
  return guest.status === 'running' ? { ...row, memhost, ...pressure(call, guest) } : row;
}

/** GET …/status/current */
export function guestStatus(call: Call, guest: GuestState): Row {
  const row = guestRow(call, guest);
  row.ha = guest.ha ? { managed: 1, state: guest.ha.state } : { managed: 0 };
  if (guest.type === 'lxc') return row;
  row.qmpstatus = guest.qmpstatus;
  if (hasAgent(guest)) row.agent = 1;
  if (hasSpice(guest)) row.spice = 1;
  if (guest.status !== 'running') return row;
  const { netin, netout, diskread, diskwrite } = row;
  return {
    ...row,
    balloon: row.maxmem,
    'running-machine': `${String(guest.config.machine ?? 'pc-i440fx-10.1')}+pve0`,
    'running-qemu': '10.1.2',
    'proxmox-support': { 'pbs-dirty-bitmap': true, 'query-bitmap-info': true },
    nics: { [`tap${guest.vmid}i0`]: { netin, netout } },
    blockstat: { scsi0: { rd_bytes: diskread, wr_bytes: diskwrite } },
  };
}
