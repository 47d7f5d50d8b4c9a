import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './root.mjs';

/** The npm packages that ended up in the output, with where they lie. */
export function bundledPackages(metafiles) {
  const found = new Map();
  for (const output of metafiles.flatMap(({ outputs }) => Object.values(outputs))) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file);
      if (match && bytesInOutput > 0) found.set(match[1], match[2]);
    }
  }
  return [...found].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export async function licenceTexts(packages) {
  const texts = [];
  for (const [folder, name] of packages) {
    const base = path.resolve(root, folder);
    const manifest = JSON.parse(await readFile(path.join(base, 'package.json'), 'utf8'));
    const { version } = manifest;
    // Older packages list objects where newer ones have one string.
    const license =
      manifest.license?.type ??
      manifest.license ??
      manifest.licenses?.map((each) => each.type).join(' and ');
    if (typeof license !== 'string' || /GPL/i.test(license)) {
      throw new Error(`${name} ${version} has the licence ${license}: it must not be bundled`);
    }
    const names = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'license', 'license.md'];
    const file = names.map((each) => path.join(base, each)).find((each) => existsSync(each));
    const text = file === undefined ? '' : `\n${(await readFile(file, 'utf8')).trim()}\n`;
    texts.push(`${name} ${version} (${license})\n${text}`);
  }
  return `Packages inside this bundle, with their licences.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
