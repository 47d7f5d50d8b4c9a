import type { PveSiteConfig } from '../../domain/homelab.ts';
import type { Result } from '../../domain/result.ts';
import { sanitise } from '../../domain/safe-text.ts';
import { Deadline } from '../http/deadline.ts';
import type { ApiCall } from '../session/api-call.ts';
import { ApiSession, type ApiSessionOptions } from '../session/api-session.ts';
import type { Dialect } from '../session/dialect.ts';
import type { CallOptions } from '../types.ts';
import { readAnswer } from './answer.ts';
import { fingerprintsOf } from './decode-cluster.ts';
import { openWebsocket, type Websocket, type WebsocketRequest } from './websocket.ts';

const learnAgainAfter = 60_000;

const pveDialect: Dialect = {
  product: 'pve',
  tokenPrefix: 'PVEAPIToken=',
  tokenSeparator: '=',
  cookie: 'PVEAuthCookie',
  keepsLargeAnswer: true,
  readAnswer,
};

export interface SessionOptions extends Omit<ApiSessionOptions, 'owner' | 'dialect'> {
  readonly config: PveSiteConfig;
}

/** One site's Proxmox VE API: a session that also knows websockets and what the cluster vouches for. */
export class PveSession extends ApiSession {
  readonly #options: SessionOptions;
  #learnedAt: number | undefined;

  constructor(options: SessionOptions) {
    super({ ...options, owner: options.config, dialect: pveDialect });
    this.#options = options;
  }

  /** A websocket on the endpoint that answered the call before it. */
  async websocket(request: WebsocketRequest, options: CallOptions): Promise<Result<Websocket>> {
    const wait = options.wait ?? this.#options.timings.read;
    const { parts } = this;
    const { silence } = this.#options.timings;
    const deadline = new Deadline(wait, options.signal, parts.closing);
    return openWebsocket(request, { ...parts, deadline, silence }).finally(() =>
      deadline.release(),
    );
  }

  /** The cluster knows its nodes' certificates: over a trusted connection it vouches for the other endpoints. */
  protected override succeeded(): void {
    const { config, environment } = this.#options;
    const needed = config.tls.kind === 'fingerprint' || config.tls.kind === 'ask';
    if (!needed || config.endpoints.length < 2) return;
    const now = environment.now();
    if (this.#learnedAt !== undefined && now - this.#learnedAt < learnAgainAfter) return;
    this.#learnedAt = now;
    const where = sanitise(config.id);
    const call: ApiCall = {
      method: 'GET',
      template: '/nodes',
      variables: {},
      parameters: {},
      where,
    };
    void this.call(call).then((nodes) => {
      if (!nodes.ok) return;
      this.#learnedAt = Number.POSITIVE_INFINITY;
      this.parts.trust.vouch(fingerprintsOf(nodes.value.data));
    });
  }
}
