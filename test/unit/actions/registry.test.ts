import assert from 'node:assert/strict';
import test from 'node:test';
import { availabilityOf } from '../../../source/actions/availability.ts';
import {
  type AnyAction,
  actions,
  actionsOf,
  findAction,
} from '../../../source/actions/registry.ts';
import type { Action, Facts, Field, Scope, Targets } from '../../../source/actions/types.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import { facts, free, guest, node, safe, service, snapshot, snapshots, task } from './fakes.ts';
import { parameters } from './registry-parameters.ts';

/** One of each scope, in a state where most actions apply. */
const targets: Targets = {
  guest: guest(),
  node: node(),
  service: service('pvestatd', 'running'),
  task: task(),
  snapshot: {
    site: guest().site,
    node: guest().node,
    guest: guest(),
    snapshot: snapshot('base', 0),
  },
};
/** Destroys one thing of each mark: asks with a summary, and from six on for the count. */
const counted = ['snapshot.delete'];
const any = (action: AnyAction) => action as unknown as Action<Scope>;

test('the registry holds the known actions and nothing else', () => {
  assert.deepEqual(actions.map((action) => action.id).sort(), Object.keys(parameters).sort());
});

test('ids are unique and say scope and verb', () => {
  const ids = actions.map((action) => action.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const action of actions) {
    assert.match(action.id, /^[a-z]+\.[a-z-]+$/);
    assert.equal(action.id.split('.')[0], action.scope);
    assert.equal(findAction(action.id), action);
  }
  assert.equal(findAction('guest.dance'), undefined);
});

test('actionsOf gives one scope in menu order', () => {
  for (const scope of ['guest', 'node', 'service', 'task', 'snapshot'] as const) {
    const found = actionsOf(scope).map((action) => action.id);
    const wanted = actions.filter((action) => action.scope === scope).map((action) => action.id);
    assert.deepEqual(found, wanted);
    assert.ok(found.length > 0);
  }
});

for (const each of actions) {
  const action = any(each);
  const target = targets[each.scope] as Targets[Scope];

  test(`${action.id}: its words are sentences`, () => {
    assert.match(
      action.title,
      /^[A-Z][^.!?]*$/,
      'a title starts with a capital and has no full stop',
    );
    assert.match(action.summary, /^[A-Z][^!]*\.$/, 'a summary is a sentence');
    assert.ok(action.title.length <= 30, action.title);
    for (const field of action.fields) {
      assert.match(field.label, /^[A-Z][^.!]*$/, field.label);
      assert.match(field.help, /^[A-Z].*\.$/, field.help);
    }
  });

  test(`${action.id}: fields are parameters of its call`, () => {
    const names = action.fields.map((field) => field.name);
    assert.deepEqual(names, parameters[action.id]);
    assert.equal(new Set(names).size, names.length);
    for (const field of action.fields as readonly Field<never>[]) {
      assert.match(field.name, /^[a-z][A-Za-z0-9-]*$/);
      // `--confirm` is how a script agrees; no field may take that flag.
      assert.notEqual(field.name, 'confirm');
      if (field.kind === 'choice') assert.ok(field.choices, `${field.name} has no choices`);
    }
  });

  test(`${action.id}: its confirmation fits its effect`, () => {
    const { level, question, lines, typed } = action.confirm(target, {}, facts());
    assert.match(question, /\?$/);
    if (action.effect === 'destroy') {
      const least = counted.includes(action.id) ? 2 : 3;
      assert.ok(level >= least, `level ${level} for destroy`);
    }
    assert.equal(action.offByDefault ?? false, level === 4, 'level 4 has to be declared');
    if (action.effect === 'disrupt') assert.ok(level >= 1, `level ${level} for disrupt`);
    if (level >= 3) assert.ok(typed, 'a typed confirmation needs a text to type');
    else assert.equal(typed, undefined);
    assert.match(lines[0] ?? '', /^Target: /, 'the first line restates the target');
    assert.match(lines[0] ?? '', /site home/);
    for (const line of lines) assert.match(line, /^[A-Z0-9].*[^.]$|\.$/, line);
    if (action.batch) assert.ok(level < 3, 'one answer may not destroy many things');
  });

  test(`${action.id}: privileges name a path and at least one privilege`, () => {
    for (const need of action.privileges(target)) {
      assert.match(need.path, /^\/$|^\/vms$|^\/(vms|nodes)\/[\w.-]+$/);
      assert.ok(need.anyOf.length > 0);
      for (const name of need.anyOf)
        assert.match(name, /^(VM|Sys|Datastore|Permissions)\.[A-Za-z.]+$/);
    }
    // Tasks of one's own may be stopped by anybody; SSH knows nothing of Proxmox's privileges.
    const none = ['task.stop', 'guest.shell', 'node.shell'];
    if (!none.includes(action.id)) assert.ok(action.privileges(target).length > 0);
  });

  test(`${action.id}: a read-only console does not offer it`, () => {
    const offered = availabilityOf(action, target, facts(), { readOnly: true, allow: [action.id] });
    if (offered.state === 'hidden') return;
    // What is only read is no change.
    if (action.effect === 'read') return assert.equal(offered.state, 'yes');
    assert.equal(offered.state, 'disabled');
    assert.match(offered.state === 'disabled' ? offered.reason : '', /^read-only mode/);
  });
}

test('keys are unique in a scope, row keys and menus apart', () => {
  for (const scope of ['guest', 'node', 'service', 'task', 'snapshot'] as const) {
    const rows = new Set(actionsOf<Scope>(scope).map(({ row }) => row));
    for (const row of rows) {
      const own = actionsOf<Scope>(scope).filter((action) => action.row === row);
      const keys = own
        .filter((action) => (row || !action.menu) && action.key !== '')
        .map(({ key }) => key);
      const menus = new Map(
        own.flatMap(({ menu }) => (menu && !row ? [[menu.key, menu.id] as const] : [])),
      );
      for (const key of menus.keys()) keys.push(key);
      assert.equal(new Set(keys).size, keys.length, `${scope}: ${keys.join(' ')}`);
      for (const key of keys) assert.equal([...key].length, 1, `${key} is one key`);
    }
    // On a row of its own it has a key beside its menu.
    const ofMenus = actionsOf<Scope>(scope).filter((action) => action.menu && !action.row);
    for (const action of ofMenus) assert.equal(action.key, '', `${action.id} lives in its menu`);
  }
});

test('no action takes a key that moves, marks, filters or opens everywhere', () => {
  const taken = [...'jkgGqryltLS/:? a01234567[]'];
  for (const action of actions) {
    assert.ok(!taken.includes(action.key), `${action.id} takes ${action.key}`);
    if (action.menu) assert.ok(!taken.includes(action.menu.key));
  }
});

type State = 'Y' | 'D' | '-';
const states: Readonly<Record<string, Partial<Guest>>> = {
  running: {},
  stopped: { status: safe('stopped') },
  paused: { status: safe('paused') },
  template: { status: safe('stopped'), template: true },
  locked: { lock: safe('backup') },
  stale: { status: safe('unknown'), stale: true },
  suspended: { status: safe('stopped'), lock: safe('suspended') },
};

/** running stopped paused template locked stale suspended: Y offered, D disabled with a reason, - never applies. */
const matrix: Readonly<Record<string, { readonly qemu: string; readonly lxc: string }>> = {
  'guest.start': { qemu: 'DYD-DDY', lxc: 'DYD-DDY' },
  'guest.shutdown': { qemu: 'YDD-DDD', lxc: 'YDD-DDD' },
  'guest.reboot': { qemu: 'YDD-DDD', lxc: 'YDD-DDD' },
  'guest.stop': { qemu: 'YDY-DDD', lxc: 'YDY-DDD' },
  'guest.reset': { qemu: 'YDY-DDD', lxc: '-------' },
  'guest.suspend': { qemu: 'YDD-DDD', lxc: '-------' },
  'guest.hibernate': { qemu: 'YDD-DDD', lxc: '-------' },
  'guest.resume': { qemu: 'DDY-DDY', lxc: '-------' },
  'guest.snapshot': { qemu: 'YYY-DDD', lxc: 'YYY-DDD' },
  'guest.rollback': { qemu: 'YYY-DDD', lxc: 'YYY-DDD' },
  'guest.delete-snapshot': { qemu: 'YYY-DDD', lxc: 'YYY-DDD' },
  'guest.describe-snapshot': { qemu: 'YYY-DDD', lxc: 'YYY-DDD' },
  // Storages may be hidden: what the identity may see is not known here.
  'guest.backup': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.backup-config': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.backup-notes': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.backup-protect': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.backup-remove': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  // A single node has nowhere to replicate to.
  'guest.replication-add': { qemu: '-------', lxc: '-------' },
  'guest.replication-run': { qemu: '-------', lxc: '-------' },
  'guest.replication-edit': { qemu: '-------', lxc: '-------' },
  'guest.replication-log': { qemu: '-------', lxc: '-------' },
  'guest.replication-remove': { qemu: '-------', lxc: '-------' },
  'guest.permission-add': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.permission-remove': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.migrate': { qemu: '-------', lxc: '-------' },
  'guest.clone': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.template': { qemu: 'DYD-DDD', lxc: 'DYD-DDD' },
  'guest.destroy': { qemu: 'DYDYDDD', lxc: 'DYDYDDD' },
  'guest.console': { qemu: 'YDY-YDD', lxc: 'YDY-YDD' },
  'guest.monitor': { qemu: 'YDY-YDD', lxc: '-------' },
  'guest.unlock-advice': { qemu: '----YDY', lxc: '----YDY' },
  'guest.set-name': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.set-cpu': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.set-memory': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.disk-add': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.disk-edit': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.hardware-remove': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.efi-add': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.efi-enroll': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.tpm-add': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.pci-add': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.pci-edit': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.usb-add': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.usb-edit': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.serial-add': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.audio-set': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.rng-set': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.virtiofs-add': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.virtiofs-edit': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.sev-set': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.tdx-set': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.device-add': { qemu: '-------', lxc: 'YYYYDDD' },
  'guest.device-edit': { qemu: '-------', lxc: 'YYYYDDD' },
  'guest.disk-grow': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.disk-move': { qemu: 'YYYYDDD', lxc: 'DYDYDDD' },
  'guest.disk-attach': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.disk-detach': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  // The site of the test has no other guest that could take it.
  'guest.disk-reassign': { qemu: 'DDDDDDD', lxc: 'DDDDDDD' },
  'guest.disk-remove': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.mount-iso': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.eject': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.nic-add': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.nic-edit': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.nic-remove': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.set-display': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-dns': { qemu: '-------', lxc: 'YYYYDDD' },
  'guest.set-features': { qemu: '-------', lxc: 'YYYYDDD' },
  'guest.set-boot': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-options': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.set-agent': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-system': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-machine': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-smbios': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-spice': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.set-console': { qemu: '-------', lxc: 'YYYYDDD' },
  'guest.cloud-init': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.cloud-init-regenerate': { qemu: 'YYYYDDD', lxc: '-------' },
  'guest.revert': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.edit-config': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  // A guest's lock does not cover its firewall.
  'guest.firewall-add-rule': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-edit-rule': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-toggle-rule': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-rule-up': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-rule-down': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-move-rule': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-remove-rule': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-set-options': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-add-alias': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-edit-alias': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-remove-alias': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-add-set': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-remove-set': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-add-entry': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.firewall-remove-entry': { qemu: 'YYYYYDY', lxc: 'YYYYYDY' },
  'guest.tags': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.notes': { qemu: 'YYYYDDD', lxc: 'YYYYDDD' },
  'guest.spice': { qemu: 'YYY-YDY', lxc: 'YYY-YDY' },
  'guest.shell': { qemu: 'YDY-YDD', lxc: 'YDY-YDD' },
  'guest.screen': { qemu: 'YDY-YDD', lxc: '-------' },
  'guest.screenshot': { qemu: 'YDY-YDD', lxc: '-------' },
  'guest.vnc': { qemu: 'YDY-YDD', lxc: 'YDY-YDD' },
};

function offered(id: string, target: Guest, known: Facts = facts()): State {
  const action = any(findAction(id) as AnyAction);
  const found = availabilityOf(action, target, known, free);
  if (found.state === 'disabled') assert.ok(found.reason.length > 0, `${id} says no reason`);
  return found.state === 'yes' ? 'Y' : found.state === 'disabled' ? 'D' : '-';
}

test('the matrix names every guest action', () => {
  assert.deepEqual(
    Object.keys(matrix).sort(),
    actionsOf('guest')
      .map((action) => action.id)
      .sort(),
  );
});

for (const [id, wanted] of Object.entries(matrix)) {
  for (const type of ['qemu', 'lxc'] as const) {
    test(`${id} on a ${type} guest in every state`, () => {
      const found = Object.values(states).map((state) => offered(id, guest({ type, ...state })));
      assert.equal(found.join(''), wanted[type], Object.keys(states).join(' '));
    });
  }
}

test('without quorum no guest is changed, and the reason says so', () => {
  const cluster = { data: { quorate: false, members: [] }, fetching: false };
  const known = facts();
  const site = { ...known.site, cluster };
  // Nothing is changed by a look, and it is wanted most then; so is a shell, which needs no quorum.
  const looks = [
    ...['guest.console', 'guest.shell', 'guest.screen', 'guest.screenshot', 'guest.vnc'],
    ...['guest.monitor', 'guest.backup-config', 'guest.replication-log'],
  ];
  for (const { id } of actionsOf('guest')) {
    if (looks.includes(id)) continue;
    for (const state of ['running', 'stopped'] as const) {
      const found = offered(id, guest(states[state]), { ...known, site });
      assert.notEqual(found, 'Y', `${id} is offered without quorum`);
    }
  }
});

test('a guest without snapshots offers none of the snapshot row', () => {
  for (const id of ['guest.rollback', 'guest.delete-snapshot', 'guest.describe-snapshot']) {
    assert.equal(offered(id, guest(), facts({ snapshots: snapshots() })), 'D');
    const one = facts({ snapshots: snapshots(snapshot('a1', 1)) });
    assert.equal(offered(id, guest(), one), 'Y');
  }
});

test('a VM that HA manages is not hibernated', () => {
  assert.equal(offered('guest.hibernate', guest({ hastate: safe('started') })), 'D');
  assert.equal(offered('guest.hibernate', guest({ hastate: safe('ignored') })), 'Y');
});

test('SPICE says which display there is', () => {
  const known = facts({ spice: false, display: safe('std') });
  const action = any(findAction('guest.spice') as AnyAction);
  const found = availabilityOf(action, guest(), known, free);
  assert.equal(found.state, 'disabled');
  assert.match(found.state === 'disabled' ? found.reason : '', /display is std/);
  // An unknown display is left to the server.
  assert.equal(offered('guest.spice', guest()), 'Y');
});

test('node actions follow the state of the node', () => {
  const ids = ['node.reboot', 'node.shutdown', 'node.wake', 'node.start-all', 'node.stop-all'];
  const mode = { readOnly: false, allow: ['node.reboot', 'node.shutdown'] };
  const of = (status: string) =>
    ids.map((id) => {
      const action = any(findAction(id) as AnyAction);
      return availabilityOf(action, node({ status: safe(status) }), facts(), mode).state;
    });
  assert.deepEqual(of('online'), ['yes', 'yes', 'disabled', 'yes', 'yes']);
  assert.deepEqual(of('offline'), ['disabled', 'disabled', 'yes', 'disabled', 'disabled']);
});

test('service actions follow the unit', () => {
  const ids = ['service.start', 'service.stop', 'service.restart', 'service.reload'];
  const of = (...unit: Parameters<typeof service>) =>
    ids.map((id) => any(findAction(id) as AnyAction).available(service(...unit), facts()).state);
  assert.deepEqual(of('pvestatd', 'running'), ['disabled', 'yes', 'yes', 'yes']);
  assert.deepEqual(of('pvestatd', 'dead'), ['yes', 'disabled', 'yes', 'disabled']);
  assert.deepEqual(of('ksmtuned', 'dead', 'not-found'), Array(4).fill('disabled'));
  assert.deepEqual(of('postfix', 'dead', 'masked'), Array(4).fill('disabled'));
  // The API would saw off its own branch.
  for (const name of ['pveproxy', 'pvedaemon', 'pve-cluster']) {
    assert.deepEqual(of(name, 'running'), ['disabled', 'disabled', 'yes', 'yes']);
  }
});

test('only a running task can be stopped', () => {
  const action = any(findAction('task.stop') as AnyAction);
  assert.equal(action.available(task(), facts()).state, 'yes');
  const ended = task({ outcome: 'ok', status: safe('OK') });
  assert.equal(action.available(ended, facts()).state, 'disabled');
});
