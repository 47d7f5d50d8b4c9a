import { createCipheriv } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';

/**
 * The answer to a VNC challenge: DES in ECB mode, the key being the first 8 bytes of the password, each with its bits
 * mirrored. OpenSSL 3 has no single DES without its legacy provider; triple DES with the same key three times is the same.
 */
export function answerChallenge(password: Secret, challenge: Uint8Array): Uint8Array {
  const key = Buffer.alloc(8);
  Buffer.from(password.reveal(), 'latin1').copy(key, 0, 0, 8);
  for (let at = 0; at < 8; at += 1) key[at] = mirror(key[at] ?? 0);
  return encryptDes(key, challenge);
}

/** Whole blocks of 8 bytes, no padding. */
export function encryptDes(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

function mirror(byte: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit += 1) if (byte & (1 << bit)) mirrored |= 0x80 >> bit;
  return mirrored;
}
