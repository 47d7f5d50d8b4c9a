import assert from 'node:assert/strict';
import test from 'node:test';
import { execute } from '../../../source/actions/execute.ts';
import { guestFirewallAddRule } from '../../../source/actions/guest-firewall-add-rule.ts';
import type { FieldValues, FirewallFacts } from '../../../source/actions/types.ts';
import { describeFailure, type Failure } from '../../../source/domain/failure.ts';
import { fail, ok } from '../../../source/domain/result.ts';
import { say } from '../../../source/domain/safe-text.ts';
import {
  decodeFirewallOptions,
  decodeRules,
} from '../../../source/services/pve/decode-firewall.ts';
import type { FirewallApi } from '../../../source/services/types.ts';
import { environment, facts, fakeSite, guest, options, prepared } from './fakes.ts';

const ssh = { type: 'in', action: 'ACCEPT', macro: 'SSH', enable: 1 };
const web = { type: 'in', action: 'ACCEPT', proto: 'tcp', dport: '80', enable: 1 };
const ping = { type: 'in', action: 'DROP', macro: 'Ping', enable: 0, comment: 'no ping' };
const rules = (...list: readonly object[]) =>
  decodeRules(list.map((each, pos) => ({ ...each, pos, digest: 'rules' })));

const firewall: FirewallFacts = {
  rules: rules(ssh, web),
  options: decodeFirewallOptions({ enable: 1 }),
  names: { aliases: [], sets: [] },
};
const known = facts({ firewall, config: { entries: {} } });
const wanted: FieldValues = { action: 'DROP', macro: 'ping', comment: ' no ping ', place: 1 };

const timeout: Failure = { kind: 'timeout', what: say`No complete answer in time` };
const cancelled: Failure = { kind: 'cancelled', what: say`Cancelled` };
const denied: Failure = {
  kind: 'denied',
  what: say`Not permitted`,
  detail: say`Permission check failed (/vms/101, VM.Config.Network)`,
  fields: { moveto: say`no` },
};
const lost: Failure = {
  kind: 'unanswered',
  what: say`The request was sent but its answer was lost`,
};
const conflict: Failure = {
  kind: 'rejected',
  what: say`Refused`,
  detail: say`detected modified configuration - file changed by other user? Try again.`,
};

type Step = 'add' | 'read' | 'move' | 'read again' | 'switch on';

/** Adds a rule at place 1 on a server where one step fails. */
async function broken(step: Step | undefined, failure: Failure, values: FieldValues = wanted) {
  const calls: string[] = [];
  let now = rules(ssh, web);
  let reads = 0;
  const end = (name: Step) => (name === step ? fail(failure) : ok({}));
  const api: Partial<FirewallApi> = {
    addRule: async () => {
      calls.push('add');
      now = rules(ping, ssh, web);
      return end('add');
    },
    rules: async () => {
      reads += 1;
      const told = end(reads === 1 ? 'read' : 'read again');
      return told.ok ? ok(now) : told;
    },
    moveRule: async () => {
      calls.push('move');
      now = rules(ssh, ping, web);
      return end('move');
    },
    setRule: async () => {
      calls.push('switch on');
      return end('switch on');
    },
  };
  const { environment: around } = environment(fakeSite({ firewall: api }));
  const ready = prepared(guestFirewallAddRule, guest(), known);
  const ran = await execute(ready, values, { yes: true }, around, options().options);
  return { ran, calls };
}

async function told(step: Step, failure: Failure, values?: FieldValues): Promise<Failure> {
  const { ran } = await broken(step, failure, values);
  assert.ok(!ran.ok, step);
  return ran.failure;
}

test('what Proxmox trims from a comment is not taken for another rule', async () => {
  const { ran, calls } = await broken(undefined, timeout);
  assert.ok(ran.ok, JSON.stringify(ran));
  assert.deepEqual(calls, ['add', 'move', 'switch on']);
});

test('a rule that was added and not placed is said to be there, where, and off', async () => {
  const words = async (step: Step, failure: Failure) => describeFailure(await told(step, failure));
  const first = /the new rule is the first one now, and off/;
  const moveIt = /move it to place 1 and switch it on; adding it again makes a second one/;
  for (const failure of [timeout, cancelled, denied, conflict]) {
    for (const step of ['read', 'move'] as const) {
      const text = await words(step, failure);
      assert.match(text, first, `${step} ${failure.kind}`);
      assert.match(text, moveIt);
      assert.doesNotMatch(text, /nothing was/i);
    }
    for (const step of ['read again', 'switch on'] as const) {
      const text = await words(step, failure);
      assert.match(text, /the new rule is at place 1 now, and off/, `${step} ${failure.kind}`);
      assert.match(text, /switch it on; adding it again makes a second one/);
      assert.doesNotMatch(text, /move it|nothing was/i);
    }
  }
  assert.match(await words('move', timeout), /^No complete answer in time: the new rule/);
  assert.match(await words('move', conflict), /^Somebody else changed the rules meanwhile: /);
  assert.match(await words('move', denied), /Permission check failed/);
});

test('a step without an answer leaves open what it did', async () => {
  const moved = await told('move', lost);
  assert.equal(moved.kind, 'unanswered');
  assert.match(moved.what, /the new rule is the first one or at place 1, and off/);
  const on = await told('switch on', lost);
  assert.match(on.what, /the new rule is at place 1 now, and maybe still off/);
  const added = await told('add', lost);
  assert.match(added.next ?? '', /the new rule may be the first one now, and off/);
});

test('what is half done does not bring the form back to be sent again', async () => {
  for (const failure of [denied, conflict]) {
    const { kind, fields } = await told('move', failure);
    assert.equal(kind, 'task-failed');
    assert.equal(fields, undefined);
  }
  const refused = await told('add', denied);
  assert.equal(refused.kind, 'denied', 'nothing was done yet: the form may come back');
  assert.ok(refused.fields);
});

test('a rule that shall stay off is only to be moved', async () => {
  const { next } = await told('move', timeout, { ...wanted, enable: false });
  assert.match(next ?? '', /^move it to place 1; adding/);
});

test('the question names the steps that follow the first call', () => {
  const lines = (values: FieldValues) =>
    guestFirewallAddRule.confirm(guest(), values, known).lines.join('\n');
  assert.match(
    lines(wanted),
    /three calls: added first and off, moved to place 1, then switched on/,
  );
  assert.match(
    lines({ ...wanted, enable: false }),
    /two calls: added first, then moved to place 1/,
  );
  assert.doesNotMatch(lines({ ...wanted, place: 0 }), /calls/);
});
