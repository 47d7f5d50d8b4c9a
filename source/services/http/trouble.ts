import type { EndReason } from './deadline.ts';
import type { PresentedCertificate, Verdict } from './trust.ts';

export type ConnectCode = 'refused' | 'route' | 'name' | 'timeout' | 'tls' | 'reset' | 'other';
export type ExchangeCode = 'reset' | 'cut' | 'too-large' | 'encoding' | 'protocol' | 'header';

/**
 * What stopped one request on its way. `sent` decides what may be concluded: nothing of a request that failed while
 * connecting, being trusted or queueing was ever written; once it was sent, the server may have acted on it.
 */
export type Trouble =
  | { readonly stage: 'queue'; readonly sent: false; readonly code: EndReason }
  | {
      readonly stage: 'connect';
      readonly sent: false;
      readonly code: ConnectCode | EndReason;
      readonly message?: string;
    }
  | {
      readonly stage: 'trust';
      readonly sent: false;
      readonly verdict: Exclude<Verdict, { kind: 'accept' }>;
      readonly certificate: PresentedCertificate;
    }
  | {
      readonly stage: 'exchange';
      readonly sent: true;
      readonly code: ExchangeCode | EndReason;
      readonly message?: string;
      /** The connection had carried requests before: the server may have closed it while idle. */
      readonly reused?: boolean;
    };

/** Carries a {@link Trouble} through callbacks that want an Error. */
export class TroubleError extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.stage);
    this.trouble = trouble;
  }
}
