import { certificateCommand } from '../domain/site.ts';
import { isSshUser, parseSshAddress } from '../domain/ssh-address.ts';

/** A checked value, or what is wrong with it and what to write instead. */
export type Checked<T> =
  | { readonly value: T }
  | { readonly wrong: string; readonly suggestion?: string };

const host = /^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/;

/** `https://host:port` in one spelling, port 8006 when none is given. Never repeats credentials. */
export function checkEndpoint(text: string): Checked<string> {
  return checkUrl(text, 'https', '8006');
}

/** The same of a Proxmox Backup Server: port 8007 when none is given. */
export function checkPbsEndpoint(text: string): Checked<string> {
  return checkUrl(text, 'https', '8007');
}

/** `http://host:port` of spiceproxy, port 3128 when none is given. */
export function checkSpiceProxy(text: string): Checked<string> {
  return checkUrl(text, 'http', '3128');
}

function checkUrl(raw: string, scheme: 'https' | 'http', defaultPort: string): Checked<string> {
  const example = `${scheme}://192.168.1.10:${defaultPort}`;
  const like = `write it like ${example}`;
  if (/[\s\u0000-\u001f\\]/.test(raw))
    return { wrong: 'an address has no spaces', suggestion: like };
  const given = /^([a-z][a-z0-9+.-]*):\/\//i.exec(raw)?.[1]?.toLowerCase();
  if (given === undefined)
    return { wrong: `an address starts with ${scheme}://`, suggestion: like };
  if (given !== scheme) {
    return { wrong: `only ${scheme}:// is accepted here, not ${given}://`, suggestion: like };
  }
  let url: URL;
  try {
    url = new URL(raw);
  } catch {
    return { wrong: 'this is not an address', suggestion: like };
  }
  if (url.username !== '' || url.password !== '' || raw.includes('@')) {
    return {
      wrong: 'an address may not carry a user or password',
      suggestion: 'use auth for them',
    };
  }
  if (!host.test(url.hostname)) {
    return { wrong: 'this is not a host name or IP address', suggestion: like };
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return { wrong: 'an address ends after the port', suggestion: like };
  }
  // URL drops a port that is the scheme's default one, so an explicit :443 must be read from the text.
  const explicit = /:(\d+)\/?$/.exec(raw)?.[1];
  const port = url.port || (explicit === undefined ? defaultPort : String(Number(explicit)));
  if (port === '0') return { wrong: 'port 0 cannot be reached', suggestion: like };
  return { value: `${scheme}://${url.hostname}:${port}` };
}

const realmed = /^[^\s:/\u0000-\u001f]{1,64}@[A-Za-z][A-Za-z0-9._-]+$/;
const tokenName = /^[A-Za-z][A-Za-z0-9._-]+$/;

/** `user@realm!tokenid` as PVE writes it. */
export function checkToken(text: string): Checked<string> {
  return checkTokenId(text, '=', 'root@pam!tui');
}

/** The same for a Proxmox Backup Server, which puts a colon between a token and its secret. */
export function checkPbsToken(text: string): Checked<string> {
  return checkTokenId(text, ':', 'homelab@pbs!tui');
}

function checkTokenId(text: string, separator: '=' | ':', example: string): Checked<string> {
  const suggestion = `write user@realm!tokenid, for example ${example}`;
  const carried = text.slice(text.indexOf('!')).includes(separator);
  if (carried && text.includes('!')) {
    return {
      wrong: 'the token carries its secret',
      suggestion: 'keep only user@realm!tokenid here and refer to the secret with secret:',
    };
  }
  const cut = text.lastIndexOf('!');
  if (cut < 0) return { wrong: 'this is not a token id', suggestion };
  if (!realmed.test(text.slice(0, cut)) || !tokenName.test(text.slice(cut + 1))) {
    return { wrong: 'this is not a token id', suggestion };
  }
  return { value: text };
}

/** `user@realm` */
export function checkUser(text: string): Checked<string> {
  if (realmed.test(text) && !text.includes('!')) return { value: text };
  const suggestion = text.includes('!')
    ? 'a token needs token: and secret:'
    : 'write user@realm, for example admin@pve';
  return { wrong: 'this is not a user', suggestion };
}

/** SHA-256 of the certificate in any spelling → `AA:BB:…` (32 pairs). */
export function checkFingerprint(text: string): Checked<string> {
  return checkSha256(text, certificateCommand.pve);
}

/** The same for a Proxmox Backup Server. */
export function checkPbsFingerprint(text: string): Checked<string> {
  return checkSha256(text, certificateCommand.pbs);
}

function checkSha256(text: string, command: string): Checked<string> {
  const hex = text.replaceAll(':', '').toUpperCase();
  const suggestion = `${command} shows the SHA-256 fingerprint: 64 hexadecimal digits`;
  if (!/^[0-9A-F]*$/.test(hex) || hex === '') {
    return { wrong: 'a fingerprint has only hexadecimal digits and colons', suggestion };
  }
  if (hex.length === 40) return { wrong: 'this is a SHA-1 fingerprint', suggestion };
  if (hex.length !== 64) {
    return { wrong: `a fingerprint has 64 hexadecimal digits, this has ${hex.length}`, suggestion };
  }
  if (text.includes(':') && !/^(?:[0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2}$/.test(text)) {
    return { wrong: 'the colons stand between pairs of digits', suggestion };
  }
  return { value: (hex.match(/../g) ?? []).join(':') };
}

/** A host as `ssh` takes it: an alias, a name or an address, with `user@` and `:port` if need be. */
export function checkSshHost(text: string): Checked<string> {
  if (parseSshAddress(text)) return { value: text };
  return {
    wrong: 'this is not an SSH host',
    suggestion: 'write host, user@host or user@host:port',
  };
}

/** Who logs in over SSH. */
export function checkSshUser(text: string): Checked<string> {
  if (isSshUser(text) && !text.includes('@')) return { value: text };
  return { wrong: 'this is not a user name', suggestion: 'write the name alone, for example root' };
}

/** A file that is named on ssh's command line. */
export function checkSshFile(text: string): Checked<string> {
  if (!/["\u0000-\u001f]/.test(text)) return { value: text };
  return { wrong: 'a path here has no quotes and no control characters' };
}

/** A datastore's name. */
export function checkDatastore(text: string): Checked<string> {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{2,31}$/.test(text)) return { value: text };
  return {
    wrong: 'this is not the name of a datastore',
    suggestion: '3 to 32 letters, digits, dots, - and _, starting with a letter, digit or _',
  };
}

/** A namespace, `/` for the root → as the API names it: the root is the empty text. */
export function checkNamespace(text: string): Checked<string> {
  if (text === '/') return { value: '' };
  const parts = text.split('/');
  const sound = parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part));
  if (sound && parts.length <= 8 && text.length <= 256) return { value: text };
  return {
    wrong: 'this is not a namespace',
    suggestion: 'write prod, or prod/db for one below it, or / for the root',
  };
}
