import type { ConsoleDesk } from '../console/console-desk.ts';
import type { ConsoleBackends } from '../console-backend.ts';
import type { SpiceBackend } from '../spice-backend.ts';
import type { AuthId } from '../world/upid.ts';
import type { World } from '../world/world.ts';
import { CallParameters } from './call-parameters.ts';
import type { Permissions } from './permissions.ts';
import type { PropertyFormat } from './property-format.ts';

export type ParameterType = 'string' | 'integer' | 'number' | 'boolean' | 'array';

/** One parameter as PVE's schema describes it. */
export interface ParameterSpec {
  readonly type: ParameterType;
  readonly optional?: boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  /** A named format that {@link checkFormat} knows; others are not looked at. */
  readonly format?: string;
  /** The keys of a property string. */
  readonly properties?: PropertyFormat;
  readonly default?: string | number;
  /** Another parameter that must be there too. */
  readonly requires?: string;
}

/** By name; `net[n]` stands for `net0`, `net1` … */
export type ParameterTable = Readonly<Record<string, ParameterSpec>>;

/** Needed on `path` (with `{vmid}` … filled in): all of the privileges, or any of them. */
export interface PrivilegeCheck {
  readonly path: string;
  readonly privileges: readonly string[];
  readonly any?: boolean;
}

/** `world` = without login, `all` = any login; the handler may check more by itself. */
export type EndpointPermission =
  | 'world'
  | 'all'
  | PrivilegeCheck
  | { readonly or: readonly PrivilegeCheck[] };

export type ParameterValue = string | number | boolean | readonly string[];

/** What one node's server shows of its certificate. */
export interface NodeCertificates {
  readonly ca: string;
  readonly cert: string;
  readonly fingerprint: string;
}

/** What handlers need from the process around the world. */
export interface Surroundings {
  /** Certificates of a node as PEM. */
  certificates(node: string): NodeCertificates;
  readonly spice: SpiceBackend | undefined;
  readonly consoles: ConsoleBackends & { readonly desk: ConsoleDesk };
}

/** One request after login, permission and parameter checks. */
export class Call extends CallParameters {
  readonly world: World;
  readonly auth: AuthId | undefined;
  readonly permissions: Permissions;
  readonly around: Surroundings;
  /** The node whose endpoint was asked. */
  readonly connectedNode: string;

  constructor(parts: {
    readonly world: World;
    readonly auth: AuthId | undefined;
    readonly permissions: Permissions;
    readonly around: Surroundings;
    readonly connectedNode: string;
    readonly parameters: Readonly<Record<string, ParameterValue>>;
  }) {
    super(parts.parameters);
    this.world = parts.world;
    this.auth = parts.auth;
    this.permissions = parts.permissions;
    this.around = parts.around;
    this.connectedNode = parts.connectedNode;
  }

  /** The node in the path, `localhost` resolved. */
  get node(): string {
    const name = this.required('node');
    return name === 'localhost' ? this.connectedNode : name;
  }

  /** Who asks; only endpoints without login have nobody. */
  get who(): AuthId {
    if (!this.auth) throw new Error('this endpoint is open to everybody');
    return this.auth;
  }

  /** Does the caller hold all of these privileges there? */
  may(path: string, ...privileges: string[]): boolean {
    return this.permissions.holds(this.who, path, privileges, false);
  }

  mayAny(path: string, ...privileges: string[]): boolean {
    return this.permissions.holds(this.who, path, privileges, true);
  }

  /** @throws ApiError 403 */
  need(path: string, ...privileges: string[]): void {
    this.permissions.check(this.who, { path, privileges });
  }
}

/** An answer with top-level keys beside `data`. */
export class Page {
  readonly data: unknown;
  readonly total: number;

  constructor(data: unknown, total: number) {
    this.data = data;
    this.total = total;
  }
}

/** An answer whose JSON text is kept and sent again. */
export class Prepared {
  readonly json: string;
  gzip: Promise<Buffer> | undefined;

  constructor(data: unknown) {
    this.json = JSON.stringify({ data });
  }
}

/** A file instead of JSON, as bytes. */
export class Download {
  readonly type: string;
  readonly body: Buffer;

  constructor(type: string, body: Buffer) {
    this.type = type;
    this.body = body;
  }
}

/** Plain text instead of JSON (`download=1`). */
export class PlainText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/nodes/{node}/qemu/{vmid}/config`; a last `{volume}` or `{cidr}` takes slashes too. */
  readonly path: string;
  readonly permission: EndpointPermission;
  readonly parameters: ParameterTable;
  /** The node named in the path does the work: 595 when it is off. */
  readonly proxyto?: 'node';
  /** False: refuses API tokens. */
  readonly allowToken?: false;
  /** Writes to the cluster file system: refused without quorum. */
  readonly needsQuorum?: true;
  /** The body is gzip whether it was asked for or not. */
  readonly alwaysGzip?: true;
  readonly handler: (call: Call) => unknown;
}
