import type { Failure } from '../../domain/failure.ts';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { certificateCommand, type Product } from '../../domain/site.ts';
import type { PresentedCertificate } from './certificate.ts';
import type { Endpoint } from './endpoint.ts';

/** A pinned or remembered certificate is not the one presented. */
export function changedCertificate(
  endpoint: Endpoint,
  {
    expected,
    presented,
    pinned,
    product,
  }: {
    readonly expected: string;
    readonly presented: string;
    readonly pinned: boolean;
    readonly product: Product;
  },
): Failure {
  const compare = say`compare with "${sanitise(certificateCommand[product])}" on the node`;
  return {
    kind: 'tls-changed',
    what: say`The certificate has changed; nothing was sent`,
    where: sanitise(endpoint.url),
    next: pinned
      ? say`${compare}; if the change is yours, put the new fingerprint into homelab.yaml`
      : say`${compare}; if the change is yours, replace the remembered fingerprint`,
    detail: say`expected ${sanitise(expected)}, presented ${sanitise(presented)}`,
    certificate: { expected, presented },
  };
}

/** The CA file was read and holds nothing that could vouch for anybody. */
export function noCertificates(path: string): Failure {
  return {
    kind: 'config',
    what: say`The CA file holds no readable certificate`,
    where: sanitise(path),
    next: say`use the CA's certificate in PEM form; of a cluster it is /etc/pve/pve-root-ca.pem`,
  };
}

/** Nothing vouches for the certificate: says which check failed. */
export function untrustedCertificate(
  endpoint: Endpoint,
  certificate: PresentedCertificate,
  options: { readonly ca?: boolean; readonly expected?: string; readonly refused?: boolean } = {},
): Failure {
  const reason = untrustedReason(endpoint, certificate, options.ca === true);
  return {
    kind: 'tls-untrusted',
    what: options.refused
      ? say`The certificate was not accepted`
      : options.expected !== undefined
        ? say`The certificate is not the pinned one and no trusted node vouches for it`
        : reason.what,
    where: sanitise(endpoint.url),
    next: options.refused ? say`refresh to be asked again` : reason.next,
    detail: say`presented ${sanitise(certificate.fingerprint)}`,
    certificate: {
      presented: certificate.fingerprint,
      ...(options.expected === undefined ? {} : { expected: options.expected }),
    },
  };
}

function untrustedReason(
  endpoint: Endpoint,
  certificate: PresentedCertificate,
  ca: boolean,
): { what: SafeText; next: SafeText } {
  const pin = say`or pin its fingerprint with tls: {fingerprint: …}`;
  const authority = ca ? say`the CA file` : say`the system's CAs`;
  switch (certificate.problem) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID': {
      const names = joinSafe(certificate.names, ', ');
      return {
        what: say`The certificate is not valid for ${sanitise(endpoint.host)}, only for ${names || say`no name at all`}`,
        next: say`use one of its names as the endpoint, ${pin}`,
      };
    }
    case 'CERT_HAS_EXPIRED':
      return {
        what: say`The certificate has expired`,
        next: say`renew it on the node, ${pin}`,
      };
    case 'CERT_NOT_YET_VALID':
      return {
        what: say`The certificate is not valid yet`,
        next: say`check the clocks of this machine and the node`,
      };
    default:
      return {
        what: say`The certificate is not signed by ${authority}`,
        next: ca
          ? say`use the cluster's /etc/pve/pve-root-ca.pem, ${pin}`
          : say`use the cluster's CA with tls: {ca: …}, ${pin}`,
      };
  }
}
