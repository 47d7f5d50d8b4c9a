import { writeHistory } from './world/history.ts';
import { homelabParts } from './world/homelab.ts';
import { hostileParts, spreadHostileText } from './world/hostile.ts';
import { minipcParts } from './world/minipc.ts';
import { backupsLate, hostileBackups } from './world/pbs/troubles.ts';
import { backupScaleParts, scaleParts } from './world/scale.ts';
import { World, type WorldOptions, type WorldParts } from './world/world.ts';

/** A homelab and how it is broken before anybody looks. */
export interface Scenario {
  readonly summary: string;
  /** `now` in ms */
  parts(now: number): WorldParts;
  prepare?(world: World): void;
}

/** Every answer of the scenario `slow` comes so late, ms. */
const slowAnswer = 3000;
/** How long the dead node of `node-down` has been dead, seconds: its last figures have expired. */
const deadFor = 1200;

function cutOff(world: World, ...names: string[]): void {
  for (const name of names) {
    world.faults.nodeDown(name, true);
    world.node(name).downSince = world.clock.seconds - deadFor;
  }
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  healthy: { summary: 'Three nodes in a cluster, everything as it should be', parts: homelabParts },
  minipc: { summary: 'One machine without a cluster', parts: minipcParts },
  'node-down': {
    summary: 'pve3 is off: 595, its guests unknown',
    parts: homelabParts,
    prepare: (world) => cutOff(world, 'pve3'),
  },
  denied: {
    summary: 'The auditor may look at the guests and at pve1, at nothing else',
    parts: homelabParts,
    prepare: (world) => {
      world.accounts.acl = world.accounts.acl.flatMap((entry) =>
        entry.ugid.startsWith('audit@pve') && entry.path === '/'
          ? [
              { ...entry, path: '/vms' },
              { ...entry, path: '/nodes/pve1' },
            ]
          : [entry],
      );
      for (const { accounts } of world.pbs.hosts) {
        accounts.acl = accounts.acl.filter((entry) => !entry.ugid.startsWith('homelab@pbs'));
      }
    },
  },
  expired: {
    summary: 'Every API token has been deleted: 401',
    parts: homelabParts,
    prepare: (world) => world.faults.revokeTokens(),
  },
  slow: {
    summary: 'Every answer takes 3 s',
    parts: homelabParts,
    prepare: (world) => world.faults.delay(slowAnswer),
  },
  'no-quorum': {
    summary: 'Two of three nodes are gone: nothing can be changed',
    parts: homelabParts,
    prepare: (world) => cutOff(world, 'pve2', 'pve3'),
  },
  'hostile-text': {
    summary: 'Names, notes and logs that attack the terminal',
    parts: hostileParts,
    prepare: (world) => {
      spreadHostileText(world);
      world.pbs.adjustments.push(hostileBackups);
    },
  },
  'backups-late': {
    summary: 'A night of backups failed, some guests are late; the backup servers answer',
    parts: homelabParts,
    prepare: backupsLate,
  },
  'pbs-down': {
    summary: 'pbs1 accepts no connection',
    parts: homelabParts,
    prepare: (world) => world.faults.pbsDown('pbs1', true),
  },
  'backups-500': {
    summary: '500 guests with 20,000 snapshots in three datastores',
    parts: backupScaleParts,
  },
  'scale-5000': { summary: '50 nodes with 100 guests each', parts: scaleParts },
};

/** A world with its past; not yet broken by the scenario's `prepare`. */
export function createWorld(scenario: Scenario, options: WorldOptions): World {
  const world = new World(scenario.parts(options.now()), options);
  writeHistory(world);
  world.settle();
  return world;
}
