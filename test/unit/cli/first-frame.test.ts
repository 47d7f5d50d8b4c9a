import assert from 'node:assert/strict';
import test from 'node:test';
import { firstFrame, lastStateOf } from '../../../source/cli/first-frame.ts';
import type { SiteInventory } from '../../../source/domain/inventory.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';

const home: SiteInventory = {
  site: 'home' as SiteId,
  resources: {
    data: { nodes: [], guests: [], storages: [], pools: [] },
    fetchedAt: 5,
    fetching: true,
  },
  cluster: { data: { members: [], quorate: true }, fetchedAt: 4, fetching: false },
  tasks: { data: [], fetchedAt: 5, fetching: false },
  permissions: { data: new Map([['/', new Map([['Sys.Audit', true]])]]), fetching: false },
  version: { data: { version: sanitise('9.1') }, fetching: false },
  connection: { trust: 'pinned', requestsLastMinute: 9, identity: sanitise('root@pam!tui') },
};

test('what is kept holds no permissions and no identity, and keeps the ages of its parts', () => {
  const state = lastStateOf(
    [home, { ...home, site: 'two' as SiteId, resources: { fetching: false } }],
    9,
  );
  assert.doesNotMatch(JSON.stringify(state), /Sys\.Audit|root@pam/);
  const frame = firstFrame(state, {}, undefined);
  assert.deepEqual(
    frame.sites.map((site) => site.site),
    ['home', 'two'],
  );
  assert.deepEqual(frame.sites[0]?.resources, { ...home.resources, fetching: false });
  assert.equal(frame.sites[0]?.cluster.fetchedAt, 4);
  assert.deepEqual(frame.sites[1]?.resources, { fetching: false });
  assert.deepEqual(frame.sites[0]?.connection, { trust: 'unknown', requestsLastMinute: 0 });
});

test('--site keeps the other sites off the first frame', () => {
  const state = lastStateOf([home, { ...home, site: 'two' as SiteId }], 9);
  assert.deepEqual(
    firstFrame(state, {}, 'two').sites.map((site) => site.site),
    ['two'],
  );
});

test('choices of an older or newer version that mean nothing here are dropped', () => {
  const sort = { column: 'cpu', descending: true };
  assert.deepEqual(
    firstFrame(
      undefined,
      { theme: 'neon', lastView: 'backups', mouse: true, sorts: { guests: sort, backups: sort } },
      undefined,
    ),
    { sites: [], remembered: { mouse: true, sorts: { guests: sort } } },
  );
});
