import type { Failure } from '../../domain/failure.ts';
import type { TlsTrust } from '../../domain/homelab.ts';
import type { TrustBadge } from '../../domain/inventory.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import type { Product, SiteId } from '../../domain/site.ts';
import type { Asker, TrustStore } from '../types.ts';
import { hasCertificates, normaliseFingerprint, type PresentedCertificate } from './certificate.ts';
import type { Endpoint } from './endpoint.ts';
import { changedCertificate, noCertificates, untrustedCertificate } from './trust-failures.ts';

export type { PresentedCertificate } from './certificate.ts';

/** `final` = a hard stop or a person's no: no other endpoint is tried instead. */
export type Verdict =
  | { readonly kind: 'accept'; readonly badge: TrustBadge }
  | { readonly kind: 'refuse'; readonly failure: Failure; readonly final: boolean }
  | { readonly kind: 'ask' };

export interface TrustOptions {
  readonly site: SiteId;
  /** Absent = Proxmox VE. */
  readonly product?: Product;
  readonly tls: TlsTrust;
  readonly asker: Asker;
  readonly store: TrustStore;
  readCa(path: string): Promise<Result<string>>;
  /** The pin in the configuration is this endpoint's; others may differ when the cluster vouches for them. */
  readonly first: Endpoint | undefined;
}

/**
 * Decides which certificates of one site are trusted. An endpoint is bound to the fingerprint it was first accepted
 * with; another one later is a hard stop that lasts until the program is started again.
 */
export class TrustGate {
  readonly #options: TrustOptions;
  readonly #bound = new Map<string, string>();
  readonly #bySystem = new Set<string>();
  readonly #vouched = new Set<string>();
  readonly #refused = new Map<string, string>();
  readonly #blocked = new Map<string, Failure>();
  readonly #asking = new Map<string, Promise<Verdict>>();
  #ca: Promise<Result<string>> | undefined;
  /** Something a person should know, e.g. that the fingerprint could not be remembered. */
  notice: SafeText | undefined;

  constructor(options: TrustOptions) {
    this.#options = options;
  }

  /** The CA file's text when one is configured, read once. */
  async ca(): Promise<Result<string | undefined>> {
    const { tls } = this.#options;
    if (tls.kind !== 'ca') return ok(undefined);
    this.#ca ??= this.#options
      .readCa(tls.path)
      .then((pem) =>
        pem.ok && !hasCertificates(pem.value) ? fail(noCertificates(tls.path)) : pem,
      );
    return this.#ca;
  }

  /** The hard stop of this endpoint, if it has one. */
  blocked(endpoint: Endpoint): Failure | undefined {
    return this.#blocked.get(endpoint.key);
  }

  /** Judges a certificate right after the handshake, before anything is written. */
  judge(endpoint: Endpoint, certificate: PresentedCertificate): Verdict {
    const { tls } = this.#options;
    const stopped = this.#blocked.get(endpoint.key);
    if (stopped) return { kind: 'refuse', failure: stopped, final: true };
    switch (tls.kind) {
      case 'system':
      case 'ca': {
        const ca = tls.kind === 'ca';
        if (certificate.authorised) return { kind: 'accept', badge: ca ? 'CA file' : 'system CA' };
        return refuse(untrustedCertificate(endpoint, certificate, { ca }));
      }
      case 'fingerprint':
        return this.#judgePinned(endpoint, certificate, normaliseFingerprint(tls.fingerprint));
      case 'ask':
        return this.#judgeFirstUse(endpoint, certificate);
    }
  }

  /** Asks a person, once for all who wait for the same certificate. */
  ask(endpoint: Endpoint, certificate: PresentedCertificate): Promise<Verdict> {
    const key = `${endpoint.key} ${certificate.fingerprint}`;
    const asked = this.#asking.get(key);
    if (asked) return asked;
    // Somebody else's question may have been answered since this certificate was judged.
    const verdict = this.judge(endpoint, certificate);
    if (verdict.kind !== 'ask') return Promise.resolve(verdict);
    const asking = this.#ask(endpoint, certificate).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  /** Fingerprints of the cluster's nodes, told over a trusted connection. */
  vouch(fingerprints: Iterable<string>): void {
    for (const fingerprint of fingerprints) this.#vouched.add(normaliseFingerprint(fingerprint));
  }

  /** Forgets a person's no and a CA file that could not be read. Hard stops stay. */
  reset(): void {
    this.#refused.clear();
    this.#ca = undefined;
  }

  #judgePinned(endpoint: Endpoint, certificate: PresentedCertificate, pin: string): Verdict {
    const bound = this.#bound.get(endpoint.key);
    const { fingerprint } = certificate;
    if (fingerprint === (bound ?? pin)) return this.#accept(endpoint, fingerprint);
    if (bound !== undefined || endpoint.key === this.#options.first?.key) {
      return this.#stop(endpoint, bound ?? pin, fingerprint, true);
    }
    if (fingerprint === pin || this.#vouched.has(fingerprint)) {
      return this.#accept(endpoint, fingerprint);
    }
    const failure = untrustedCertificate(endpoint, certificate, { expected: pin });
    return { kind: 'refuse', failure, final: false };
  }

  #judgeFirstUse(endpoint: Endpoint, certificate: PresentedCertificate): Verdict {
    const { fingerprint } = certificate;
    if (certificate.authorised) {
      this.#bySystem.add(endpoint.key);
      return { kind: 'accept', badge: 'system CA' };
    }
    // A CA vouched for it before: asking now would invite a person to accept less.
    if (this.#bySystem.has(endpoint.key))
      return refuse(untrustedCertificate(endpoint, certificate));
    const remembered = this.#options.store.get(endpoint.key);
    const expected =
      this.#bound.get(endpoint.key) ??
      (remembered === undefined ? undefined : normaliseFingerprint(remembered));
    if (expected !== undefined) {
      return fingerprint === expected
        ? this.#accept(endpoint, fingerprint)
        : this.#stop(endpoint, expected, fingerprint, false);
    }
    if (this.#vouched.has(fingerprint)) {
      void this.#remember(endpoint, fingerprint);
      return this.#accept(endpoint, fingerprint);
    }
    if (this.#refused.get(endpoint.key) === fingerprint) {
      return refuse(untrustedCertificate(endpoint, certificate, { refused: true }));
    }
    return { kind: 'ask' };
  }

  async #ask(endpoint: Endpoint, certificate: PresentedCertificate): Promise<Verdict> {
    const { fingerprint, subject, issuer, notAfter } = certificate;
    const answer = await this.#options.asker
      .trustCertificate({
        site: this.#options.site,
        ...(this.#options.product === undefined ? {} : { product: this.#options.product }),
        endpoint: endpoint.url,
        fingerprint,
        ...(subject === undefined ? {} : { subject }),
        ...(issuer === undefined ? {} : { issuer }),
        ...(notAfter === undefined ? {} : { notAfter: sanitise(new Date(notAfter).toISOString()) }),
      })
      .catch(() => 'no' as const);
    if (answer !== 'yes' && answer !== 'once') {
      this.#refused.set(endpoint.key, fingerprint);
      return refuse(untrustedCertificate(endpoint, certificate, { refused: true }));
    }
    const verdict = this.#accept(endpoint, fingerprint);
    if (answer === 'yes') await this.#remember(endpoint, fingerprint);
    return verdict;
  }

  async #remember(endpoint: Endpoint, fingerprint: string): Promise<void> {
    try {
      await this.#options.store.set(endpoint.key, fingerprint);
    } catch {
      this.notice = say`the fingerprint of ${sanitise(endpoint.key)} could not be remembered; it is trusted for this run only`;
    }
  }

  #accept(endpoint: Endpoint, fingerprint: string): Verdict {
    this.#bound.set(endpoint.key, fingerprint);
    return { kind: 'accept', badge: 'pinned' };
  }

  #stop(endpoint: Endpoint, expected: string, presented: string, pinned: boolean): Verdict {
    const { product = 'pve' } = this.#options;
    const failure = changedCertificate(endpoint, { expected, presented, pinned, product });
    this.#blocked.set(endpoint.key, failure);
    return { kind: 'refuse', failure, final: true };
  }
}

function refuse(failure: Failure): Verdict {
  return { kind: 'refuse', failure, final: true };
}
