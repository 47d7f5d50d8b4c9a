import { writeHistory } from './world/history.ts';
import { homelabParts } from './world/homelab.ts';
import { hostileParts, spreadHostileText } from './world/hostile.ts';
import { minipcParts } from './world/minipc.ts';
import { scaleParts } from './world/scale.ts';
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
    prepare: spreadHostileText,
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
