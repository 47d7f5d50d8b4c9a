import { Secret } from '../../domain/secret.ts';
import { encodeForm, expandPath, parameterPairs, wirePairs } from '../http/form.ts';
import type { Redactor } from '../http/redactor.ts';
import type { TransportRequest } from '../http/transport.ts';
import type { ApiCall } from './api-call.ts';

/** Where the JSON formatter of both products' APIs lives. */
export const base = '/api2/json';

/** A call as it goes on the wire: parameters in the query of GET and DELETE, as a form in the body of POST and PUT. */
export function wireRequest(
  call: ApiCall,
  headers: Readonly<Record<string, string>>,
  redactor: Redactor,
): TransportRequest {
  const { method } = call;
  const path = expandPath(call.template, call.variables) ?? '';
  for (const value of Object.values(call.parameters)) {
    // A refusal may repeat what was sent.
    if (value instanceof Secret) redactor.hide(value);
  }
  const form = encodeForm(wirePairs(call.parameters));
  const inBody = method === 'POST' || method === 'PUT';
  const common = {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'homelab-tui',
    ...headers,
  };
  return {
    method,
    path: base + (inBody || form === '' ? path : `${path}?${form}`),
    headers: inBody
      ? {
          ...common,
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(Buffer.byteLength(form)),
        }
      : common,
    ...(inBody ? { body: form } : {}),
    shown: {
      path: redactor.safe(path),
      params: redactor.parameters(parameterPairs(call.parameters)),
    },
  };
}
