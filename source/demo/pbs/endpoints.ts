import type { PbsEndpoint } from './endpoint.ts';
import { accessEndpoints } from './endpoints/access.ts';
import { catalogEndpoints } from './endpoints/catalog.ts';
import { configEndpoints } from './endpoints/config.ts';
import { datastoreEndpoints } from './endpoints/datastores.ts';
import { groupEndpoints } from './endpoints/groups.ts';
import { jobEndpoints } from './endpoints/jobs.ts';
import { nodeEndpoints } from './endpoints/node.ts';
import { taskEndpoints } from './endpoints/tasks.ts';
import { workEndpoints } from './endpoints/work.ts';

/** Everything the demo's backup servers have, as data: the router, the checks and the contract test read this table. */
export const pbsEndpoints: readonly PbsEndpoint[] = [
  ...accessEndpoints,
  ...catalogEndpoints,
  ...configEndpoints,
  ...datastoreEndpoints,
  ...groupEndpoints,
  ...jobEndpoints,
  ...nodeEndpoints,
  ...taskEndpoints,
  ...workEndpoints,
];
