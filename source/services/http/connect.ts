import net from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import { type PresentedCertificate, readCertificate } from './certificate.ts';
import type { EndReason } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { type ConnectCode, TroubleError } from './trouble.ts';
import type { Verdict } from './trust.ts';

export interface ConnectOptions {
  readonly endpoint: Endpoint;
  /** PEM that replaces the system's CAs. */
  readonly ca?: string;
  /** ms for TCP and TLS together. */
  readonly timeout: number;
  /** Aborts with an {@link EndReason}. */
  readonly signal: AbortSignal;
  judge(certificate: PresentedCertificate): Verdict;
  /** Called for an accepted certificate, before the socket is handed over. */
  onAccepted(verdict: Verdict & { kind: 'accept' }, certificate: PresentedCertificate): void;
}

/**
 * Opens a TLS connection and hands it over only after its certificate was judged, so not one byte of a request is
 * written before. Sessions are never resumed: a resumed one shows no certificate. Rejects with a {@link TroubleError}.
 */
export function connectVetted(options: ConnectOptions): Promise<TLSSocket> {
  const { endpoint, signal } = options;
  return new Promise((resolve, reject) => {
    let secure: TLSSocket | undefined;
    let settled = false;
    const raw = net.connect({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 1_000,
    });
    const settle = (error: TroubleError | undefined) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (error || !secure) {
        secure?.destroy();
        raw.destroy();
        reject(error);
      } else {
        secure.off('error', onError);
        secure.off('close', onClose);
        resolve(secure);
      }
    };
    const stop = (code: ConnectCode | EndReason, message?: string) =>
      settle(
        new TroubleError({ stage: 'connect', sent: false, code, ...(message && { message }) }),
      );
    const onError = (error: NodeJS.ErrnoException) => stop(connectCode(error), error.message);
    const onClose = () => stop('reset', 'the connection was closed during the TLS handshake');
    const onAbort = () => stop(signal.reason as EndReason);
    const timer = setTimeout(() => stop('timeout'), options.timeout);
    // Late errors of a socket that was given up must not become uncaught.
    raw.on('error', onError);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    raw.once('connect', () => {
      if (settled) return;
      try {
        secure = tls.connect({ socket: raw, ...tlsOptions(options) });
      } catch (error) {
        // A CA file that OpenSSL does not take, for example.
        stop('tls', error instanceof Error ? error.message : undefined);
        return;
      }
      secure.on('error', onError);
      secure.on('close', onClose);
      secure.once('secureConnect', () => {
        if (secure) settle(vet(secure, options));
      });
    });
  });
}

function tlsOptions({ endpoint, ca }: ConnectOptions): tls.ConnectionOptions {
  return {
    host: endpoint.host,
    servername: net.isIP(endpoint.host) === 0 ? endpoint.host : '',
    // We judge ourselves: with `true` a pinned self-signed certificate could not be used at all.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    // A certificate that stands in the CA file itself is trusted even when another CA signed it.
    ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
  };
}

function vet(socket: TLSSocket, options: ConnectOptions): TroubleError | undefined {
  const certificate = readCertificate(socket);
  if (!certificate) {
    const message = 'the server showed no certificate';
    return new TroubleError({ stage: 'connect', sent: false, code: 'tls', message });
  }
  const verdict = options.judge(certificate);
  if (verdict.kind !== 'accept') {
    return new TroubleError({ stage: 'trust', sent: false, verdict, certificate });
  }
  options.onAccepted(verdict, certificate);
  return undefined;
}

function connectCode(error: NodeJS.ErrnoException): ConnectCode {
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name';
  if (/^E(?:HOST|NET)(?:UNREACH|DOWN)$/.test(code)) return 'route';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'reset';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'tls';
  return 'other';
}
