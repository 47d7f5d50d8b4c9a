import type { DiskState, NodeState } from '../../world/model.ts';
import type { Call, Endpoint } from '../endpoint.ts';
import { died } from '../errors.ts';
import { nodeParameter, optionalFlag, optionalText, text } from '../parameter-kinds.ts';

function row(disk: DiskState, withSmart: boolean): Record<string, unknown> {
  return {
    devpath: disk.devpath,
    type: disk.type,
    size: disk.size,
    vendor: disk.vendor,
    model: disk.model,
    serial: disk.serial,
    wwn: disk.type === 'nvme' ? 'eui.0025385b21404711' : '0x50014ee2b8f04711',
    rpm: disk.rpm,
    gpt: 1,
    mounted: disk.mounted ? 1 : 0,
    osdid: -1,
    'osdid-list': [],
    by_id_link: `/dev/disk/by-id/ata-${disk.model.replaceAll(' ', '_')}_${disk.serial}`,
    ...(disk.used === undefined ? {} : { used: disk.used }),
    ...(withSmart ? { health: disk.health, wearout: disk.wearout ?? 'N/A' } : {}),
  };
}

function list(call: Call): unknown[] {
  const kind = call.text('type');
  const rows: unknown[] = [];
  for (const disk of call.world.node(call.node).disks) {
    if (kind !== undefined && disk.used !== undefined) continue;
    rows.push(row(disk, !call.flag('skipsmart')));
    if (!call.flag('include-partitions')) continue;
    const part = disk.devpath.includes('nvme') ? 'p1' : '1';
    rows.push({
      ...row(disk, false),
      devpath: `${disk.devpath}${part}`,
      parent: disk.devpath,
      type: 'partition',
    });
  }
  return rows;
}

type Attribute = readonly [id: number, name: string, value: number, threshold: number, raw: string];

function attributes(disk: DiskState): unknown[] {
  const table: Attribute[] = [
    [1, 'Raw_Read_Error_Rate', 100, 51, '0'],
    [5, 'Reallocated_Sector_Ct', 100, 10, disk.hours > 50_000 ? '8' : '0'],
    [9, 'Power_On_Hours', 95, 0, String(disk.hours)],
    [12, 'Power_Cycle_Count', 99, 0, '118'],
    [194, 'Temperature_Celsius', 100 - disk.temperature, 0, `${disk.temperature} (Min/Max 18/58)`],
    [197, 'Current_Pending_Sector', 100, 0, '0'],
    [199, 'UDMA_CRC_Error_Count', 200, 0, '0'],
  ];
  if (disk.wearout !== undefined) {
    table.splice(4, 0, [177, 'Wear_Leveling_Count', disk.wearout, 0, String(100 - disk.wearout)]);
  }
  return table.map(([id, name, value, threshold, raw]) => ({
    id: String(id).padStart(3, ' '),
    name,
    flags: '-O--CK',
    value,
    normalized: value,
    worst: value,
    threshold,
    fail: '-',
    raw,
  }));
}

function nvmeText(disk: DiskState): string {
  const used = 100 - (disk.wearout ?? 100);
  return [
    '',
    'SMART/Health Information (NVMe Log 0x02)',
    'Critical Warning:                   0x00',
    `Temperature:                        ${disk.temperature} Celsius`,
    'Available Spare:                    100%',
    'Available Spare Threshold:          10%',
    `Percentage Used:                    ${used}%`,
    'Data Units Read:                    41,893,204 [21.4 TB]',
    'Data Units Written:                 58,220,117 [29.8 TB]',
    'Power Cycles:                       64',
    `Power On Hours:                     ${disk.hours.toLocaleString('en-US')}`,
    'Unsafe Shutdowns:                   11',
    'Media and Data Integrity Errors:    0',
    'Error Information Log Entries:      0',
    '',
  ].join('\n');
}

function smart(call: Call): unknown {
  const path = call.required('disk');
  const disk = call.world.node(call.node).disks.find((one) => one.devpath === path);
  if (!disk) throw died(`disk '${path}' does not exist`);
  if (call.flag('healthonly')) return { health: disk.health };
  if (disk.type === 'nvme') {
    return { health: disk.health, type: 'text', text: nvmeText(disk), wearout: disk.wearout };
  }
  return { health: disk.health, type: 'ata', attributes: attributes(disk) };
}

function allocated(call: Call, node: NodeState): number {
  const storage = [...call.world.storages.values()].find(
    (one) => one.type === 'zfspool' && one.nodes.includes(node.node),
  );
  const usage =
    storage && call.world.meter.storage(storage, node.node, call.world.guestsOf(node.node));
  return (usage?.used ?? 0) + node.rootUsed;
}

function zfs(call: Call): unknown[] {
  const node = call.world.node(call.node);
  if (!node.zpool) return [];
  const { name, size } = node.zpool;
  const alloc = Math.round(allocated(call, node));
  return [
    {
      name,
      size: Math.round(size),
      alloc,
      free: Math.round(size - alloc),
      frag: 11,
      dedup: 1,
      health: 'ONLINE',
    },
  ];
}

function zpool(call: Call): unknown {
  const { zpool: pool } = call.world.node(call.node);
  if (pool?.name !== call.required('name'))
    throw died(`cannot open '${call.required('name')}': no such pool`);
  const fine = { state: 'ONLINE', read: 0, write: 0, cksum: 0, msg: '' };
  const leaves = pool.devices.map((name) => ({ name, ...fine, leaf: 1 }));
  const vdevs =
    leaves.length > 1 ? [{ name: 'mirror-0', ...fine, leaf: 0, children: leaves }] : leaves;
  return {
    name: pool.name,
    state: 'ONLINE',
    scan: 'scrub repaired 0B in 00:41:12 with 0 errors',
    errors: 'No known data errors',
    children: [{ name: pool.name, ...fine, leaf: 0, children: vdevs }],
  };
}

const rootAudit = { path: '/', privileges: ['Sys.Audit'] };
const common = { method: 'GET', proxyto: 'node' } as const;

export const diskEndpoints: readonly Endpoint[] = [
  {
    ...common,
    path: '/nodes/{node}/disks/list',
    permission: { or: [rootAudit, { path: '/nodes/{node}', privileges: ['Sys.Audit'] }] },
    parameters: {
      ...nodeParameter,
      'include-partitions': optionalFlag(),
      skipsmart: optionalFlag(),
      type: optionalText({ enum: ['unused', 'journal_disks'] }),
    },
    handler: list,
  },
  {
    ...common,
    path: '/nodes/{node}/disks/smart',
    permission: rootAudit,
    parameters: {
      ...nodeParameter,
      disk: text({ pattern: /^\/dev\/[a-zA-Z0-9/]+$/ }),
      healthonly: optionalFlag(),
    },
    handler: smart,
  },
  {
    ...common,
    path: '/nodes/{node}/disks/zfs',
    permission: rootAudit,
    parameters: nodeParameter,
    handler: zfs,
  },
  {
    ...common,
    path: '/nodes/{node}/disks/zfs/{name}',
    permission: rootAudit,
    parameters: { ...nodeParameter, name: text({ format: 'pve-storage-id' }) },
    handler: zpool,
  },
];
