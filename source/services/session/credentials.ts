import type { Failure } from '../../domain/failure.ts';
import type { Result } from '../../domain/result.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Method } from '../http/exchange.ts';

/** What proves who we are on one request. `mark` tells later which credential a 401 was about. */
export interface Authorisation {
  readonly headers: Readonly<Record<string, string>>;
  readonly mark: unknown;
}

/** An API token or a user's ticket. After a refusal nothing more is sent with it until {@link Credentials.reset}. */
export interface Credentials {
  readonly identity: SafeText;
  /** Headers for one request; resolves the secret, logs in or renews first where that is needed. */
  authorise(method: Method): Promise<Result<Authorisation>>;
  /** The server took it: from now on a 401 means that it ended. */
  accepted(mark: unknown): void;
  /** The server answered 401. True = there is a new credential now and a GET may be sent once more. */
  refused(mark: unknown, failure: Failure, method: Method): Promise<boolean>;
  /** Why nothing is sent any more. */
  readonly stopped: Failure | undefined;
  /** True once a request was accepted with what we have. */
  readonly proven: boolean;
  reset(): void;
}
