import assert from 'node:assert/strict';
import test from 'node:test';
import { guestRollback } from '../../../source/actions/guest-rollback.ts';
import { guestSpice } from '../../../source/actions/guest-spice.ts';
import { guestStart } from '../../../source/actions/guest-start.ts';
import { guestStop } from '../../../source/actions/guest-stop.ts';
import { type PrepareInput, prepare } from '../../../source/actions/prepare.ts';
import type { Action } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import {
  fakeSite,
  free,
  guest,
  inventory,
  noon,
  type SiteParts,
  safe,
  snapshot,
  snapshots,
} from './fakes.ts';

function input(parts: SiteParts, change: Partial<PrepareInput> = {}): PrepareInput {
  return {
    site: fakeSite(parts),
    inventory: inventory(),
    mode: free,
    now: noon,
    uniqueName: () => true,
    ...change,
  };
}

async function ready(action: Action<'guest'>, target: Guest, given: PrepareInput) {
  const made = await prepare(action, target, given, new AbortController().signal);
  assert.ok(made.ok, made.ok ? '' : made.failure.what);
  return made.value;
}

const running = async () => ok({ status: safe('running'), qmpstatus: safe('running') });

test('the dialog works on the state of now, not on the row', async () => {
  const parts: SiteParts = { guests: { status: running } };
  const made = await ready(guestStart, guest({ status: safe('stopped') }), input(parts));
  assert.equal(made.target.status, 'running');
  assert.equal(made.availability.state, 'disabled');
});

test('a paused VM is paused, though Proxmox calls it running', async () => {
  const paused = async () => ok({ status: safe('running'), qmpstatus: safe('paused') });
  const made = await ready(guestStart, guest(), input({ guests: { status: paused } }));
  assert.equal(made.target.status, 'paused');
});

test('a lock that appeared is seen, one that is gone is forgotten', async () => {
  const locked = async () => ok({ status: safe('running'), lock: safe('backup') });
  const seen = await ready(guestStop, guest(), input({ guests: { status: locked } }));
  assert.equal(seen.target.lock, 'backup');
  const old = guest({ lock: safe('snapshot') });
  const gone = await ready(guestStop, old, input({ guests: { status: running } }));
  assert.equal(gone.target.lock, undefined);
  assert.equal(gone.availability.state, 'yes');
});

test('a guest that moved is followed, and the dialog is told where from', async () => {
  const moved = guest({ node: safe('pve2') });
  const parts: SiteParts = {
    guests: {
      status: async (at) =>
        at.node === 'pve2' ? running() : fail({ kind: 'not-found', what: safe('not here') }),
    },
    resources: async () => ok({ nodes: [], guests: [moved], storages: [], pools: [] }),
  };
  const made = await ready(guestStop, guest(), input(parts));
  assert.equal(made.target.node, 'pve2');
  assert.equal(made.facts.movedFrom, 'pve1');
});

test('a name that another guest has too is told', async () => {
  const given = input({ guests: { status: running } }, { uniqueName: () => false });
  const made = await ready(guestStop, guest({ tags: [safe('critical')] }), given);
  assert.equal(made.action.confirm(made.target, {}, made.facts).typed, '101');
});

test('a rollback knows snapshots and disks; the storage list helps where the rows do not', async () => {
  const parts: SiteParts = {
    guests: {
      status: running,
      snapshots: async () => ok(snapshots(snapshot('pre-update', 5))),
      config: async () => ok({ entries: { scsi0: safe('tank:vm-101-disk-0') } }),
    },
    storage: { types: async () => ok({ tank: safe('zfspool') }) },
  };
  const { facts } = await ready(guestRollback, guest(), input(parts));
  assert.equal(facts.snapshots?.snapshots[0]?.name, 'pre-update');
  assert.equal(facts.disks?.[0]?.plugintype, 'zfspool');
});

test('snapshots that cannot be read stop it, disks that cannot be read do not', async () => {
  const denied = async () => fail({ kind: 'denied', what: safe('no') } as const);
  const parts: SiteParts = {
    guests: { status: running, snapshots: async () => ok(snapshots()), config: denied },
  };
  const made = await ready(guestRollback, guest(), input(parts));
  assert.equal(made.facts.disks, undefined);
  const blind: SiteParts = { guests: { status: running, snapshots: denied, config: denied } };
  const signal = new AbortController().signal;
  const stopped = await prepare(guestRollback, guest(), input(blind), signal);
  assert.equal(stopped.ok, false);
});

test('nothing is fetched for an action that is not possible anyway', async () => {
  const readOnly = { readOnly: true, allow: [] };
  const given = input({ guests: { status: running } }, { mode: readOnly });
  const made = await ready(guestRollback, guest(), given);
  assert.equal(made.availability.state, 'disabled');
});

test('SPICE reads the display of a VM from its configuration', async () => {
  const config = async () => ok({ entries: { vga: safe('std') } });
  const made = await ready(guestSpice, guest(), input({ guests: { status: running, config } }));
  assert.equal(made.facts.spice, false);
  assert.equal(made.availability.state, 'disabled');
});
