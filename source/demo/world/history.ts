import { type GuestState, guestName, isTemplate } from './model.ts';
import type { TaskRecord } from './tasks.ts';
import { formatUpid } from './upid.ts';
import type { World } from './world.ts';

const day = 86_400;
/** How far back the demo's task list reaches, days. */
const days = 10;
/** How many of the past tasks the cluster log still shows. */
const loggedTasks = 40;

interface Past {
  readonly node: string;
  readonly type: string;
  readonly id: string;
  readonly user: string;
  readonly token?: string;
  /** seconds since the epoch */
  readonly start: number;
  readonly took: number;
  readonly status: string;
  readonly log: readonly string[];
}

function record(world: World, past: Past, index: number): TaskRecord {
  const { node, type, id, user, token, start } = past;
  const state = world.node(node);
  const pid = 100_000 + world.noise.integer('history', 0, 800_000, index);
  const pstart = Math.max(0, start - state.bootedAt) * 100 + (index % 100);
  const auth = token === undefined ? { user } : { user, token };
  const upid = formatUpid({ node, pid, pstart, starttime: start, type, id, auth });
  const end = /^(?:OK|unexpected status)$/.test(past.status)
    ? 'TASK OK'
    : past.status.startsWith('WARNINGS')
      ? `TASK ${past.status}`
      : `TASK ERROR: ${past.status}`;
  return {
    upid,
    node,
    pid,
    pstart,
    starttime: start,
    type,
    id,
    user,
    ...(token === undefined ? {} : { tokenid: token }),
    endtime: start + past.took,
    status: past.status,
    log: past.status === 'unexpected status' ? [...past.log] : [...past.log, end],
  };
}

function backupLog(guest: GuestState, failure: string | undefined): string[] {
  const word = guest.type === 'qemu' ? 'VM' : 'CT';
  const lines = [
    `INFO: Starting Backup of ${word} ${guest.vmid} (${guest.type})`,
    'INFO: status = running',
    `INFO: ${word} Name: ${guestName(guest)}`,
    'INFO: backup mode: snapshot',
  ];
  return failure === undefined
    ? [...lines, `INFO: Finished Backup of ${word} ${guest.vmid} (00:00:41)`]
    : [...lines, `ERROR: Backup of ${word} ${guest.vmid} failed - ${failure}`];
}

/** The nightly backup of one node. One night the NAS was full for a while, and the last night a guest was locked. */
function nightlyBackup(
  world: World,
  node: string,
  guests: readonly GuestState[],
  night: number,
  start: number,
): Past {
  const log = [
    'INFO: starting new backup job: vzdump --pool prod --storage backup-nas --mode snapshot --quiet 1',
  ];
  let failed = false;
  for (const guest of guests) {
    const locked = guest.lock === 'backup' && night === 0;
    const full = night === 4 && node === 'pve2' && guest.type === 'qemu';
    const failure = locked
      ? 'VM is locked (backup)'
      : full
        ? 'vma_queue_write: write error - No space left on device'
        : undefined;
    failed ||= failure !== undefined;
    log.push(...backupLog(guest, failure));
  }
  log.push(
    failed ? 'INFO: Backup job finished with errors' : 'INFO: Backup job finished successfully',
  );
  const took = guests.length * 41 + world.noise.integer(`night/${node}`, 0, 30, night);
  const common = { node, type: 'vzdump', id: '', user: 'root@pam', start, took, log };
  return { ...common, status: failed ? 'job errors' : 'OK' };
}

/** The nightly backup of one node to the backup server; a guest's was aborted two nights ago, and its lock stayed. */
function nightlyPbs(world: World, node: string, night: number, date: number): Past[] {
  const job = world.backupJobs.find(({ storage }) => world.storages.get(storage)?.type === 'pbs');
  const guests = world
    .guestsOf(node)
    .filter((guest) => !isTemplate(guest) && job?.all && !job.exclude.includes(guest.vmid));
  if (!job || guests.length === 0) return [];
  const log = [
    `INFO: starting new backup job: vzdump --all 1 --exclude ${job.exclude.join(',')} --storage ${job.storage} --mode snapshot --quiet 1`,
  ];
  let failed = false;
  for (const guest of guests) {
    const stuck = guest.lock === 'backup' && night < 2;
    const failure = night === 0 ? 'VM is locked (backup)' : 'interrupted by signal';
    failed ||= stuck;
    log.push(...backupLog(guest, stuck ? failure : undefined));
  }
  const end = failed ? 'with errors' : 'successfully';
  return [
    {
      node,
      type: 'vzdump',
      id: '',
      user: 'root@pam',
      start: date + 3 * 3600,
      took: guests.length * 37 + world.noise.integer(`pbs-night/${node}`, 0, 30, night),
      status: failed ? 'job errors' : 'OK',
      log: [...log, `INFO: Backup job finished ${end}`],
    },
  ];
}

function pastOfNode(world: World, node: string, now: number): Past[] {
  const guests = world.guestsOf(node).filter((guest) => !isTemplate(guest));
  const saved = guests.filter((guest) => guest.pool === 'prod');
  const midnight = now - (now % day);
  const list: Past[] = [];
  const root = { node, user: 'root@pam' };
  for (let night = days - 1; night >= 0; night -= 1) {
    const date = midnight - night * day;
    if (saved.length > 0) list.push(nightlyBackup(world, node, saved, night, date + 7200));
    list.push(...nightlyPbs(world, node, night, date));
    const refreshed = date + 4 * 3600 + world.noise.integer(`apt/${node}`, 0, 3000, night);
    list.push({
      ...root,
      type: 'aptupdate',
      id: '',
      start: refreshed,
      took: 5,
      status: night === 6 ? "command 'apt-get update' failed: exit code 100" : 'OK',
      log: ['starting apt-get update', 'Reading package lists...'],
    });
  }
  for (const guest of guests) {
    const prefix = guest.type === 'qemu' ? 'qm' : 'vz';
    const id = String(guest.vmid);
    if (guest.startedAt !== undefined && now - guest.startedAt < days * day) {
      list.push({
        ...root,
        type: `${prefix}start`,
        id,
        start: guest.startedAt - 2,
        took: 2,
        status: 'OK',
        log: [],
      });
    }
    for (const snapshot of guest.snapshots) {
      if (now - snapshot.snaptime > days * day) continue;
      const start = snapshot.snaptime - 2;
      list.push({ ...root, type: `${prefix}snapshot`, id, start, took: 3, status: 'OK', log: [] });
    }
    if (guest.type === 'qemu' && !guest.obeysShutdown) {
      list.push({
        node,
        user: 'operator@pve',
        type: 'qmshutdown',
        id,
        start: now - 2 * day,
        took: 61,
        status: 'VM quit/powerdown failed - got timeout',
        log: [],
      });
    }
  }
  return list.filter((past) => past.start + past.took < now);
}

/** What the cluster log keeps of one past task. */
function noteInLog(world: World, task: TaskRecord): void {
  const entry = { node: task.node, tag: 'pvedaemon', pid: task.pid, user: task.user };
  const { endtime = task.starttime, status = '' } = task;
  world.clusterLog.add({
    ...entry,
    time: task.starttime,
    pri: 6,
    msg: `starting task ${task.upid}`,
  });
  const pri = status === 'OK' ? 6 : 3;
  world.clusterLog.add({ ...entry, time: endtime, pri, msg: `end task ${task.upid} ${status}` });
}

/** Gives a new world the tasks of the last days: nightly backups, some of them failed, starts, snapshots, package lists. */
export function writeHistory(world: World): void {
  const now = world.clock.seconds;
  const tasks = [...world.nodes.keys()]
    .flatMap((node) => pastOfNode(world, node, now))
    .sort((a, b) => a.start - b.start)
    .map((past, index) => record(world, past, index));
  for (const task of tasks) world.tasks.add(task);
  for (const task of tasks.slice(-loggedTasks)) noteInLog(world, task);
}
