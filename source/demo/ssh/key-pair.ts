type Utils = typeof import('ssh2')['utils'];
type Options = { readonly comment?: string; readonly passphrase?: string };

/**
 * A new ed25519 key pair in OpenSSH's format. About one in 200 that ssh2 makes it cannot read itself (a number that starts
 * with a zero byte loses it), so each is read once and made anew until it can be.
 */
export function newKeyPair(
  utils: Pick<Utils, 'generateKeyPairSync' | 'parseKey'>,
  { comment, passphrase }: Options = {},
): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519', {
      ...(comment === undefined ? {} : { comment }),
      ...(passphrase === undefined ? {} : { passphrase, cipher: 'aes256-ctr', rounds: 1 }),
    });
    const readable = [utils.parseKey(pair.private, passphrase), utils.parseKey(pair.public)].every(
      (key) => !(key instanceof Error),
    );
    if (readable) return pair;
  }
}
