import { randomBytes, randomUUID, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { X509CertificateGenerator } from '@peculiar/x509';

/** A cluster's certificate authority as PEM texts; `caKey` is PKCS #8. */
export interface CertificateAuthority {
  readonly ca: string;
  readonly caKey: string;
}

/** One server certificate as PEM texts. */
export interface ServerCertificate {
  readonly cert: string;
  /** PKCS #8 */
  readonly key: string;
  /** SHA-256 of the certificate's DER, as PVE and Node print it: `AA:BB:…`. */
  readonly fingerprint: string;
}

export interface CertificateRequest {
  /** CN of the server, the node's full name: `pve1.homelab`. */
  readonly commonName: string;
  /** Names and addresses of the subjectAltName. */
  readonly hosts: readonly string[];
  /** Validity from now on; PVE gives 730. Negative makes a certificate that has run out. */
  readonly days?: number;
  /** ms since the epoch */
  readonly now: number;
}

type X509 = typeof import('@peculiar/x509');
type KeyPair = webcrypto.CryptoKeyPair;

const DAY = 86_400_000;
const CA_DAYS = 3650;
/** EC keys: made in a millisecond, where RSA takes a tenth of a second for each server. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * The package's container library refuses to load without the metadata API of TypeScript decorators, though
 * the package never stores any. These stand-ins answer "nothing stored", as the API does for plain classes.
 */
async function loadX509(): Promise<X509> {
  const reflect = Reflect as unknown as Record<string, unknown>;
  reflect.getMetadata ??= () => undefined;
  reflect.getOwnMetadata ??= () => undefined;
  reflect.hasOwnMetadata ??= () => false;
  reflect.defineMetadata ??= () => undefined;
  // It is CommonJS: only `default` holds its parts both in Node and in a bundle.
  return (await import('@peculiar/x509')).default;
}

/**
 * Makes what `pvecm` makes for a new node: a cluster CA
 * (`CN=Proxmox Virtual Environment, OU=<uuid>, O=PVE Cluster Manager CA`) and a server certificate signed by it
 * (`OU=PVE Cluster Node, O=Proxmox Virtual Environment, CN=<commonName>`, in this order: SPICE's `host-subject` compares it).
 */
export async function createCertificates(
  request: CertificateRequest,
): Promise<CertificateAuthority & ServerCertificate> {
  const authority = await createAuthority(request.now);
  return { ...authority, ...(await issueCertificate(authority, request)) };
}

/** A new cluster CA, valid for ten years from the day before `now`. */
export async function createAuthority(now: number): Promise<CertificateAuthority> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [
      { CN: ['Proxmox Virtual Environment'] },
      { OU: [randomUUID()] },
      { O: ['PVE Cluster Manager CA'] },
    ],
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + CA_DAYS * DAY),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { ca: pem(certificate), caKey: await privatePem(keys) };
}

/** Another server certificate of the same CA: a further node, or a node whose certificate was renewed. */
export async function issueCertificate(
  authority: CertificateAuthority,
  request: CertificateRequest,
): Promise<ServerCertificate> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const issuer = new x509.X509Certificate(authority.ca);
  const days = request.days ?? 730;
  const notAfter = request.now + days * DAY;
  const parameters: Parameters<typeof X509CertificateGenerator.create>[0] = {
    serialNumber: serialNumber(),
    subject: [
      { OU: ['PVE Cluster Node'] },
      { O: ['Proxmox Virtual Environment'] },
      { CN: [request.commonName] },
    ],
    issuer: issuer.subjectName.toJSON(),
    notBefore: new Date(Math.min(request.now, notAfter) - DAY),
    notAfter: new Date(notAfter),
    publicKey: keys.publicKey,
    signingKey: await importCaKey(authority.caKey),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        request.hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  };
  const cert = pem(await x509.X509CertificateGenerator.create(parameters));
  return { cert, key: await privatePem(keys), fingerprint: fingerprintOf(cert) };
}

/** SHA-256 fingerprint of a PEM certificate, `AA:BB:…`. */
export function fingerprintOf(cert: string): string {
  return new X509Certificate(cert).fingerprint256;
}

function generateKeys(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<KeyPair>;
}

/** 16 random bytes, positive as the standard wants it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function pem(certificate: { toString(format: 'pem'): string }): string {
  return `${certificate.toString('pem').trimEnd()}\n`;
}

async function privatePem(keys: KeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function importCaKey(caKey: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(caKey.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}
