import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, Prompt } from 'ssh2';
import { joinSafe, type SafeText, sanitise, say } from '../../domain/safe-text.ts';
import { createOfferingAgent, listAgentKeys, needsOtherClient, type Offer } from './agent.ts';
import { handToAgent } from './agent-add.ts';
import type { HostConfig } from './host-config.ts';
import { type Identity, readIdentity, shortPath, type Unlocked } from './identities.ts';
import type { KeyRing } from './key-ring.ts';
import type { SshAsker } from './types.ts';

type Ssh2 = typeof import('ssh2');

/** What the login came to, to be told when it fails. */
export interface LoginState {
  /** Methods and keys that were offered, in words. */
  readonly tried: readonly SafeText[];
  /** Methods that the host takes, as it said last. */
  readonly offered: readonly string[];
  /** Why ssh itself may get in where this client did not. */
  readonly system?: SafeText;
  /** The person gave up. */
  readonly cancelled: boolean;
  /** Keys that stayed locked or could not be read. */
  readonly unusable: readonly SafeText[];
}

export interface LoginInput {
  readonly ssh2: Ssh2;
  readonly config: HostConfig;
  readonly home: string;
  readonly asker: SshAsker;
  readonly keys: KeyRing;
  /** Something the person should know about the connection. */
  readonly note: (text: SafeText) => void;
  /** The person gave up in the middle of a step: nothing more may be sent. */
  readonly onGivenUp: () => void;
}

const agentWait = 5000;

/** What there is to log in with, read before the host is asked. */
interface Keys {
  readonly offers: readonly Offer[];
  /** Locked files that do not tell their public key. */
  readonly blind: readonly Identity[];
  /** Reasons for the system's ssh, should the host refuse everything else. */
  readonly systemOnly: readonly SafeText[];
  readonly unusable: readonly SafeText[];
}

/** Agent keys named by the configuration first, then the agent's others, then the files: ssh's own order. */
async function gatherKeys({ config, home }: LoginInput): Promise<Keys> {
  const found = await Promise.all(config.identityFiles.map((path) => readIdentity(path, home)));
  const files = found.filter((each) => each !== undefined);
  const listed = config.agent === undefined ? [] : await listAgentKeys(config.agent, agentWait);
  const inAgent = listed ?? [];
  const unusable = listed === undefined ? [say`the agent does not answer`] : [];
  const named = (blob: Buffer) => files.some((file) => file.blob?.equals(blob));
  const usable = inAgent.filter((key) => !needsOtherClient(key));
  const offers: Offer[] = [
    ...usable.filter(({ blob }) => named(blob)),
    ...(config.identitiesOnly ? [] : usable.filter(({ blob }) => !named(blob))),
  ].map(({ blob }) => ({ from: 'agent', blob }));
  const systemOnly: SafeText[] = [];
  for (const key of inAgent) {
    if (!needsOtherClient(key) || (config.identitiesOnly && !named(key.blob))) continue;
    systemOnly.push(
      say`the agent holds a certificate or a security key (${sanitise(key.comment)})`,
    );
  }
  const blind: Identity[] = [];
  for (const identity of files) {
    if (identity.systemOnly && /^\S+ is on a security key/.test(identity.systemOnly)) {
      systemOnly.push(identity.systemOnly);
    } else if (identity.text && identity.blob) {
      const { blob } = identity;
      if (!offers.some((offer) => offer.blob.equals(blob))) {
        offers.push({ from: 'file', blob, identity });
      }
    } else if (identity.text) blind.push(identity);
  }
  const certificates = [
    ...config.certificateFiles,
    ...config.identityFiles.map((path) => `${path}-cert`),
  ];
  for (const path of certificates) {
    const [own, published] = [path, `${path}.pub`].map((each) => readIdentity(each, home));
    if ((await own) ?? (await published)) {
      systemOnly.push(say`${shortPath(path, home)} is a certificate`);
    }
  }
  return { offers, blind, systemOnly, unusable };
}

/** Logs in step by step; hand {@link Login.next} to ssh2 as its `authHandler`. */
export class Login {
  readonly #input: LoginInput;
  readonly #left = new Map<string, number>();
  readonly #tried: SafeText[] = [];
  readonly #unusable: SafeText[] = [];
  #offered: readonly string[] = [];
  #system: SafeText | undefined;
  #cancelled = false;
  #keys: Promise<Keys> | undefined;
  #blindNext = 0;
  /** ssh2 tells what the host takes after every method but this one. */
  #stale = false;

  constructor(input: LoginInput) {
    this.#input = input;
    const { passwordPrompts } = input.config;
    this.#left.set('none', 1).set('publickey', 1);
    this.#left.set('keyboard-interactive', passwordPrompts).set('password', passwordPrompts);
  }

  get state(): LoginState {
    return {
      tried: this.#tried,
      offered: this.#offered,
      cancelled: this.#cancelled,
      unusable: this.#unusable,
      ...(this.#system ? { system: this.#system } : {}),
    };
  }

  readonly next = (
    left: AuthenticationType[] | null,
    partial: boolean | null,
    proceed: NextAuthHandler,
  ): void => {
    if (left) this.#offered = left;
    // A second factor may want a method once more that already did its part.
    if (partial) this.#left.set('keyboard-interactive', this.#input.config.passwordPrompts);
    const give = proceed as (method: AnyAuthMethod | false) => void;
    void this.#choose(left).then(give, () => give(false));
  };

  #take(method: string): boolean {
    const left = this.#left.get(method) ?? 0;
    if (left > 0) this.#left.set(method, left - 1);
    return left > 0;
  }

  async #choose(left: readonly string[] | null): Promise<AnyAuthMethod | false> {
    const username = this.#input.config.user;
    if (this.#system || this.#cancelled) return false;
    if (left === null) return { type: 'none', username };
    for (const method of this.#input.config.methods) {
      if (!left.includes(method)) continue;
      if (method === 'publickey') {
        const key = await this.#publicKey(username);
        if (key) return key;
        if (this.#system) return false;
      } else if (method === 'keyboard-interactive' && this.#take(method)) {
        return this.#interactive(username);
      } else if (method === 'password' && this.#take(method)) {
        const password = await this.#password();
        return password === undefined ? false : { type: 'password', username, password };
      }
    }
    if (this.#stale) {
      this.#stale = false;
      return { type: 'none', username };
    }
    // Debian's ssh has GSSAPI switched on, though few hosts and fewer people have tickets for it.
    if (this.#input.config.gssapi && left.includes('gssapi-with-mic')) {
      this.#system = say`the host takes Kerberos tickets (GSSAPI)`;
    }
    return false;
  }

  async #publicKey(username: string): Promise<AnyAuthMethod | undefined> {
    if (!this.#keys) {
      this.#keys = gatherKeys(this.#input);
      this.#unusable.push(...(await this.#keys).unusable);
    }
    const { offers, blind, systemOnly } = await this.#keys;
    if (this.#take('publickey') && offers.length > 0) {
      for (const offer of offers) {
        const name =
          offer.from === 'agent'
            ? say`a key of the agent`
            : shortPath(offer.identity.path, this.#input.home);
        this.#tried.push(say`publickey (${name})`);
      }
      this.#stale = true;
      return { type: 'agent', username, agent: this.#offering(offers) };
    }
    const identity = blind[this.#blindNext];
    if (identity) {
      this.#blindNext += 1;
      const unlocked = await this.#unlock(identity);
      if ('key' in unlocked) {
        this.#tried.push(say`publickey (${shortPath(identity.path, this.#input.home)})`);
        return { type: 'publickey', username, key: unlocked.key };
      }
      this.#unusable.push(unlocked.words);
      return this.#publicKey(username);
    }
    // Before a password is asked for: the key may be all that is needed.
    [this.#system] = systemOnly;
    return undefined;
  }

  #offering(offers: readonly Offer[]) {
    const { ssh2, config } = this.#input;
    return createOfferingAgent(ssh2, {
      offers,
      ...(config.agent === undefined ? {} : { socket: config.agent }),
      unlock: (identity) => this.#unlock(identity),
      onSystemOnly: (reason) => {
        this.#system = reason;
      },
      onUnusable: (words) => this.#unusable.push(words),
    });
  }

  async #unlock(identity: Identity): Promise<Unlocked> {
    const { keys, ssh2, asker } = this.#input;
    const parse = (data: Buffer, passphrase?: string) => {
      const parsed = ssh2.utils.parseKey(data, passphrase);
      return parsed instanceof Error ? parsed : ([parsed].flat()[0] ?? new Error('no key'));
    };
    const unlocked = await keys.unlock(identity, this.#who(), parse, asker);
    if ('key' in unlocked && identity.encrypted) {
      await handToAgent(identity, unlocked.key, this.#input);
    }
    return unlocked;
  }

  #who(): SafeText {
    const { user, alias } = this.#input.config;
    return say`${sanitise(user)}@${sanitise(alias)}`;
  }

  async #password(): Promise<string | undefined> {
    const refused = this.#tried.some((each) => each === 'password');
    this.#tried.push(say`password`);
    const answer = await this.#input.asker.sshSecret({
      prompt: say`Password of ${this.#who()}`,
      host: this.#who(),
      // A key that should have been enough and was not is why anything is asked.
      ...(this.#unusable.length > 0 ? { instruction: joinSafe(this.#unusable, ' · ') } : {}),
      refused,
      echo: false,
    });
    if (answer === undefined) this.#cancelled = true;
    return answer?.reveal();
  }

  #interactive(username: string): AnyAuthMethod {
    const refused = this.#tried.some((each) => each === 'keyboard-interactive');
    this.#tried.push(say`keyboard-interactive`);
    const prompt = (
      name: string,
      instructions: string,
      _language: string,
      prompts: Prompt[],
      finish: (answers: string[]) => void,
    ) => {
      void this.#answer([name, instructions], prompts, refused).then((answers) =>
        answers ? finish(answers) : this.#input.onGivenUp(),
      );
    };
    return { type: 'keyboard-interactive', username, prompt };
  }

  async #answer(
    words: readonly string[],
    prompts: readonly Prompt[],
    refused: boolean,
  ): Promise<string[] | undefined> {
    const instruction = joinSafe(
      words.filter((each) => each.trim() !== '').map((each) => sanitise(each.trim())),
      ' · ',
    );
    const answers: string[] = [];
    for (const { prompt, echo } of prompts) {
      const answer = await this.#input.asker.sshSecret({
        prompt: sanitise(prompt.trim().replace(/:$/, '') || 'Answer'),
        host: this.#who(),
        ...(instruction === '' ? {} : { instruction }),
        refused,
        echo: echo === true,
      });
      if (answer === undefined) {
        this.#cancelled = true;
        return undefined;
      }
      answers.push(answer.reveal());
    }
    return answers;
  }
}
