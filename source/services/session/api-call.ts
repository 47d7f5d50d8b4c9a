import type { SafeText } from '../../domain/safe-text.ts';
import type { Endpoint } from '../http/endpoint.ts';
import type { Method } from '../http/exchange.ts';
import type { ParameterValue } from '../http/form.ts';

/** One call of the API before it is authorised and encoded. */
export interface ApiCall {
  readonly method: Method;
  /** `/nodes/{node}/…` */
  readonly template: string;
  readonly variables: Readonly<Record<string, string | number>>;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** `home · guest 101 web01` */
  readonly where: SafeText;
  /** A POST that only shows something: a lost answer leaves nothing in doubt. */
  readonly reads?: true;
  /** The answer is handed over as text, to be read piece by piece. */
  readonly raw?: true;
  /** Told which endpoint answered: what it gives away (a console's port) is there and on no other one. */
  readonly answered?: (endpoint: Endpoint) => void;
}
