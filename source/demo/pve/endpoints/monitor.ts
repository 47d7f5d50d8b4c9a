import { humanMonitor } from '../../world/hmp.ts';
import { authIdText } from '../../world/upid.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died, notPermitted } from '../errors.ts';
import { findGuest } from '../guest-access.ts';
import { guestParameters, text } from '../parameter-kinds.ts';

const free = new Set(['?', 'help', 'info']);

/** Commands of QEMU that need Sys.Modify; those it has beside these and the free ones are for root@pam only. */
const modifying = new Set(
  `announce_self backup_cancel balloon block_job_cancel block_job_complete block_job_pause block_job_resume
  block_job_set_speed block_resize block_set_io_throttle boot_set c calc_dirty_rate cancel_vcpu_dirty_limit
  chardev-send-break closefd commit cont cpu delvm eject exit_preconfig expire_password getfd gpa2hpa gpa2hva gva2gpa i
  loadvm log migrate_cancel migrate_continue migrate_pause migrate_set_capability migrate_set_parameter
  migrate_start_postcopy mouse_button mouse_move mouse_set one-insn-per-tb p print q qemu-io qom-get qom-list quit
  replay_break replay_delete_break replay_seek ringbuf_read ringbuf_write s savevm sendkey set_link set_password
  set_vcpu_dirty_limit snapshot_blkdev_internal snapshot_delete_blkdev_internal stop stopcapture sum sync-profile
  system_powerdown system_reset system_wakeup trace-event x x_colo_lost_heartbeat xp`.split(/\s+/),
);

const forRoot = new Set(
  `backup block_stream change chardev-add chardev-change chardev-remove client_migrate_info device_add device_del
  drive_add drive_backup drive_del drive_mirror dump-guest-memory dumpdtb gdbserver hostfwd_add hostfwd_remove logfile
  mce memsave migrate migrate_incoming migrate_recover nbd_server_add nbd_server_remove nbd_server_start nbd_server_stop
  netdev_add netdev_del nmi o object_add object_del pcie_aer_inject_error pmemsave qom-set savevm-end savevm-start
  screendump snapshot_blkdev watchdog_action wavcapture xen-event-inject xen-event-list`.split(
    /\s+/,
  ),
);

/** What each command needs, as the schema's description tells. */
export const monitorRights = { free, modifying, forRoot };

/** The monitor's answer; what goes wrong behind it comes with status 200, as text. */
function monitor(call: Call): string {
  const command = call.required('command');
  const verb = command.trim().split(/\s+/)[0] ?? '';
  if (modifying.has(verb)) call.need('/', 'Sys.Modify');
  else if (!free.has(verb) && authIdText(call.who) !== 'root@pam') {
    throw notPermitted('user != root@pam');
  }
  const guest = findGuest(call, 'qemu');
  if (guest.status !== 'running') return `ERROR: VM ${guest.vmid} not running\n`;
  const answer = humanMonitor(call.world, guest, command);
  if (answer !== undefined) return answer;
  if (modifying.has(verb) || forRoot.has(verb)) {
    throw died(`the demo homelab's monitor does not have '${verb}'`);
  }
  return `unknown command: '${verb}'\r\n`;
}

export const monitorEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/monitor',
    permission: { path: '/vms/{vmid}', privileges: ['Sys.Audit', 'Sys.Modify'], any: true },
    proxyto: 'node',
    parameters: { ...guestParameters, command: text() },
    handler: monitor,
  },
];
