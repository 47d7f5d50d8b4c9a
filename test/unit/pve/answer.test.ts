import assert from 'node:assert/strict';
import test from 'node:test';
import { describeFailure, type Failure } from '../../../source/domain/failure.ts';
import { sanitise } from '../../../source/domain/safe-text.ts';
import { parseEndpoint } from '../../../source/services/http/endpoint.ts';
import { Redactor } from '../../../source/services/http/redactor.ts';
import { readAnswer } from '../../../source/services/pve/answer.ts';

function failureOf(
  status: number,
  options: { reason?: string; body?: unknown; write?: boolean; node?: string } = {},
): Failure {
  const endpoint = parseEndpoint('https://pve1:8006');
  assert.ok(endpoint.ok);
  const { body } = options;
  const result = readAnswer(
    {
      status,
      reason: options.reason ?? '',
      headers: {},
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
      latency: 1,
      endpoint: endpoint.value,
    },
    {
      where: sanitise('home · guest 100'),
      node: sanitise(options.node ?? 'pve3'),
      write: options.write ?? false,
      redactor: new Redactor(),
    },
  );
  assert.equal(result.ok, false);
  if (result.ok) throw new Error('ok');
  return result.failure;
}

test('400 names the parameters', () => {
  const failure = failureOf(400, {
    reason: 'Parameter verification failed.',
    body: {
      data: null,
      errors: { vmid: "type check ('integer') failed\n" },
      message: 'Parameter verification failed.\n',
    },
  });
  assert.equal(failure.kind, 'rejected');
  assert.deepEqual(failure.fields, { vmid: "type check ('integer') failed" });
  assert.equal(failure.detail, "vmid: type check ('integer') failed");
  assert.equal(failure.status, 400);
});

test('the message comes from errors, then JSON, then the status line, without its newline', () => {
  const told = failureOf(500, { reason: 'old words', body: { message: 'VM 100 not running\n' } });
  assert.equal(told.detail, 'VM 100 not running');
  const line = failureOf(500, { reason: 'VM 100 not running' });
  assert.equal(line.detail, 'VM 100 not running');
  assert.equal(line.kind, 'rejected');
});

test('403 tells path and privileges', () => {
  const failure = failureOf(403, {
    reason: 'Permission check failed (/vms/100, VM.Snapshot|VM.Snapshot.Rollback)',
  });
  assert.equal(failure.kind, 'denied');
  assert.deepEqual(failure.privilege, {
    path: '/vms/100',
    names: ['VM.Snapshot', 'VM.Snapshot.Rollback'],
  });
  const other = failureOf(403, {
    body: {
      message:
        "Permission check failed (URI '/x' not available with API token, need proper ticket.)",
    },
  });
  assert.equal(other.privilege, undefined);
  assert.match(describeFailure(other), /need proper ticket/);
});

test('statuses and messages become kinds', () => {
  const cases: [number, string, Failure['kind']][] = [
    [401, '', 'unauthenticated'],
    [500, 'VM is locked (backup)', 'locked'],
    [500, 'CT is locked (snapshot)', 'locked'],
    [500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", 'locked'],
    [500, "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist", 'not-found'],
    [400, 'no such task', 'not-found'],
    [500, "hostname lookup 'x' failed - failed to get address info", 'not-found'],
    [500, 'cluster not ready - no quorum?', 'rejected'],
    [500, "can't rollback, 'x' is not most recent snapshot on 'vm-100-disk-0'", 'rejected'],
    [501, "Method 'GET /x' not implemented", 'unsupported'],
    [595, 'No route to host', 'unreachable'],
    [596, 'Connection timed out', 'unreachable'],
    [597, '', 'bad-answer'],
    [599, '', 'bad-answer'],
    [503, '<html>', 'unreachable'],
  ];
  for (const [status, reason, kind] of cases) {
    assert.equal(failureOf(status, { reason }).kind, kind, `${status} ${reason}`);
  }
  assert.match(failureOf(595, { node: 'pve3' }).what, /Node pve3 cannot be reached/);
});

test('a refusal that has a cause of its own says it, with the words of the server below', () => {
  const cases: [string, RegExp][] = [
    ['detected modified configuration - file changed by other user? Try again.', /Somebody else/],
    ['checksum missmatch (file change by other user?)', /Somebody else/],
    ["can't remove VM 100 - protection mode enabled", /is protected/],
  ];
  for (const [message, what] of cases) {
    const failure = failureOf(500, { body: { message } });
    assert.equal(failure.kind, 'rejected');
    assert.match(failure.what, what);
    assert.equal(failure.detail, message);
    assert.ok(failure.next);
  }
});

test('a write that went on to another node and was lost there may have happened', () => {
  for (const status of [596, 597, 599, 502, 504]) {
    assert.equal(failureOf(status, { write: true }).kind, 'unanswered', String(status));
  }
  // 595: the connection was never made.
  assert.equal(failureOf(595, { write: true }).kind, 'unreachable');
});

test("a server's words cannot move the cursor", () => {
  const failure = failureOf(500, {
    body: { message: '\u001b[2Jall \u001b]0;x\u0007gone\nRUNNING' },
  });
  assert.equal(failure.detail, 'all gone⏎RUNNING');
});
