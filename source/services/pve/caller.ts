import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import { parseUpid } from '../../domain/task.ts';
import type { Method } from '../http/exchange.ts';
import type { ParameterValue } from '../http/form.ts';
import type { CallOptions, GuestAt, Started } from '../types.ts';
import type { Envelope } from './answer.ts';
import { expectList, expectRow, type Row } from './decode.ts';
import type { ParametersOf, PveEndpoint, VariablesOf } from './paths.ts';
import type { PveSession } from './session.ts';

/** What one call needs beside its endpoint. */
export interface CallDetails {
  /** The object concerned, for a failure. */
  readonly where: SafeText;
  readonly options: CallOptions | undefined;
}

/** Where a guest is, as its paths need it. */
export function at(guest: GuestAt): { node: string; vmid: number } {
  return { node: guest.node, vmid: guest.vmid };
}

/** What carries out a call: the site's session, or a dry run that only notes it. */
export type CallSession = Pick<PveSession, 'call' | 'hide' | 'serverNow' | 'websocket' | 'shown'>;

/** Calls of one site, checked at compile time against the endpoints' variables and parameters. */
export class Caller {
  readonly site: SiteId;
  readonly session: CallSession;

  constructor(site: SiteId, session: CallSession) {
    this.site = site;
    this.session = session;
  }

  /** The answer's envelope. */
  async envelope<E extends PveEndpoint>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
  ): Promise<Result<Envelope>> {
    const cut = endpoint.indexOf(' ');
    return this.session.call(
      {
        method: endpoint.slice(0, cut) as Method,
        template: endpoint.slice(cut + 1),
        variables,
        parameters: parameters as Readonly<Record<string, ParameterValue>>,
        where: details.where,
      },
      details.options,
    );
  }

  /** A list, decoded; anything else in its place is a failure. */
  async list<E extends PveEndpoint, T>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
    decode: (data: readonly unknown[], total: number | undefined) => T,
  ): Promise<Result<T>> {
    const answer = await this.envelope(endpoint, variables, parameters, details);
    if (!answer.ok) return answer;
    const data = expectList(answer.value.data, details.where);
    // Between reading a long list and decoding it somebody may have pressed a key.
    if (data.ok && data.value.length > 500) await new Promise((resolve) => setImmediate(resolve));
    return data.ok ? ok(decode(data.value, answer.value.total)) : data;
  }

  /** An object, decoded; anything else in its place is a failure. */
  async row<E extends PveEndpoint, T>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
    decode: (row: Row) => T,
  ): Promise<Result<T>> {
    const answer = await this.envelope(endpoint, variables, parameters, details);
    if (!answer.ok) return answer;
    const row = expectRow(answer.value.data, details.where);
    return row.ok ? ok(decode(row.value)) : row;
  }

  /** A write: the task it started, if it started one. */
  async start<E extends PveEndpoint>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
  ): Promise<Result<Started>> {
    const answer = await this.envelope(endpoint, variables, parameters, details);
    if (!answer.ok) return answer;
    const upid = parseUpid(answer.value.data);
    return ok(upid ? { upid: upid.upid } : {});
  }

  /** `home` */
  get here(): SafeText {
    return sanitise(this.site);
  }

  /** `home · guest 101 web01` */
  guest(guest: GuestAt): SafeText {
    const name = guest.name === undefined ? say`` : say` ${guest.name}`;
    return say`${this.here} · guest ${guest.vmid}${name}`;
  }

  /** `home · node pve1` */
  node(node: string): SafeText {
    return say`${this.here} · node ${sanitise(node)}`;
  }

  /** Refused by ourselves: the API has nothing to send this to. */
  impossible(what: SafeText, where: SafeText): Result<never> {
    return fail({ kind: 'invalid', what, where });
  }
}
