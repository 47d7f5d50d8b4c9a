import { open } from 'node:fs/promises';
import { fail, ok, type Result } from '../domain/result.ts';
import { type SafeText, sanitise, say } from '../domain/safe-text.ts';
import { fileErrorWords } from './private-file.ts';

const SIZE_LIMIT = 1_048_576;

/** Reads a file of certificates in PEM form, as `tls: {ca: PATH}` names it. */
export async function readCa(path: string): Promise<Result<string>> {
  const where = sanitise(path);
  const refuse = (what: SafeText): Result<string> =>
    fail({ kind: 'config', what, where, next: say`correct tls: {ca: …} in homelab.yaml` });
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > SIZE_LIMIT) {
        return refuse(say`the CA file is not a regular file of at most 1 MiB`);
      }
      const text = await file.readFile('utf8');
      if (text.includes('PRIVATE KEY-----')) return refuse(say`the CA file holds a private key`);
      return text.includes('-----BEGIN CERTIFICATE-----')
        ? ok(text)
        : refuse(say`the CA file holds no certificate in PEM form`);
    } finally {
      await file.close();
    }
  } catch (error) {
    return refuse(say`the CA file cannot be read: ${sanitise(fileErrorWords(error))}`);
  }
}
