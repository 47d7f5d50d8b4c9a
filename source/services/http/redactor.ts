import { shownCommand } from '../../domain/monitor.ts';
import { type SafeText, sanitise } from '../../domain/safe-text.ts';
import { Secret } from '../../domain/secret.ts';

const hidden = '‹hidden›';
/** Parameters that are never shown. */
const secretName = /password|ticket|otp|tfa|secret|token|challenge/i;

/** Takes known secrets out of any text before it becomes a failure or a call record. */
export class Redactor {
  readonly #known = new Set<Secret>();

  /** From now on this secret is replaced wherever it turns up, as it is or encoded. */
  hide(value: Secret | string): Secret {
    const secret = typeof value === 'string' ? new Secret(value) : value;
    this.#known.add(secret);
    return secret;
  }

  forget(secret: Secret): void {
    this.#known.delete(secret);
  }

  clean(text: string): string {
    let result = text;
    for (const secret of this.#known) {
      const value = secret.reveal();
      // Shorter ones turn up by chance, and taking them out would garble every text.
      if (value.length < 4) continue;
      const encoded = encodeURIComponent(value);
      for (const form of new Set([value, encoded, encoded.replaceAll('%20', '+')])) {
        result = result.replaceAll(form, hidden);
      }
    }
    return result;
  }

  safe(text: unknown): SafeText {
    return sanitise(typeof text === 'string' ? this.clean(text) : text);
  }

  /** `name=value` pairs for the call log. */
  parameters(pairs: readonly (readonly [string, string])[]): SafeText | undefined {
    if (pairs.length === 0) return undefined;
    return this.safe(pairs.map(([name, value]) => `${name}=${shown(name, value)}`).join(' '));
  }
}

function shown(name: string, value: string): string {
  if (secretName.test(name)) return hidden;
  // Commands for a VM's monitor are refused long before when they carry a secret; none may come this far unseen.
  return name === 'command' ? shownCommand(value) : value;
}
