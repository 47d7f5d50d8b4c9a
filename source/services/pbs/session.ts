import type { PbsServerConfig } from '../../domain/homelab.ts';
import { ApiSession, type ApiSessionOptions } from '../session/api-session.ts';
import type { Dialect } from '../session/dialect.ts';
import { readAnswer } from './answer.ts';

/** A colon between token and secret, tickets that tell a second factor only by themselves, errors in plain text. */
const pbsDialect: Dialect = {
  product: 'pbs',
  tokenPrefix: 'PBSAPIToken=',
  tokenSeparator: ':',
  cookie: 'PBSAuthCookie',
  // The long ones are lists of snapshots: their text would outweigh what is made of it.
  keepsLargeAnswer: false,
  readAnswer,
};

export interface PbsSessionOptions extends Omit<ApiSessionOptions, 'owner' | 'dialect'> {
  readonly config: PbsServerConfig;
}

export function pbsSession(options: PbsSessionOptions): ApiSession {
  return new ApiSession({ ...options, owner: options.config, dialect: pbsDialect });
}
