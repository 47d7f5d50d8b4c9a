// Whom the console talks to and as whom: first contact, a changed certificate, second factor, a revoked token.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { totpCode, totpStep } from '../../source/demo/world/totp.ts';
import { startTestDemo, type TestDemo } from '../support/demo.ts';
import { startTerminal } from '../support/pty.ts';
import { openConsole, pressFor, quietTime } from '../support/scenario.ts';

const trustFile = (homelab: TestDemo) => join(homelab.configDir, 'state', 'trust.json');

describe('trust and login', { concurrency: 2 }, () => {
  test('first contact shows the fingerprint and asks; no is the default, and nothing is sent', async (t) => {
    const homelab = await startTestDemo(t, { trust: 'ask' });
    const terminal = startTerminal({ t, env: homelab.env });
    const question = await terminal.waitFor('y/o/N');
    assert.match(question, /Trust this certificate\?/);
    assert.ok(question.includes(homelab.info.fingerprint));
    assert.match(question, /pvenode cert info/);
    await terminal.press('enter');
    assert.match(terminal.text(), /y\/o\/N/, 'enter alone is no answer');
    await pressFor(terminal, 'n', 'The certificate was not accepted');
    assert.deepEqual(homelab.requests(), []);
    assert.ok(!existsSync(trustFile(homelab)));
    await pressFor(terminal, 'r', 'Trust this certificate?');
    assert.deepEqual(homelab.requests(), []);
  });

  test('o trusts this once: the next start asks again', async (t) => {
    const homelab = await startTestDemo(t, { trust: 'ask' });
    const terminal = startTerminal({ t, env: homelab.env });
    await terminal.waitFor('y/o/N');
    await pressFor(terminal, 'o', 'Guests 22');
    assert.ok(!existsSync(trustFile(homelab)));
    terminal.send('q');
    assert.equal(await terminal.exit, 0);
    const again = startTerminal({ t, env: homelab.env });
    await again.waitFor('Trust this certificate?');
  });

  test('y remembers it, for this person only: the next start does not ask', async (t) => {
    const homelab = await startTestDemo(t, { trust: 'ask' });
    const terminal = startTerminal({ t, env: homelab.env });
    await terminal.waitFor('y/o/N');
    await pressFor(terminal, 'y', 'Guests 22');
    terminal.send('q');
    assert.equal(await terminal.exit, 0);
    assert.ok(readFileSync(trustFile(homelab), 'utf8').includes(homelab.info.fingerprint));
    assert.equal(statSync(trustFile(homelab)).mode & 0o077, 0);
    const from = homelab.requests().length;
    const again = startTerminal({ t, env: homelab.env });
    await again.waitFor('Guests 22');
    await again.waitFor(() => homelab.requests().length > from, 'a request');
    assert.ok(!again.output().includes('Trust this certificate'));
  });

  test('a certificate that changes while it runs is a hard stop', async (t) => {
    const { terminal, homelab, world } = await openConsole(t);
    const fingerprint = await world.faults.changeCertificate();
    const from = homelab.requests().length;
    await terminal.press('r');
    const stopped = await terminal.waitFor('CERTIFICATE CHANGED');
    assert.match(stopped, /101 web-server/, 'the last state stays');
    assert.ok(!stopped.includes('next try'), 'it does not try again by itself');
    const words = stopped.replace(/│.*$/gm, '').replace(/\s+/g, '');
    assert.match(words, /Thecertificatehaschanged;nothingwassent/);
    assert.ok(words.includes(`expected${homelab.info.fingerprint}`), 'the one that was pinned');
    assert.ok(words.includes(`presented${fingerprint}`), 'the one that is shown now');
    await terminal.press('down', 'r');
    await quietTime(500);
    assert.equal(homelab.requests().length, from, 'not one request reached the stranger');
  });

  test('a pinned certificate that is another one from the start: both fingerprints are told', async (t) => {
    const other = 'AB:'.repeat(31).concat('AB');
    const homelab = await startTestDemo(t, { trust: { fingerprint: other } });
    const terminal = startTerminal({ t, env: homelab.env });
    const text = await terminal.waitFor(/certificate/i);
    assert.ok(!text.includes('y/o/N'), 'it is not even asked about');
    await terminal.waitFor('presented');
    const words = terminal.text().replace(/│.*$/gm, '').replace(/\s+/g, '');
    assert.ok(words.includes(other), words);
    assert.ok(words.includes(homelab.info.fingerprint), words);
    assert.deepEqual(homelab.requests(), []);
  });

  test('a user with a second factor types the code; a wrong one is asked for again', async (t) => {
    const homelab = await startTestDemo(t);
    const user = homelab.info.users.find(({ totp }) => totp !== undefined);
    assert.ok(user?.totp);
    const file = join(homelab.configDir, 'homelab.yaml');
    const secret = join(homelab.configDir, 'password');
    writeFileSync(secret, user.password, { mode: 0o600 });
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/auth: .*/, `auth: {user: '${user.user}', password: 'file:${secret}'}`),
    );
    const terminal = startTerminal({ t, env: homelab.env });
    const question = await terminal.waitFor('enter sends it');
    assert.match(question, /Second factor/);
    assert.ok(question.includes(user.user));
    terminal.send('000000');
    await terminal.waitFor('••••••');
    assert.ok(!terminal.text().includes('000000'), 'the code is not shown');
    await pressFor(terminal, 'enter', /Refused/);
    await terminal.waitFor('enter sends it');
    terminal.send(totpCode(user.totp, totpStep(Date.now())));
    await terminal.waitFor('••••••');
    await pressFor(terminal, 'enter', 'Guests 22');
    assert.match(terminal.text(), /admin@pve/);
    assert.ok(homelab.requests().some(({ identity }) => identity === user.user));
    for (const each of homelab.secrets) assert.ok(!terminal.output().includes(each));
  });

  test('a token that is revoked: one banner, no hammering, last state stays', async (t) => {
    const { terminal, homelab, world } = await openConsole(t);
    // What was under way with a token that was still good does not count.
    const refusals = () => homelab.requests().filter(({ identity }) => identity === undefined);
    const before = refusals().length;
    world.faults.revokeTokens();
    const refused = await terminal.waitFor(/login refused, data \d+ s old/);
    const words = refused.replace(/│.*$/gm, '').replace(/\s+/g, ' ');
    assert.match(words, /The API token is not valid or was revoked · root@pam!demo/);
    assert.match(words, /check the token and its secret, then refresh/);
    assert.match(refused, /Guests 22/);
    await quietTime(1000);
    const sent = refusals().slice(before);
    assert.ok(sent.length >= 1 && sent.length <= 2, sent.map(({ path }) => path).join(' '));
    // Asked for once more by hand: again two at most.
    await terminal.press('r');
    const again = () => refusals().length - before - sent.length;
    await terminal.waitFor(() => again() > 0, 'another try');
    await quietTime(500);
    assert.ok(again() <= 2);
  });

  test('a token without privileges is told which one it lacks, and nothing is sent', async (t) => {
    const { terminal, homelab } = await openConsole(t, { demo: { role: 'auditor' } });
    await terminal.press('/');
    await terminal.type('111');
    await terminal.press('enter');
    await terminal.waitFor(/^> +111/m);
    await pressFor(terminal, 'p', 'Power');
    await pressFor(terminal, 's', /VM\.PowerMgmt/);
    assert.deepEqual(homelab.writes(), []);
  });
});
