import type { Endpoint } from './endpoint.ts';

interface Branch {
  readonly fixed: Map<string, Branch>;
  parameter?: { readonly name: string; readonly branch: Branch };
  readonly endpoints: Map<string, Endpoint>;
}

export interface Route {
  readonly endpoint: Endpoint;
  /** From the path, decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

function branch(): Branch {
  return { fixed: new Map(), endpoints: new Map() };
}

/** Finds endpoints by method and path; fixed parts win over parameters. */
export class Router {
  readonly #root = branch();

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) this.#add(endpoint);
  }

  #add(endpoint: Endpoint): void {
    let at = this.#root;
    for (const part of endpoint.path.split('/').filter(Boolean)) {
      const name = /^\{(.+)\}$/.exec(part)?.[1];
      if (name === undefined) {
        const next = at.fixed.get(part) ?? branch();
        at.fixed.set(part, next);
        at = next;
      } else {
        at.parameter ??= { name, branch: branch() };
        at = at.parameter.branch;
      }
    }
    at.endpoints.set(endpoint.method, endpoint);
  }

  find(method: string, path: string): Route | undefined {
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
      if (name === 'volume') {
        pathParameters[name] = parts.slice(index).join('/');
        break;
      }
      pathParameters[name] = part;
    }
    const endpoint = at.endpoints.get(method);
    return endpoint && { endpoint, pathParameters };
  }
}
