import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { SiteId } from '../../domain/site.ts';
import { parseUpid } from '../../domain/task.ts';
import type { Row } from '../decode.ts';
import type { ParameterValue } from '../http/form.ts';
import { askEnvelope, askList, askRow, type CallDetails } from '../session/asking.ts';
import type { Envelope } from '../session/dialect.ts';
import type { GuestAt, Started } from '../types.ts';
import type { ParametersOf, PveEndpoint, VariablesOf } from './paths.ts';
import type { PveSession } from './session.ts';

export type { CallDetails } from '../session/asking.ts';

/** Where a guest is, as its paths need it. */
export function at(guest: GuestAt): { node: string; vmid: number } {
  return { node: guest.node, vmid: guest.vmid };
}

function asked<E extends PveEndpoint>(
  endpoint: E,
  variables: VariablesOf<E>,
  parameters: ParametersOf<E>,
) {
  return {
    endpoint,
    variables,
    parameters: parameters as Readonly<Record<string, ParameterValue>>,
  };
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
  envelope<E extends PveEndpoint>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
  ): Promise<Result<Envelope>> {
    return askEnvelope(this.session, asked(endpoint, variables, parameters), details);
  }

  /** A list, decoded; anything else in its place is a failure. */
  list<E extends PveEndpoint, T>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
    decode: (data: readonly unknown[], total: number | undefined) => T,
  ): Promise<Result<T>> {
    const call = asked(endpoint, variables, parameters);
    return askList(this.session, call, details, (data, { total }) => decode(data, total));
  }

  /** An object, decoded; anything else in its place is a failure. */
  row<E extends PveEndpoint, T>(
    endpoint: E,
    variables: VariablesOf<E>,
    parameters: ParametersOf<NoInfer<E>>,
    details: CallDetails,
    decode: (row: Row) => T,
  ): Promise<Result<T>> {
    return askRow(this.session, asked(endpoint, variables, parameters), details, decode);
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
