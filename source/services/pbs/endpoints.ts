import type { ParameterValue } from '../http/form.ts';

/** Every endpoint the client calls, `METHOD /template`. A new call is added here first; a test checks it against the schema. */
export const pbsEndpoints = [
  'GET /version',
  'GET /access/permissions',
  'GET /status/datastore-usage',
  'GET /admin/datastore',
  'GET /admin/datastore/{store}/status',
  'GET /admin/datastore/{store}/rrd',
  'GET /admin/datastore/{store}/active-operations',
  'POST /admin/datastore/{store}/gc',
  'POST /admin/datastore/{store}/mount',
  'POST /admin/datastore/{store}/unmount',
  'GET /admin/datastore/{store}/namespace',
  'GET /admin/datastore/{store}/groups',
  'DELETE /admin/datastore/{store}/groups',
  'GET /admin/datastore/{store}/group-notes',
  'PUT /admin/datastore/{store}/group-notes',
  'POST /admin/datastore/{store}/change-owner',
  'GET /admin/datastore/{store}/snapshots',
  'DELETE /admin/datastore/{store}/snapshots',
  'GET /admin/datastore/{store}/files',
  'GET /admin/datastore/{store}/notes',
  'PUT /admin/datastore/{store}/notes',
  'GET /admin/datastore/{store}/protected',
  'PUT /admin/datastore/{store}/protected',
  'POST /admin/datastore/{store}/verify',
  'POST /admin/datastore/{store}/prune',
  'POST /admin/datastore/{store}/prune-datastore',
  'GET /admin/gc',
  'GET /admin/prune',
  'GET /admin/sync',
  'GET /admin/verify',
  'POST /admin/prune/{id}/run',
  'POST /admin/sync/{id}/run',
  'POST /admin/verify/{id}/run',
  'GET /nodes/{node}/tasks',
  'GET /nodes/{node}/tasks/{upid}/status',
  'GET /nodes/{node}/tasks/{upid}/log',
  'DELETE /nodes/{node}/tasks/{upid}',
  'GET /nodes/{node}/status',
  'POST /nodes/{node}/status',
  'GET /nodes/{node}/rrd',
  'GET /nodes/{node}/time',
  'GET /nodes/{node}/services',
  'POST /nodes/{node}/services/{service}/start',
  'POST /nodes/{node}/services/{service}/stop',
  'POST /nodes/{node}/services/{service}/restart',
  'POST /nodes/{node}/services/{service}/reload',
] as const;

export type PbsEndpoint = (typeof pbsEndpoints)[number];

type Names<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The values an endpoint's path needs; the node is always `localhost` and is not among them. */
export type PbsVariables<E extends PbsEndpoint> = Readonly<
  Record<Exclude<Names<E>, 'node'>, string>
>;

export type PbsParameters = Readonly<Record<string, ParameterValue>>;
