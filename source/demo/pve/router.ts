import type { Endpoint } from './endpoint.ts';

interface Routed {
  readonly method: string;
  readonly path: string;
}

interface Branch<E> {
  readonly fixed: Map<string, Branch<E>>;
  parameter?: { readonly name: string; readonly branch: Branch<E> };
  readonly endpoints: Map<string, E>;
}

export interface Route<E extends Routed = Endpoint> {
  readonly endpoint: E;
  /** From the path, decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

function branch<E>(): Branch<E> {
  return { fixed: new Map(), endpoints: new Map() };
}

/** Finds endpoints by method and path; fixed parts win over parameters. */
export class Router<E extends Routed = Endpoint> {
  readonly #root = branch<E>();

  constructor(endpoints: readonly E[]) {
    for (const endpoint of endpoints) this.#add(endpoint);
  }

  #add(endpoint: E): void {
    let at = this.#root;
    for (const part of endpoint.path.split('/').filter(Boolean)) {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      if (name === undefined) {
        const next = at.fixed.get(part) ?? branch<E>();
        at.fixed.set(part, next);
        at = next;
      } else {
        at.parameter ??= { name, branch: branch<E>() };
        at = at.parameter.branch;
      }
    }
    at.endpoints.set(endpoint.method, endpoint);
  }

  find(method: string, path: string): Route<E> | undefined {
    const parts = path.split('/').filter(Boolean);
    const pathParameters: Record<string, string> = {};
    let at = this.#root;
    for (const [index, part] of parts.entries()) {
      const fixed = at.fixed.get(part);
      if (fixed) {
        at = fixed;
        continue;
      }
      if (!at.parameter) return undefined;
      const { name, branch: next } = at.parameter;
      at = next;
      if (name === 'volume' || name === 'cidr') {
        pathParameters[name] = parts.slice(index).join('/');
        break;
      }
      pathParameters[name] = part;
    }
    const endpoint = at.endpoints.get(method);
    return endpoint && { endpoint, pathParameters };
  }
}
