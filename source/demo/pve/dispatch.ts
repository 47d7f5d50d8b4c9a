import type { IncomingMessage } from 'node:http';
import { ParameterFailure, TaskFailure } from '../world/tasks.ts';
import type { AuthId } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import { authenticate } from './authentication.ts';
import { Call, type Endpoint, type EndpointPermission, type Surroundings } from './endpoint.ts';
import { ApiError, died, nodeUnreachable, notPermitted, parameterErrors } from './errors.ts';
import { type RawParameters, verifyParameters } from './parameters.ts';
import { Permissions } from './permissions.ts';
import type { Router } from './router.ts';

/** What answering one request needs; `seen` takes notes for the request log. */
export interface Dispatch {
  readonly world: World;
  readonly router: Router;
  readonly around: Surroundings;
  readonly connectedNode: string;
  seen(identity: AuthId): void;
}

export interface DispatchRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly raw: RawParameters;
}

function fill(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => values[name] ?? '');
}

function checkPermission(
  permissions: Permissions,
  auth: AuthId,
  permission: Exclude<EndpointPermission, 'world'>,
  values: Readonly<Record<string, string>>,
): void {
  if (permission === 'all') return;
  const filled = (one: { path: string; privileges: readonly string[]; any?: boolean }) => ({
    ...one,
    path: fill(one.path, values),
  });
  if ('or' in permission) permissions.checkOne(auth, permission.or.map(filled));
  else permissions.check(auth, filled(permission));
}

/** The node that must do the work; an unknown or dead one ends the request here. */
function checkNode(world: World, endpoint: Endpoint, name: string | undefined): void {
  if (name === undefined) return;
  if (!world.nodes.has(name)) {
    throw died(
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
    );
  }
  if (endpoint.proxyto === 'node' && !world.isOnline(name)) throw nodeUnreachable();
}

/** What lies on a backup server is made when the first request names a storage that stands for one. */
async function loadBackups(world: World, values: RawParameters): Promise<void> {
  if (world.pbs.hosts.length === 0 || world.pbs.realm) return;
  const named = ['storage', 'volume', 'archive', 'ostemplate'].map(
    (name) => String(values[name] ?? '').split(':')[0],
  );
  if (named.some((name) => world.storages.get(name ?? '')?.type === 'pbs')) {
    await world.pbs.load();
  }
}

/**
 * Takes a request through login, routing, permissions, forwarding and parameter checks, in PVE's order, to its handler.
 * @throws ApiError for every answer that is no success
 */
export async function dispatch(
  to: Dispatch,
  request: DispatchRequest,
): Promise<{ endpoint: Endpoint; result: unknown }> {
  const { world } = to;
  const route = to.router.find(request.method, request.path);
  const open = route?.endpoint.permission === 'world';
  const auth = open ? undefined : authenticate(world, request.method, request.headers);
  if (auth) to.seen(auth);
  if (!route) {
    const what = `${request.method} ${request.path}`;
    world.unimplemented.push(what);
    throw new ApiError(501, `Method '${what}' not implemented`);
  }
  const { endpoint, pathParameters } = route;
  const token =
    auth?.token !== undefined || /^PVEAPIToken[= ]/.test(request.headers.authorization ?? '');
  if (endpoint.allowToken === false && token) {
    throw notPermitted(`URI '${request.path}' not available with API token, need proper ticket.`);
  }
  const permissions = new Permissions(world);
  const { node } = pathParameters;
  const target = node === 'localhost' ? to.connectedNode : node;
  const values = target === undefined ? pathParameters : { ...pathParameters, node: target };
  if (auth && endpoint.permission !== 'world') {
    checkPermission(permissions, auth, endpoint.permission, values);
  }
  checkNode(world, endpoint, target);
  await loadBackups(world, { ...request.raw, ...pathParameters });
  const parameters = verifyParameters(endpoint.parameters, { ...request.raw, ...pathParameters });
  if (endpoint.needsQuorum && !world.quorate) throw died('cluster not ready - no quorum?');
  const { around, connectedNode } = to;
  const call = new Call({ world, auth, permissions, around, connectedNode, parameters });
  try {
    return { endpoint, result: await endpoint.handler(call) };
  } catch (error) {
    // What the world refuses is what a handler of PVE dies of.
    if (error instanceof ParameterFailure) {
      throw parameterErrors({ [error.parameter]: error.message });
    }
    if (error instanceof TaskFailure) throw died(error.message);
    throw error;
  }
}
