import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from '../pve/router.ts';
import { type PbsHost, PbsRefusal } from '../world/pbs/host.ts';
import type { AuthId } from '../world/upid.ts';
import { authenticatePbs } from './authentication.ts';
import { PbsCall, type PbsEndpoint } from './endpoint.ts';
import { verifyPbsParameters } from './parameters.ts';
import { PbsPermissions } from './permissions.ts';

export interface PbsDispatch {
  readonly host: PbsHost;
  readonly router: Router<PbsEndpoint>;
  readonly fingerprint: string;
  seen(identity: AuthId): void;
}

export interface PbsDispatchRequest {
  readonly method: string;
  readonly parts: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Reads what a `403` waits for, so that tests need not. */
export function refusalDelay(host: PbsHost, status: number): number {
  const { unauthorizedDelay } = host.world.settings;
  if (status === 401) return unauthorizedDelay;
  return status === 403 ? unauthorizedDelay / 6 : 0;
}

/**
 * Takes a request through login, routing, permissions and parameter checks to its handler.
 * @throws PbsRefusal for every answer that is no success
 */
export async function dispatchPbs(to: PbsDispatch, request: PbsDispatchRequest): Promise<unknown> {
  const { host } = to;
  // An encoded slash belongs to its part, as in a namespace or a task id.
  const path = `/${request.parts.map((part) => part.replaceAll('/', '%2F')).join('/')}`;
  const route = to.router.find(request.method, path);
  const open = route?.endpoint.permission === 'world';
  const auth = open ? undefined : authenticatePbs(host, request.method, request.headers);
  if (auth) to.seen(auth);
  if (!route) {
    host.world.unimplemented.push(`PBS ${request.method} ${path}`);
    throw new PbsRefusal(`Path '/api2/json${path}' not found.`, 404);
  }
  const { endpoint } = route;
  const values = Object.fromEntries(
    Object.entries(route.pathParameters).map(([name, text]) => [name, text.replaceAll('%2F', '/')]),
  );
  const permissions = new PbsPermissions(host.place.accounts);
  if (auth && Array.isArray(endpoint.permission)) {
    for (const check of endpoint.permission) {
      const place = check.path.replace(
        /\{([^}]+)\}/g,
        (_: string, name: string) => values[name] ?? '',
      );
      const held = permissions.of(auth, place);
      const fine = check.any
        ? check.privileges.some((name: string) => held.has(name))
        : check.privileges.every((name: string) => held.has(name));
      if (!fine) throw new PbsRefusal('permission check failed', 403);
    }
  }
  const parameters = verifyPbsParameters(endpoint.parameters, { ...request.raw, ...values });
  const node = parameters.node;
  if (node !== undefined && node !== 'localhost' && node !== host.name) {
    throw new PbsRefusal(`no such node '${node}'`);
  }
  const { fingerprint } = to;
  return endpoint.handler(new PbsCall({ host, auth, permissions, parameters, fingerprint }));
}

/** Waits, unless the server closes. */
export async function hold(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal });
}
