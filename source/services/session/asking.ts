import { ok, type Result } from '../../domain/result.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import { expectList, expectRow, type Row } from '../decode.ts';
import type { Method } from '../http/exchange.ts';
import type { ParameterValue } from '../http/form.ts';
import type { CallOptions } from '../types.ts';
import type { ApiCall } from './api-call.ts';
import type { ApiSession } from './api-session.ts';
import type { Envelope } from './dialect.ts';

/** What one call needs beside its endpoint. */
export interface CallDetails {
  /** The object concerned, for a failure. */
  readonly where: SafeText;
  readonly options: CallOptions | undefined;
  readonly raw?: true;
  readonly reads?: true;
}

/** A call named by its endpoint, `METHOD /template`; the products' callers check the rest by their own types. */
export interface Asked {
  readonly endpoint: string;
  readonly variables: ApiCall['variables'];
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

type Calling = Pick<ApiSession, 'call'>;

/** More rows than this are decoded only after pending keys had their turn. */
const manyRows = 500;

/** The answer's envelope. */
export function askEnvelope(
  session: Calling,
  { endpoint, variables, parameters }: Asked,
  { where, options, raw, reads }: CallDetails,
): Promise<Result<Envelope>> {
  const cut = endpoint.indexOf(' ');
  const call: ApiCall = {
    method: endpoint.slice(0, cut) as Method,
    template: endpoint.slice(cut + 1),
    variables,
    parameters,
    where,
    ...(raw ? { raw } : {}),
    ...(reads ? { reads } : {}),
  };
  return session.call(call, options);
}

/** A list, decoded; anything else in its place is a failure. */
export async function askList<T>(
  session: Calling,
  asked: Asked,
  details: CallDetails,
  decode: (data: readonly unknown[], envelope: Envelope) => T,
): Promise<Result<T>> {
  const answer = await askEnvelope(session, asked, details);
  return answer.ok ? listOf(answer.value, details, decode) : answer;
}

/** The list in an answer, decoded. */
export async function listOf<T>(
  envelope: Envelope,
  details: Pick<CallDetails, 'where'>,
  decode: (data: readonly unknown[], envelope: Envelope) => T,
): Promise<Result<T>> {
  const data = expectList(envelope.data, details.where);
  // Between reading a long list and decoding it somebody may have pressed a key.
  if (data.ok && data.value.length > manyRows) await new Promise((go) => setImmediate(go));
  return data.ok ? ok(decode(data.value, envelope)) : data;
}

/** An object, decoded; anything else in its place is a failure. */
export async function askRow<T>(
  session: Calling,
  asked: Asked,
  details: CallDetails,
  decode: (row: Row) => T,
): Promise<Result<T>> {
  const answer = await askEnvelope(session, asked, details);
  if (!answer.ok) return answer;
  const row = expectRow(answer.value.data, details.where);
  return row.ok ? ok(decode(row.value)) : row;
}
