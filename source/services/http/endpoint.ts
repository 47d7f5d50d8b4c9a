import { fail, ok, type Result } from '../../domain/result.ts';
import { sanitise, say } from '../../domain/safe-text.ts';

/** One HTTPS endpoint of a site. */
export interface Endpoint {
  /** `https://host:port` */
  readonly url: string;
  /** Host name or address as sockets take it: an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, lower case: how the trust store knows it. */
  readonly key: string;
}

/** Reads `https://host:port`; other schemes, credentials, paths and queries are refused. Port 8006 when none is given. */
export function parseEndpoint(text: string): Result<Endpoint> {
  const refuse = (why: string): Result<never> =>
    fail({
      kind: 'config',
      what: say`The endpoint cannot be used: ${sanitise(why)}`,
      // Never repeats what may be a password.
      where: sanitise(text.replace(/\/\/.*@/, '//‹hidden›@')),
      next: say`write it like https://192.168.1.10:8006`,
    });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return refuse('it is not an address');
  }
  if (url.protocol !== 'https:') return refuse('only https:// is accepted');
  if (url.username !== '' || url.password !== '') return refuse('it carries a user or password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return refuse('it has more than a host and a port');
  }
  // URL drops a port that is the scheme's default one, so an explicit :443 must be read from the text.
  const port = Number(url.port || (/:(\d+)\/?$/.exec(text)?.[1] ?? '8006'));
  if (url.hostname === '' || port === 0) return refuse('host or port is missing');
  const key = `${url.hostname.toLowerCase()}:${port}`;
  return ok({
    url: `https://${key}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    key,
  });
}
