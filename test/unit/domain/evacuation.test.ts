import assert from 'node:assert/strict';
import test from 'node:test';
import type { ResourceMapping } from '../../../source/domain/cluster.ts';
import {
  type EvacuationGuest,
  type EvacuationPlan,
  type EvacuationWish,
  freeMemory,
  planEvacuation,
} from '../../../source/domain/evacuation.ts';
import type { Guest } from '../../../source/domain/guest.ts';
import type { MigrateCheck } from '../../../source/domain/migrate-check.ts';
import type { Node } from '../../../source/domain/node.ts';
import { sanitise as safe } from '../../../source/domain/safe-text.ts';
import type { SiteId } from '../../../source/domain/site.ts';
import type { Storage } from '../../../source/domain/storage.ts';

const GiB = 2 ** 30;
const site = 'home' as SiteId;

/** Free and total memory in GiB. */
function node(
  name: string,
  free: number | undefined,
  total = 32,
  change: Partial<Node> = {},
): Node {
  return {
    site,
    node: safe(name),
    status: safe('online'),
    maxmem: total * GiB,
    ...(free === undefined ? {} : { mem: (total - free) * GiB }),
    ...change,
  };
}

function storage(name: string, on: string, free: number, change: Partial<Storage> = {}): Storage {
  return {
    site,
    node: safe(on),
    storage: safe(name),
    status: safe('available'),
    shared: false,
    disk: 0,
    maxdisk: free * GiB,
    ...change,
  };
}

const shared = (on: string) => storage('ceph', on, 1000, { shared: true });

interface GuestPlan {
  readonly memory?: number;
  readonly disk?: string;
  readonly size?: number;
  readonly config?: Readonly<Record<string, string>>;
  readonly check?: Partial<MigrateCheck>;
  readonly guest?: Partial<Guest>;
  readonly unread?: string;
}

/** A running VM on `pve1` with one disk on the shared storage, unless told otherwise. */
function guest(vmid: number, plan: GuestPlan = {}): EvacuationGuest {
  const { memory = 4, disk = 'ceph', size = 10, check, config } = plan;
  const entries = { scsi0: `${disk}:vm-${vmid}-disk-0,size=${size}G`, ...config };
  const local = disk !== 'ceph';
  return {
    guest: {
      site,
      type: 'qemu',
      vmid,
      node: safe('pve1'),
      name: safe(`g${vmid}`),
      status: safe('running'),
      maxmem: memory * GiB,
      maxcpu: 2,
      ...plan.guest,
    },
    knowledge: {
      config: {
        entries: Object.fromEntries(
          Object.entries(entries).map(([key, value]) => [key, safe(value)]),
        ),
      },
      check: {
        localDisks: local ? [{ volid: safe(`${disk}:vm-${vmid}-disk-0`), size: size * GiB }] : [],
        localResources: [],
        mappedResources: [],
        ...check,
      },
    },
    ...(plan.unread ? { unread: safe(plan.unread) } : {}),
  };
}

const wish: EvacuationWish = {
  reserve: 0.1,
  withLocalDisks: false,
  containers: true,
  stopped: false,
};

interface Setting {
  readonly nodes?: readonly Node[];
  readonly storages?: readonly Storage[];
  readonly mappings?: readonly ResourceMapping[];
  readonly wish?: Partial<EvacuationWish>;
}

function plan(guests: readonly EvacuationGuest[], setting: Setting = {}): EvacuationPlan {
  const nodes = [node('pve1', 1), ...(setting.nodes ?? [node('pve2', 20), node('pve3', 10)])];
  return planEvacuation({
    node: node('pve1', 1),
    guests,
    resources: {
      nodes,
      guests: guests.map((each) => each.guest),
      storages: setting.storages ?? nodes.map((each) => shared(each.node)),
      pools: [],
    },
    wish: { ...wish, ...setting.wish },
    ...(setting.mappings ? { mappings: setting.mappings } : {}),
  });
}

const places = ({ moves }: EvacuationPlan) =>
  moves.map((move) => `${move.guest.vmid} ${move.target.node} ${move.kind}`);
const reasons = ({ stays }: EvacuationPlan) =>
  Object.fromEntries(stays.map((stay) => [stay.guest.vmid, stay.reason as string]));

test('the largest goes first, each to the first target with room', () => {
  const made = plan([
    guest(101, { memory: 2 }),
    guest(102, { memory: 14 }),
    guest(103, { memory: 6 }),
  ]);
  // pve2 has 20 - 3.2 = 16.8 GiB to give, pve3 6.8.
  assert.deepEqual(places(made), ['102 pve2 live', '103 pve3 live', '101 pve2 live']);
  assert.deepEqual(made.stays, []);
  const after = Object.fromEntries(
    made.forecast.map((each) => [each.node, (each.after ?? 0) / GiB]),
  );
  assert.deepEqual(after, { pve2: 12 + 16, pve3: 22 + 6 });
});

test('among equals the one with more cores goes first, then the lower VMID', () => {
  const made = plan([guest(103), guest(101), guest(102, { guest: { maxcpu: 8 } })]);
  assert.deepEqual(
    made.moves.map((move) => move.guest.vmid),
    [102, 101, 103],
  );
});

test('of two targets with equal memory the less busy one is asked first', () => {
  const nodes = [node('pve2', 20, 32, { cpu: 0.9 }), node('pve3', 20, 32, { cpu: 0.1 })];
  assert.deepEqual(places(plan([guest(101)], { nodes })), ['101 pve3 live']);
});

test('the reserve stays free, exactly', () => {
  assert.equal(freeMemory(node('x', 10, 20), 0.1), 8 * GiB);
  assert.equal(freeMemory(node('x', 1, 20), 0.1), 0);
  assert.equal(freeMemory(node('x', undefined), 0.1), undefined);
  const nodes = [node('pve2', 10, 20)];
  assert.deepEqual(places(plan([guest(101, { memory: 8 })], { nodes })), ['101 pve2 live']);
  const over = plan([guest(101, { memory: 8.001 })], { nodes });
  assert.match(
    reasons(over)[101] ?? '',
    /^pve2: needs 8\.00 GiB of memory, 8\.00 GiB may be used$/,
  );
  assert.equal(
    plan([guest(101, { memory: 9.9 })], { nodes, wish: { reserve: 0 } }).moves.length,
    1,
  );
});

test('what was placed takes the room of what comes later', () => {
  const nodes = [node('pve2', 13.2, 32)];
  const made = plan([guest(101, { memory: 6 }), guest(102, { memory: 6 })], { nodes });
  assert.deepEqual(places(made), ['101 pve2 live']);
  assert.match(reasons(made)[102] ?? '', /needs 6\.00 GiB of memory, 4\.00 GiB may be used/);
});

test('a target that is off, unknown, in maintenance or does not tell its memory takes nothing', () => {
  const nodes = [
    node('pve2', 30, 32, { status: safe('offline') }),
    node('pve3', 30, 32, { hastate: safe('maintenance') }),
    node('pve4', 30, 32, { stale: true }),
    node('pve5', undefined),
  ];
  const made = plan([guest(101)], { nodes });
  assert.deepEqual(reasons(made), { 101: 'pve5: its memory is not known' });
  const none = plan([guest(101)], { nodes: nodes.slice(0, 3) });
  assert.deepEqual(reasons(none), { 101: 'there is no other online node' });
});

test('a stopped guest needs no memory, and moves only when asked for', () => {
  const stopped = guest(101, { memory: 64, guest: { status: safe('stopped') } });
  const template = guest(102, { guest: { status: safe('stopped'), template: true } });
  const made = plan([stopped, template]);
  assert.deepEqual(
    made.stays.map((stay) => [stay.reason, stay.wanted]),
    [
      ['stopped', true],
      ['template', true],
    ],
  );
  const asked = plan([stopped, template], {
    nodes: [node('pve2', undefined)],
    wish: { stopped: true },
  });
  assert.deepEqual(places(asked).sort(), ['101 pve2 offline', '102 pve2 offline']);
});

test('containers restart, and stay when they may not', () => {
  const container = guest(201, {
    guest: { type: 'lxc' },
    config: { rootfs: 'ceph:vm-201-disk-0,size=8G', scsi0: '' },
  });
  assert.deepEqual(places(plan([container])), ['201 pve2 restart']);
  const kept = plan([container], { wish: { containers: false } });
  assert.deepEqual(kept.stays[0]?.wanted, true);
  const bind = guest(202, { guest: { type: 'lxc' }, config: { mp0: '/srv/data,mp=/data' } });
  assert.match(reasons(plan([bind]))[202] ?? '', /bind mount mp0 of this node: \/srv\/data/);
  const everywhere = guest(203, {
    guest: { type: 'lxc' },
    config: { mp0: '/mnt/nas,mp=/data,shared=1' },
  });
  assert.equal(plan([everywhere]).moves.length, 1);
});

test('a device of the node keeps the guest there', () => {
  const made = plan([
    guest(101, { config: { hostpci0: '0000:01:00.0,pcie=1' } }),
    guest(102, { config: { usb0: 'host=10c4:ea60' } }),
    guest(103, { config: { usb0: 'spice' } }),
    guest(104, { check: { localResources: [safe('hostpci1')] } }),
  ]);
  assert.deepEqual(places(made), ['103 pve2 live']);
  assert.match(reasons(made)[101] ?? '', /passed through: hostpci0/);
  assert.match(reasons(made)[102] ?? '', /passed through: usb0/);
  assert.match(reasons(made)[104] ?? '', /passed through: hostpci1/);
});

test('a mapping leads only to nodes that have it, and such a guest is placed before freer ones', () => {
  const mapping = (id: string, ...nodes: string[]): ResourceMapping => ({
    kind: 'pci',
    id: safe(id),
    nodes: nodes.map(safe),
  });
  const mapped = guest(109, { memory: 4, config: { hostpci0: 'mapping=gpu' } });
  const mappings = [mapping('gpu', 'pve1', 'pve3')];
  // 6.8 GiB on pve3: the larger one would take it all if it came first.
  const nodes = [node('pve2', 9.5), node('pve3', 10)];
  const made = plan([guest(101, { memory: 6 }), mapped], { mappings, nodes });
  assert.deepEqual(places(made), ['109 pve3 live', '101 pve2 live']);
  const nowhere = plan([mapped], { mappings: [mapping('gpu', 'pve1')] });
  assert.match(reasons(nowhere)[109] ?? '', /pve2: mapping gpu does not exist on pve2/);
});

test('locks, unknown states and unread guests stay and say why', () => {
  const made = plan([
    guest(101, { guest: { lock: safe('backup') } }),
    guest(102, { guest: { status: safe('unknown') } }),
    guest(103, { unread: 'No answer' }),
    guest(104, { guest: { maxmem: undefined } }),
  ]);
  assert.deepEqual(reasons(made), {
    101: 'locked (backup)',
    102: 'its state is not known',
    103: 'it could not be read: No answer',
    104: 'how much memory it needs is not known',
  });
  assert.ok(made.stays.every((stay) => !stay.wanted));
});

test('local disks move only when they may, to a storage that is there and has room', () => {
  const local = guest(101, { disk: 'zfs', size: 100 });
  assert.match(reasons(plan([local]))[101] ?? '', /own storage: zfs:vm-101-disk-0/);
  const on = (...storages: Storage[]) =>
    plan([local], { storages, wish: { withLocalDisks: true } });
  const missing = on(storage('zfs', 'pve1', 500));
  assert.match(
    reasons(missing)[101] ?? '',
    /pve2: there is no storage zfs on pve2; pve3: there is/,
  );
  const small = on(storage('zfs', 'pve2', 99), storage('zfs', 'pve3', 500));
  assert.deepEqual(places(small), ['101 pve3 live']);
  assert.equal(small.moves[0]?.copied, 100 * GiB);
  const full = on(storage('zfs', 'pve2', 99), storage('zfs', 'pve3', 99));
  assert.match(reasons(full)[101] ?? '', /storage zfs on pve2 is too full/);
  const down = on(storage('zfs', 'pve2', 500, { status: safe('unknown') }));
  assert.match(reasons(down)[101] ?? '', /storage zfs on pve2 is unknown/);
});

test('local disks with snapshots move only while the guest is off', () => {
  const setting = {
    storages: [storage('zfs', 'pve2', 500)],
    wish: { withLocalDisks: true, stopped: true },
  };
  const config = { parent: 'before-update' };
  const made = plan([guest(101, { disk: 'zfs', config })], setting);
  assert.match(reasons(made)[101] ?? '', /local disks with snapshots do not move while it runs/);
  const off = guest(101, { disk: 'zfs', config, guest: { status: safe('stopped') } });
  assert.deepEqual(places(plan([off], setting)), ['101 pve2 offline']);
  const onLvm = {
    ...setting,
    storages: ['pve1', 'pve2'].map((on) =>
      storage('zfs', on, 500, { plugintype: safe(on === 'pve1' ? 'lvmthin' : 'zfspool') }),
    ),
  };
  assert.match(
    reasons(plan([off], onLvm))[101] ?? '',
    /snapshots on lvmthin cannot move to zfspool/,
  );
  assert.equal(plan([guest(102, { config })]).moves.length, 1, 'shared disks stay where they are');
});

test('copied disks take the room of later ones, once for a shared storage', () => {
  const two = [guest(101, { disk: 'zfs', size: 60 }), guest(102, { disk: 'zfs', size: 60 })];
  const own = plan(two, {
    storages: [storage('zfs', 'pve2', 100), storage('zfs', 'pve3', 100)],
    wish: { withLocalDisks: true },
  });
  assert.deepEqual(places(own), ['101 pve2 live', '102 pve3 live']);
  const nas = (on: string) => storage('nas', on, 100, { shared: true });
  const together = plan(two, {
    storages: [nas('pve2'), nas('pve3')],
    wish: { withLocalDisks: true, targetStorage: 'nas' },
  });
  assert.deepEqual(places(together), ['101 pve2 live']);
  assert.match(reasons(together)[102] ?? '', /storage nas on pve2 is too full/);
});

test('a chosen storage overrules that the own one is missing elsewhere', () => {
  const local = guest(101, {
    disk: 'zfs',
    check: { notAllowedNodes: { pve2: [safe('storage zfs is not available')] } },
  });
  const made = plan([local], {
    nodes: [node('pve2', 20)],
    storages: [storage('lvm', 'pve2', 500)],
    wish: { withLocalDisks: true, targetStorage: 'lvm' },
  });
  assert.deepEqual(places(made), ['101 pve2 live']);
});

test("an image in the drive blocks, the cloud-init drive does not, and Proxmox's own no is kept", () => {
  const iso = guest(101, { config: { ide2: 'local:iso/debian.iso,media=cdrom' } });
  assert.match(reasons(plan([iso]))[101] ?? '', /CD image .*local:iso\/debian\.iso/);
  const cloud = guest(102, {
    config: { ide2: 'ceph:vm-102-cloudinit,media=cdrom' },
    check: { localDisks: [{ volid: safe('local:vm-102-cloudinit'), cdrom: true }] },
  });
  const moved = plan([cloud], {
    storages: [storage('local', 'pve2', 9)],
    wish: { withLocalDisks: true },
  });
  assert.deepEqual(places(moved), ['102 pve2 live']);
  const refused = guest(103, {
    check: { notAllowedNodes: { pve2: [safe('HA rule keeps it away')] } },
  });
  assert.deepEqual(places(plan([refused])), ['103 pve3 live']);
});

test('guests of HA are marked; those it ignores are not', () => {
  const made = plan([
    guest(101, { guest: { hastate: safe('started') } }),
    guest(102, { guest: { hastate: safe('ignored') } }),
  ]);
  assert.deepEqual(
    made.moves.map((move) => [move.guest.vmid, move.ha]),
    [
      [101, true],
      [102, false],
    ],
  );
});
