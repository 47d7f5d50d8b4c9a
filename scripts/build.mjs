// Bundles the command into dist/: one entry, and a lazy chunk for everything that is reached by import() only.
// node scripts/build.mjs [--entry source/cli/main.ts] [--outdir dist]
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

// CommonJS packages inside the bundle ask for these; Promise.withResolvers is missing on Node 20 and Ink calls it.
const banner = [
  "import{createRequire as homelabCreateRequire}from'node:module';",
  "import{fileURLToPath as homelabFileURLToPath}from'node:url';",
  'const require=homelabCreateRequire(import.meta.url);',
  'const __filename=homelabFileURLToPath(import.meta.url);',
  "const __dirname=homelabFileURLToPath(new URL('.',import.meta.url));",
  'Promise.withResolvers??=function(){let resolve,reject;',
  'const promise=new this((a,b)=>{resolve=a;reject=b});return{promise,resolve,reject}};',
].join('');

/**
 * Yoga's loader fetches its WebAssembly from a data: URL, which loads Node's whole HTTP client (14 to 19 ms, 5 to 14 MB).
 * With `fetch` taken as missing it decodes the same bytes itself.
 */
function yogaWithoutFetch(seen) {
  const text = '"function"!=typeof fetch';
  return {
    name: 'yoga-without-fetch',
    setup(build) {
      build.onLoad({ filter: /[\\/]yoga-wasm-base64-esm\.js$/ }, async ({ path: file }) => {
        const source = await readFile(file, 'utf8');
        if (!source.includes(text)) {
          throw new Error(`yoga-layout no longer contains ${text}: revise scripts/build.mjs`);
        }
        seen.yoga = true;
        return { contents: source.replaceAll(text, 'true'), loader: 'js' };
      });
    },
  };
}

/**
 * Ink measures and splits every line anew for each frame, because it makes its text caches anew; most of a frame's time goes
 * there (18 to 36 ms a key with 5,000 guests on Node 20, 7 to 10 with the caches kept). They are pure, so they are shared,
 * and dropped when they grow.
 */
function inkKeepsTextCaches(seen) {
  const text = 'caches = new OutputCaches();';
  const shared = [
    'let keptCaches;',
    'function sharedCaches() {',
    '  if (!keptCaches || keptCaches.styledChars.size > 2000 || keptCaches.widths.size > 20000) {',
    '    keptCaches = new OutputCaches();',
    '  }',
    '  return keptCaches;',
    '}',
  ].join('\n');
  return {
    name: 'ink-keeps-text-caches',
    setup(build) {
      build.onLoad({ filter: /[\\/]ink[\\/]build[\\/]output\.js$/ }, async ({ path: file }) => {
        const source = await readFile(file, 'utf8');
        if (!source.includes(text)) {
          throw new Error(`ink no longer contains ${text}: revise scripts/build.mjs`);
        }
        seen.ink = true;
        const contents = `${source.replace(text, 'caches = sharedCaches();')}\n${shared}\n`;
        return { contents, loader: 'js' };
      });
    },
  };
}

/**
 * Ink asks for the width of every line in every frame, and measuring one with a glyph in it is slow (5 ms of a frame of 40
 * rows). A width never changes, so this stands in for the package of that name and remembers.
 */
function rememberedWidths(seen) {
  const contents = `
import stringWidth from 'string-width';
const known = new Map();
export default function widestLine(text) {
  let width = known.get(text);
  if (width !== undefined) return width;
  width = 0;
  for (const line of text.split('\\n')) width = Math.max(width, stringWidth(line));
  if (known.size >= 4000) known.clear();
  if (text.length <= 4000) known.set(text, width);
  return width;
}
`;
  return {
    name: 'remembered-widths',
    setup(build) {
      build.onLoad({ filter: /[\\/]widest-line[\\/]index\.js$/ }, ({ path: file }) => {
        seen.widths = true;
        return { contents, loader: 'js', resolveDir: path.dirname(file) };
      });
    },
  };
}

/**
 * string-width makes a segmenter and the set of all emoji when it is loaded, together 30 ms on Node 20, and most runs never
 * measure a text that needs them. They are made when the first one does.
 */
function lateTables(seen) {
  const changes = [
    [
      'const segmenter = new Intl.Segmenter();',
      'let cut; const segmenter = { segment: text => (cut ??= new Intl.Segmenter()).segment(text) };',
    ],
    [
      'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
      "let all; const rgiEmojiRegex = { test: text => (all ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) };",
    ],
  ];
  return {
    name: 'late-tables',
    setup(build) {
      build.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, async ({ path: file }) => {
        let contents = await readFile(file, 'utf8');
        for (const [text, late] of changes) {
          if (!contents.includes(text)) {
            throw new Error(`string-width no longer contains ${text}: revise scripts/build.mjs`);
          }
          contents = contents.replace(text, () => late);
        }
        seen.tables = true;
        return { contents, loader: 'js', resolveDir: path.dirname(file) };
      });
    },
  };
}

/** proxmox-api is GPL-3.0 and is used for its types only, which leave no trace in the output. */
const noGplTransport = {
  name: 'types-only',
  setup(build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/]proxmox-api[\\/]/ }, ({ path: file }) => ({
      errors: [
        { text: `${path.relative(root, file)} is GPL-3.0: import its types with "import type"` },
      ],
    }));
  },
};

/** Ink names it in a branch that only runs with DEV=true; as an external package it would stop the start. */
const noDevtools = {
  name: 'no-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, () => ({
      path: 'react-devtools-core',
      namespace: 'stub',
    }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {};' }));
  },
};

/** The npm packages that ended up in the output, with where they lie. */
function bundledPackages(metafile) {
  const found = new Map();
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file);
      if (match && bytesInOutput > 0) found.set(match[1], match[2]);
    }
  }
  return [...found].sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0));
}

async function licenceTexts(packages) {
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

/** Bytes loaded before the first line of main runs, and bytes that wait for an import(). */
function weigh(metafile, entry) {
  const eager = new Set();
  const visit = (file) => {
    if (eager.has(file)) return;
    eager.add(file);
    for (const each of metafile.outputs[file]?.imports ?? []) {
      if (each.kind === 'import-statement' && !each.external) visit(each.path);
    }
  };
  visit(entry);
  const sizes = { eager: 0, lazy: 0, lazyChunks: 0 };
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    if (eager.has(file)) sizes.eager += bytes;
    else {
      sizes.lazy += bytes;
      sizes.lazyChunks += 1;
    }
  }
  return sizes;
}

/** Builds `entry` as `outdir`/main.js; the folder holds nothing else afterwards, and is untouched when the build fails. */
export async function buildBundle({ entry, outdir }) {
  const seen = { yoga: false, ink: false, widths: false, tables: false };
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    chunkNames: 'chunks/[name]-[hash]',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    loader: { '.node': 'empty' },
    external: ['cpu-features', 'bufferutil', 'utf-8-validate'],
    banner: { js: banner },
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [
      yogaWithoutFetch(seen),
      inkKeepsTextCaches(seen),
      rememberedWidths(seen),
      lateTables(seen),
      noGplTransport,
      noDevtools,
    ],
  });
  const packages = bundledPackages(result.metafile);
  if (packages.some(([, name]) => name === 'ink') && !(seen.ink && seen.widths && seen.tables)) {
    throw new Error('ink has changed how it measures and caches text: revise scripts/build.mjs');
  }
  if (packages.some(([, name]) => name === 'yoga-layout') && !seen.yoga) {
    throw new Error(
      'yoga-layout is bundled but its loader was not found: revise scripts/build.mjs',
    );
  }
  const licences = await licenceTexts(packages);
  await rm(path.resolve(root, outdir), { recursive: true, force: true });
  for (const file of result.outputFiles) {
    await mkdir(path.dirname(file.path), { recursive: true });
    await writeFile(file.path, file.contents);
  }
  await writeFile(path.resolve(root, outdir, 'licenses.txt'), licences);
  const main = path
    .relative(root, path.resolve(root, outdir, 'main.js'))
    .split(path.sep)
    .join('/');
  return { ...weigh(result.metafile, main), main: result.metafile.outputs[main]?.bytes ?? 0 };
}

const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      entry: { type: 'string', default: 'source/cli/main.ts' },
      outdir: { type: 'string', default: 'dist' },
    },
  });
  if (!existsSync(path.resolve(root, values.entry))) {
    process.stderr.write(`Nothing to build: ${values.entry} is missing.\n`);
    process.exit(1);
  }
  try {
    const sizes = await buildBundle(values);
    process.stdout.write(
      `${values.outdir}/main.js ${kib(sizes.main)}; loaded at start ${kib(sizes.eager)}; ` +
        `${sizes.lazyChunks} lazy chunks ${kib(sizes.lazy)}\n`,
    );
  } catch (error) {
    // esbuild has printed its own errors already.
    if (!Array.isArray(error?.errors)) process.stderr.write(`${error?.message ?? error}\n`);
    process.exitCode = 1;
  }
}
