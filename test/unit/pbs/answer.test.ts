import assert from 'node:assert/strict';
import test from 'node:test';
import { json } from '../http/fake-server.ts';
import { failing, kindOf, refuse, serve } from './rig.ts';

const group = { store: 'main', ns: 'prod', type: 'vm', id: '100' } as const;

const refusals: readonly {
  readonly told: string;
  readonly status: number;
  readonly kind: string;
  readonly what?: RegExp;
}[] = [
  { told: "no such datastore 'main'", status: 400, kind: 'not-found' },
  {
    told: "datastore 'main' is in offline maintenance mode: new disk",
    status: 400,
    kind: 'rejected',
    what: /in maintenance/,
  },
  { told: "datastore 'usb' is not mounted", status: 400, kind: 'rejected', what: /not mounted/ },
  {
    told: 'cannot remove protected snapshot',
    status: 400,
    kind: 'rejected',
    what: /protected/,
  },
  {
    told: "Path '/api2/json/admin/gc' not found.",
    status: 404,
    kind: 'unsupported',
  },
  { told: 'permission check failed.', status: 403, kind: 'denied' },
  { told: 'permission check failed', status: 400, kind: 'denied', what: /^Not permitted$/ },
  { told: 'task access not allowed', status: 400, kind: 'denied' },
  { told: 'unable to acquire lock on snapshot directory', status: 400, kind: 'locked' },
  { told: 'backup owner check failed (a@pbs != b@pbs)', status: 400, kind: 'denied' },
  { told: 'something nobody has thought of', status: 500, kind: 'rejected' },
  { told: '{"not": "json after all', status: 400, kind: 'rejected' },
  { told: '[1, 2', status: 400, kind: 'rejected' },
  { told: '', status: 400, kind: 'rejected' },
];

for (const { told, status, kind, what } of refusals) {
  test(`the plain text "${told}" with ${status} is understood as ${kind}`, async (t) => {
    const { pbs } = await serve(t, failing(status, told));
    const result = await pbs.content.groups(group);
    assert.equal(kindOf(result), kind);
    assert.ok(!result.ok);
    if (told !== '') assert.equal(result.failure.detail, told);
    assert.equal(result.failure.status, status);
    if (what) assert.match(result.failure.what, what);
  });
}

test('an error of megabytes is looked at only at its beginning', async (t) => {
  const { pbs } = await serve(t, failing(400, `no such group. ${'job '.repeat(1_000_000)}`));
  const result = await pbs.content.groups(group);
  assert.ok(!result.ok);
  assert.match(result.failure.detail ?? '', /^no such group\. job/);
  assert.ok((result.failure.detail ?? '').length <= 4096);
});

test('a missing privilege is named with its path', async (t) => {
  const text =
    'permission check failed - missing Datastore.Audit|Datastore.Backup on /datastore/main/prod';
  const { pbs } = await serve(t, failing(403, text));
  const result = await pbs.content.groups(group);
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'denied');
  assert.deepEqual(result.failure.privilege, {
    path: '/datastore/main/prod',
    names: ['Datastore.Audit', 'Datastore.Backup'],
  });
  assert.match(result.failure.what, /Datastore\.Audit or Datastore\.Backup on \/datastore\/main/);
});

test('the other spelling of a missing privilege is understood, whatever the status', async (t) => {
  const { pbs } = await serve(
    t,
    failing(400, "missing permissions 'Sys.Modify' on '/system/tasks'"),
  );
  const result = await pbs.datastores.usage();
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'denied');
  assert.deepEqual(result.failure.privilege, { path: '/system/tasks', names: ['Sys.Modify'] });
});

test('refused parameters are told one by one', async (t) => {
  const text =
    "parameter verification errors\n\nparameter 'keep-last': value must have a minimum value of 1 (got 0)\nparameter 'ns': value does not match the regex pattern\n";
  const { pbs } = await serve(t, failing(400, text));
  const result = await pbs.content.prune(group, { last: 1 });
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'rejected');
  assert.deepEqual(result.failure.fields, {
    'keep-last': 'value must have a minimum value of 1 (got 0)',
    ns: 'value does not match the regex pattern',
  });
});

test('an error cannot move the cursor', async (t) => {
  const { pbs } = await serve(t, failing(400, 'bad \u001b[2J\u001b]0;title\u0007name\nsecond'));
  const result = await pbs.datastores.usage();
  assert.ok(!result.ok);
  assert.equal(result.failure.detail, 'bad name⏎second');
});

test('a success that is no JSON is a bad answer, and says when it is a web page', async (t) => {
  const { server, pbs } = await serve(t, (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>login</html>');
  });
  const page = await pbs.datastores.usage();
  assert.ok(!page.ok);
  assert.equal(page.failure.kind, 'bad-answer');
  assert.match(page.failure.what, /web page/);
  server.handler = (_seen, response) => json(response, { success: 1 });
  const bare = await pbs.datastores.usage();
  assert.ok(!bare.ok);
  assert.match(bare.failure.what, /not what the Proxmox Backup Server API promises/);
});

test("an error page of a proxy is not shown as the server's words", async (t) => {
  const { pbs } = await serve(t, (_seen, response) => refuse(response, 502, '<html>nginx</html>'));
  const result = await pbs.datastores.usage();
  assert.ok(!result.ok);
  assert.equal(result.failure.kind, 'unreachable');
  assert.doesNotMatch(JSON.stringify(result), /nginx/);
});

test('a write whose answer was lost behind a proxy may have been carried out', async (t) => {
  const { pbs } = await serve(t, failing(504, 'gateway timeout'));
  assert.equal(kindOf(await pbs.datastores.startGc('main')), 'unanswered');
  const dry = await pbs.content.pruneDryRun(group, { last: 1 });
  assert.equal(kindOf(dry), 'unreachable');
});

test('null in place of a list is a failure, never an empty list', async (t) => {
  const { pbs } = await serve(t, (_seen, response) => json(response, { data: null }));
  for (const result of [
    await pbs.datastores.usage(),
    await pbs.content.groups(group),
    await pbs.content.snapshots(group),
    await pbs.jobs.verify(),
    await pbs.tasks.list(),
  ]) {
    assert.ok(!result.ok);
    assert.match(result.failure.next ?? '', /may lack a privilege/);
  }
});
