import assert from 'node:assert/strict';
import test from 'node:test';
import type { Services } from '../../../source/services/types.ts';
import { createDetails } from '../../../source/store/details.ts';
import type { Timers } from '../../../source/store/poller.ts';
import { emptySite } from '../../../source/store/site-sources.ts';
import { createDataStore } from '../../../source/store/store.ts';
import { fakeSite, fakeWorld } from '../app/fake-site.ts';

const idle: Timers = { now: () => 0, random: () => 0, setTimeout: () => 1, clearTimeout: () => {} };

test('after the end nothing is loaded any more, whatever the last drawing wants', async () => {
  const site = fakeSite(fakeWorld('home'));
  let asked = 0;
  const counted = {
    ...site,
    storage: {
      ...site.storage,
      types: (...given: Parameters<typeof site.storage.types>) => {
        asked += 1;
        return site.storage.types(...given);
      },
    },
  };
  const services: Services = {
    sites: [counted],
    site: () => counted,
    pbs: [],
    pbsServer: () => undefined,
    close: async () => {},
  };
  const details = createDetails(
    services,
    createDataStore({ sites: [emptySite(counted.id)] }),
    idle,
  );
  const request = { kind: 'storage.types', subject: 'home' } as const;
  details.want([request]);
  assert.equal(asked, 1);
  details.stop();
  details.want([request]);
  await Promise.resolve();
  assert.equal(asked, 1);
});
