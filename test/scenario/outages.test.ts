// What is left when parts of the homelab do not answer: last values with their age, and everything comes back.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { openConsole, pressFor, selectGuest } from '../support/scenario.ts';

/** The row of a guest or node in the list. */
const rowOf = (text: string, name: string) =>
  text.split('\n').find((row) => row.slice(0, 40).includes(name)) ?? '';

describe('outages', { concurrency: 2 }, () => {
  test('a node goes down: it and its guests stay, with their last values and their age; all comes back', async (t) => {
    const { terminal, world, homelab } = await openConsole(t);
    const before = /(\d[\d.]*\/4\.00) GiB/.exec(rowOf(terminal.text(), 'home-assistant'))?.[1];
    assert.ok(before);
    world.faults.nodeDown('pve3', true);
    const down = await pressFor(terminal, 'r', /home-assistant +\? unknown/);
    assert.match(down, /2\/3 nodes/);
    assert.match(down, /Guests 22/, 'nobody vanished');
    const guest = rowOf(down, 'home-assistant');
    assert.match(guest, /unknown \d+ s/);
    assert.ok(guest.includes('/4.00 GiB'), 'the last value is still there');
    assert.match(rowOf(down, 'web-server'), /● running/);

    const nodes = await pressFor(terminal, '1', /pve3 +✗ offline/);
    assert.match(rowOf(nodes, 'pve1'), /● online/);
    const overview = await pressFor(terminal, '0', /critical +node pve3/);
    assert.match(overview, /node is offline, the state of 6 guests is not known/);
    await selectGuest(terminal, 'home-assistant');
    const page = await pressFor(terminal, 'enter', /Node pve3 does not answer/);
    assert.match(page, /the last known ones, \d+ s old/);
    await terminal.press('p');
    await terminal.waitFor('Power');
    await pressFor(terminal, 'x', /⚠/);
    await terminal.press('esc', 'esc');
    assert.deepEqual(homelab.writes(), [], 'nothing is sent to a node that is not there');

    world.faults.nodeDown('pve3', false);
    await terminal.press('r');
    await selectGuest(terminal, 'home-assistant');
    await terminal.waitFor(/home-assistant +● running/);
    await terminal.waitFor(/3\/3 nodes/);
  });

  test('the first endpoint goes away: the next one takes over, and nothing is lost', async (t) => {
    const { terminal, world, homelab } = await openConsole(t);
    const dead = homelab.requests().at(-1)?.node ?? 'pve1';
    world.faults.respond(({ node }) => node === dead, { raw: '' });
    const from = homelab.requests().length;
    await terminal.press('r');
    await terminal.waitFor(
      () =>
        homelab
          .requests()
          .slice(from)
          .some(
            ({ node, path, status }) => node !== dead && path === '/cluster/resources' && status,
          ),
      'another endpoint',
    );
    await terminal.waitFor((text) => !/✗ home|shown as of/.test(text), 'no trouble left');
    assert.match(terminal.text(), /Guests 22/);
  });

  test('all endpoints down: the last state with its age, still usable; r tries again at once', async (t) => {
    const { terminal, world } = await openConsole(t);
    const up = world.faults.respond(() => true, { raw: '' });
    await terminal.press('r');
    const down = await terminal.waitFor(/shown as of \d+ s ago/);
    assert.match(down, /✗ home: .*data \d+ s old/, 'the header says so');
    assert.match(down, /Guests 22/);
    await terminal.waitFor(/next try in \d+ s/);
    await selectGuest(terminal, 'jellyfin');
    await pressFor(terminal, 'enter', /202 jellyfin/);
    await terminal.press('esc');
    up();
    await terminal.press('r');
    await terminal.waitFor((text) => !/shown as of|✗ home/.test(text), 'the end of the outage');
    await terminal.waitIdle();
    assert.match(terminal.screen()[0] ?? '', /^ home ▸ Guests/, 'nothing else wrote on the screen');
    assert.match(terminal.screen().at(-1) ?? '', /\? help/);
  });

  test('a fault in one answer keeps the rest', async (t) => {
    const { terminal, world } = await openConsole(t);
    const well = world.faults.respond('GET /cluster/resources', {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><title>Login</title></html>',
    });
    await terminal.press('r');
    const bad = await terminal.waitFor(/home: bad answer/);
    assert.match(bad, /101 web-server/);
    well();
    await terminal.press('r');
    await terminal.waitFor((text) => !/bad answer/.test(text), 'the end of it');
  });

  test('a homelab that is slow still takes keys at once', async (t) => {
    const { terminal, world } = await openConsole(t);
    world.faults.delay(3000);
    await terminal.press('r');
    const before = performance.now();
    await terminal.press('down', 'down');
    assert.match(terminal.text(), /^> +102 docker-host/m);
    assert.ok(performance.now() - before < 2500);
  });

  test('quorum lost: said in the header, and changes are refused with the reason', async (t) => {
    const { terminal, homelab } = await openConsole(t, {
      demo: { scenario: 'no-quorum' },
      ready: /1\/3 nodes/,
    });
    assert.match(await terminal.waitFor(/no quorum/i), /1\/3 nodes/);
    await selectGuest(terminal, 'win10-test');
    await pressFor(terminal, 'p', 'Power');
    await pressFor(terminal, 's', /⚠.*quorum/i);
    assert.deepEqual(homelab.writes(), []);
  });
});
