import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificateRequest, ServerCertificate } from './certificates.ts';

const day = 86_400_000;
const usualDays = 3650;

/** One value of DER: its tag, the length of what is inside, and that. */
function der(tag: number, ...inside: readonly Buffer[]): Buffer {
  const content = Buffer.concat(inside);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const text = (value: string) => Buffer.from(value, 'utf8');
/** By its encoded bytes. */
const identifier = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));

const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'));

/** The attribute of a name: `550403` is CN. */
function attribute(oid: string, value: string): Buffer {
  return der(0x31, sequence(identifier(oid), der(0x0c, text(value))));
}

/** `261121120000Z`; from 2050 on with the whole year. */
function time(at: number): Buffer {
  const whole = `${new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')}`;
  return whole < '2050' ? der(0x17, text(whole.slice(2))) : der(0x18, text(whole));
}

function address(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split('.').map(Number)));
  return der(0x82, text(host));
}

function extension(oid: string, value: Buffer): Buffer {
  return sequence(identifier(oid), der(0x04, value));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * What a backup server makes for itself at its first start: a certificate that nobody else has signed. Written by hand,
 * it takes a millisecond, which counts while somebody waits for the first picture. Names and IPv4 addresses only.
 */
export function selfSignedCertificate(request: CertificateRequest): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const name = sequence(
    attribute('55040a', 'Proxmox Backup Server'),
    attribute('55040b', randomUUID()),
    attribute('550403', request.commonName),
  );
  const end = request.now + (request.days ?? usualDays) * day;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(time(Math.min(request.now, end) - day), time(end)),
    name,
    publicKey,
    der(
      0xa3,
      sequence(
        extension('551d13', sequence()),
        extension('551d11', sequence(...request.hosts.map(address))),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const digest = createHash('sha256').update(whole).digest('hex').toUpperCase();
  const fingerprint = (digest.match(/../g) ?? []).join(':');
  return { cert: pem(whole), key: privateKey, fingerprint };
}
