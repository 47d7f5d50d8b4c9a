import type { Failure } from '../../domain/failure.ts';
import type { GroupAt, NamespaceAt, PbsId, SnapshotAt } from '../../domain/pbs.ts';
import { parsePbsUpid } from '../../domain/pbs-upid.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Row } from '../decode.ts';
import type { ApiSession } from '../session/api-session.ts';
import { askEnvelope, askRow, type CallDetails, listOf } from '../session/asking.ts';
import type { Envelope } from '../session/dialect.ts';
import type { Started } from '../types.ts';
import type { PbsEndpoint, PbsParameters, PbsVariables } from './endpoints.ts';
import type { Walks } from './walks.ts';

/** Neither rows nor none: what is there stays unknown. */
export function nothingTold(where: SafeText): Failure {
  return {
    kind: 'bad-answer',
    what: say`The server told nothing`,
    where,
    next: say`the login may lack a privilege for it`,
  };
}

/** What carries out a call: the server's session, or a dry run that only notes it. */
export type PbsCalls = Pick<ApiSession, 'call' | 'serverNow'>;

/** The name under which every Proxmox Backup Server knows itself. */
const self = { node: 'localhost' };

/** Calls of one server, checked at compile time against the endpoints and the variables of their paths. */
export class PbsCaller {
  readonly server: PbsId;
  readonly walks: Walks;
  readonly #calls: PbsCalls;

  constructor(server: PbsId, calls: PbsCalls, walks: Walks) {
    this.server = server;
    this.walks = walks;
    this.#calls = calls;
  }

  /** The server's clock in ms. */
  now(): number {
    return this.#calls.serverNow();
  }

  envelope<E extends PbsEndpoint>(
    endpoint: E,
    variables: PbsVariables<E>,
    parameters: PbsParameters,
    details: CallDetails,
  ): Promise<Result<Envelope>> {
    return askEnvelope(this.#calls, asked(endpoint, variables, parameters), details);
  }

  /** A list, decoded; anything else in its place is a failure: `null` is what some lists are without a privilege. */
  async list<E extends PbsEndpoint, T>(
    endpoint: E,
    variables: PbsVariables<E>,
    parameters: PbsParameters,
    details: CallDetails,
    decode: (data: readonly unknown[], envelope: Envelope) => T,
  ): Promise<Result<T>> {
    const answer = await this.envelope(endpoint, variables, parameters, details);
    if (!answer.ok) return answer;
    if (answer.value.data === null) return fail(nothingTold(details.where));
    return listOf(answer.value, details, decode);
  }

  row<E extends PbsEndpoint, T>(
    endpoint: E,
    variables: PbsVariables<E>,
    parameters: PbsParameters,
    details: CallDetails,
    decode: (row: Row) => T,
  ): Promise<Result<T>> {
    return askRow(this.#calls, asked(endpoint, variables, parameters), details, decode);
  }

  /** A write: the task it started, if it started one, whatever the schema says of its answer. */
  async start<E extends PbsEndpoint>(
    endpoint: E,
    variables: PbsVariables<E>,
    parameters: PbsParameters,
    details: CallDetails,
  ): Promise<Result<Started>> {
    const answer = await this.envelope(endpoint, variables, parameters, details);
    if (!answer.ok) return answer;
    const upid = parsePbsUpid(answer.value.data);
    return ok(upid ? { upid: upid.upid } : {});
  }

  /** `pbs1` */
  get here(): SafeText {
    return sanitise(this.server);
  }

  /** `pbs1 · datastore main` */
  store(store: string): SafeText {
    return say`${this.here} · datastore ${sanitise(store)}`;
  }

  /** `pbs1 · datastore main · prod/db vm/100 2026-11-21T02:00:00Z`, as much of it as is given. */
  content(at: NamespaceAt & Partial<SnapshotAt & GroupAt>): SafeText {
    const { ns, type, id, time } = at;
    const group = type === undefined || id === undefined ? '' : `${type}/${id}`;
    const moment = time === undefined ? '' : isoTime(time);
    const parts = [ns, group, moment].filter((part) => part !== '').join(' ');
    const store = this.store(at.store);
    return parts === '' ? store : say`${store} · ${sanitise(parts)}`;
  }
}

function asked(endpoint: PbsEndpoint, variables: object, parameters: PbsParameters) {
  return { endpoint, variables: { ...self, ...variables }, parameters };
}

/** As Proxmox names snapshots: in UTC, whole seconds. */
function isoTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime())
    ? String(seconds)
    : time.toISOString().replace(/\.000Z$/, 'Z');
}
