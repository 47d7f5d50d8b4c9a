import type { Endpoint } from './endpoint.ts';
import { accessEndpoints } from './endpoints/access.ts';
import { aclEndpoints } from './endpoints/acl.ts';
import { agentEndpoints } from './endpoints/agent.ts';
import { backupJobEndpoints } from './endpoints/backup-jobs.ts';
import { cloudinitEndpoints } from './endpoints/cloudinit.ts';
import { clusterEndpoints } from './endpoints/cluster.ts';
import { configEndpoints } from './endpoints/config.ts';
import { consoleEndpoints } from './endpoints/consoles.ts';
import { createEndpoints } from './endpoints/create.ts';
import { fileRestoreEndpoints } from './endpoints/file-restore.ts';
import { firewallEndpoints } from './endpoints/firewall.ts';
import { guestDiskEndpoints } from './endpoints/guest-disks.ts';
import { guestEndpoints } from './endpoints/guests.ts';
import { hardwareEndpoints } from './endpoints/hardware.ts';
import { lifecycleEndpoints } from './endpoints/lifecycle.ts';
import { migrateEndpoints } from './endpoints/migrate.ts';
import { monitorEndpoints } from './endpoints/monitor.ts';
import { networkEndpoints } from './endpoints/networks.ts';
import { diskEndpoints } from './endpoints/node-disks.ts';
import { serviceEndpoints } from './endpoints/node-services.ts';
import { systemEndpoints } from './endpoints/node-system.ts';
import { nodeEndpoints } from './endpoints/nodes.ts';
import { poolEndpoints } from './endpoints/pools.ts';
import { powerEndpoints } from './endpoints/power.ts';
import { replicationEndpoints } from './endpoints/replication.ts';
import { rrdEndpoints } from './endpoints/rrd.ts';
import { snapshotEndpoints } from './endpoints/snapshots.ts';
import { spiceEndpoints } from './endpoints/spice.ts';
import { storageEndpoints } from './endpoints/storage.ts';
import { taskEndpoints } from './endpoints/tasks.ts';
import { volumeEndpoints } from './endpoints/volumes.ts';
import { vzdumpEndpoints } from './endpoints/vzdump.ts';

/** Everything the demo's PVE has, as data: the router, the checks and the contract test read this table. */
export const demoEndpoints: readonly Endpoint[] = [
  ...accessEndpoints,
  ...aclEndpoints,
  ...agentEndpoints,
  ...backupJobEndpoints,
  ...cloudinitEndpoints,
  ...clusterEndpoints,
  ...configEndpoints,
  ...createEndpoints,
  ...consoleEndpoints,
  ...diskEndpoints,
  ...firewallEndpoints,
  ...fileRestoreEndpoints,
  ...guestDiskEndpoints,
  ...guestEndpoints,
  ...hardwareEndpoints,
  ...lifecycleEndpoints,
  ...migrateEndpoints,
  ...monitorEndpoints,
  ...networkEndpoints,
  ...nodeEndpoints,
  ...poolEndpoints,
  ...powerEndpoints,
  ...replicationEndpoints,
  ...rrdEndpoints,
  ...serviceEndpoints,
  ...snapshotEndpoints,
  ...spiceEndpoints,
  ...storageEndpoints,
  ...systemEndpoints,
  ...taskEndpoints,
  ...volumeEndpoints,
  ...vzdumpEndpoints,
];
