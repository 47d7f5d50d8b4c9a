import type { Result } from '../../domain/result.ts';
import type { SafeText } from '../../domain/safe-text.ts';
import type { Product } from '../../domain/site.ts';
import type { Redactor } from '../http/redactor.ts';
import type { TransportAnswer } from '../http/transport.ts';

/** The useful part of a successful answer, with what some lists carry beside their `data`. */
export interface Envelope {
  readonly data: unknown;
  /** Of paged lists: rows or lines in all. */
  readonly total?: number;
  /** Of a Proxmox Backup Server task log that was asked for it: is the task still running? */
  readonly active?: boolean;
}

/** What reading an answer needs to know about its call. */
export interface AnswerContext {
  /** `home · guest 101 web01` */
  readonly where: SafeText;
  /** The node the server had to ask for us, when the path names one. */
  readonly node?: SafeText;
  readonly write: boolean;
  /** The body is handed over as text, because it is too long to be read in one go. */
  readonly raw?: boolean;
  readonly redactor: Redactor;
}

/** Where the HTTP APIs of Proxmox's products differ. */
export interface Dialect {
  readonly product: Product;
  /** `PVEAPIToken=` */
  readonly tokenPrefix: string;
  /** Between the token's id and its secret. */
  readonly tokenSeparator: '=' | ':';
  readonly cookie: 'PVEAuthCookie' | 'PBSAuthCookie';
  /** A long answer that did not change is not parsed again; costs its memory. */
  readonly keepsLargeAnswer: boolean;
  /** Reads an answer: its envelope on 2xx, otherwise the failure it stands for. */
  readAnswer(answer: TransportAnswer, context: AnswerContext): Result<Envelope>;
}
