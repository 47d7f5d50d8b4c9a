import type { ParsedKey } from 'ssh2';
import { type SafeText, say } from '../../domain/safe-text.ts';
import { type Identity, shortPath, type Unlocked, unlock } from './identities.ts';
import type { SshAsker } from './types.ts';

/** How often a wrong passphrase may be typed, as with ssh. */
const attempts = 3;

/** Private keys of this run. Each passphrase is asked once; it is forgotten as soon as the key is open. */
export class KeyRing {
  readonly #open = new Map<string, Promise<Unlocked>>();
  readonly #home: string;
  readonly #handedOn = new Set<string>();

  constructor(home: string) {
    this.#home = home;
  }

  /** The key of a file; asks for its passphrase when it has one. A key that stayed locked is asked for again next time. */
  unlock(
    identity: Identity,
    host: SafeText,
    parse: (data: Buffer, passphrase?: string) => ParsedKey | Error,
    asker: SshAsker,
  ): Promise<Unlocked> {
    const known = this.#open.get(identity.path);
    if (known) return known;
    const opening = this.#ask(identity, host, parse, asker);
    this.#open.set(identity.path, opening);
    void opening.then((result) => {
      if (!('key' in result)) this.#open.delete(identity.path);
    });
    return opening;
  }

  /** True once for each file: what happens with a key when it was unlocked happens once. */
  firstTime(path: string): boolean {
    if (this.#handedOn.has(path)) return false;
    this.#handedOn.add(path);
    return true;
  }

  async #ask(
    identity: Identity,
    host: SafeText,
    parse: (data: Buffer, passphrase?: string) => ParsedKey | Error,
    asker: SshAsker,
  ): Promise<Unlocked> {
    let result = unlock(identity, this.#home, parse);
    for (let turn = 0; turn < attempts && 'problem' in result; turn += 1) {
      if (result.problem !== 'passphrase') return result;
      const answer = await asker.sshSecret({
        prompt: say`Passphrase of ${shortPath(identity.path, this.#home)}`,
        host,
        refused: turn > 0,
        echo: false,
      });
      if (answer === undefined) return result;
      result = unlock(identity, this.#home, parse, answer.reveal());
    }
    return result;
  }
}
