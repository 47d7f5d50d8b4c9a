import { TaskFailure, type TaskRecord } from '../tasks.ts';
import type { World } from '../world.ts';
import type { Datastore } from './model.ts';
import type { PbsRealm } from './realm.ts';
import { sizeOf } from './write.ts';

const day = 86_400;

/** Guests whose newest backups are missing, and for how many nights. */
const lateBy: Readonly<Record<string, number>> = { '102': 2, '103': 2, '107': 3, '201': 1 };

/** Takes the last nights' backups of some guests away: they were never made. */
function forgetLate(realm: PbsRealm, since: number): void {
  const main = realm.hosts.get('pbs1')?.stores.get('main');
  for (const group of main?.groups.values() ?? []) {
    const nights = group.ns === '' ? lateBy[group.id] : undefined;
    if (nights === undefined) continue;
    const limit = since - (nights - 0.5) * day;
    group.snapshots = group.snapshots.filter(({ time }) => time < limit);
  }
}

/** A container's newest backup is a third of those before: something is missing in it. */
function shrinkNewest(realm: PbsRealm): void {
  const newest = realm.hosts
    .get('pbs1')
    ?.stores.get('main')
    ?.groups.get('/ct/202')
    ?.snapshots.at(-1);
  if (!newest) return;
  newest.files = newest.files.map((file) => ({ ...file, size: Math.round(file.size * 0.3) }));
  newest.size = sizeOf(newest.files);
}

const why =
  'backup write data failed: command error: write_data upload error: pipelined request failed: No space left on device (os error 28)';

/** Turns what the log says of a late guest into an error. */
function failIn(task: TaskRecord, late: (vmid: string) => boolean): void {
  let failed = false;
  const lines = task.log.map((line) => {
    const match = /^INFO: Finished Backup of (VM|CT) (\d+)/.exec(line);
    if (!match || !late(match[2] ?? '')) return line;
    failed = true;
    return `ERROR: Backup of ${match[1]} ${match[2]} failed - ${why}`;
  });
  if (!failed) return;
  task.log.splice(
    0,
    task.log.length,
    ...lines.map((line) =>
      line
        .replace(
          /^INFO: Backup job finished successfully$/,
          'INFO: Backup job finished with errors',
        )
        .replace(/^TASK OK$/, 'TASK ERROR: job errors'),
    ),
  );
  task.status = 'job errors';
}

/** The scenario `backups-late`: the last nights' backups of some guests to pbs1 failed. */
export function backupsLate(world: World): void {
  const now = world.clock.seconds;
  const midnight = now - (now % day);
  const last = midnight + (now - midnight > 3.5 * 3600 ? 0 : -day) + 3 * 3600;
  world.pbs.adjustments.push((realm) => forgetLate(realm, last), shrinkNewest);
  for (const node of world.nodes.keys()) {
    for (const task of world.tasks.ofNode(node)) {
      if (task.type !== 'vzdump' || !task.log[0]?.includes('--storage pbs ')) continue;
      const night = Math.round((last - task.starttime) / day);
      failIn(task, (vmid) => (lateBy[vmid] ?? 0) > night);
    }
  }
}

/** Texts on the backup servers that attack the terminal. */
export function hostileBackups(realm: PbsRealm): void {
  const esc = '\u001b';
  const main = realm.hosts.get('pbs1')?.stores.get('main');
  if (!main) return;
  const texts = [
    `${esc}[2Jcleared`,
    `${esc}]52;c;cm0gLXJmIC8=\u0007clipboard`,
    '\u202Egnp.exe',
    'two\nlines',
    'x'.repeat(5000),
  ];
  for (const [index, group] of [...main.groups.values()].entries()) {
    group.notes = texts[index % texts.length];
    const newest = group.snapshots.at(-1);
    if (newest) newest.comment = `${texts[(index + 1) % texts.length]} end`;
  }
  main.config.comment = `${esc}[31mred${esc}[0m`;
  hostileTimes(main);
  realm
    .host('pbs1')
    .tasks.start(
      { node: 'pbs1', type: 'verify', id: `main:vm/${esc}[7m100`, auth: { user: 'root@pam' } },
      function* (task) {
        task.log(`${esc}[2J${esc}[32mTASK OK${esc}[0m`);
        task.log('percentage done: 10%\rpercentage done: 100%');
        task.log('y'.repeat(70_000));
        yield 2;
        throw new TaskFailure(`failed ${esc}]0;owned\u0007 \u202Ereversed`);
      },
    );
}

/** One from the future, and one from the year 2106. */
function hostileTimes(main: Datastore): void {
  const snapshots = main.groups.get('/ct/205')?.snapshots;
  const newest = snapshots?.at(-1);
  if (!snapshots || !newest) return;
  snapshots.push({ ...newest, time: newest.time + 40 * day }, { ...newest, time: 0xffff_ffff });
}
