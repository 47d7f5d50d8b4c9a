// Bundles the command into dist/: main.cjs, which goes as far as the first frame, and ES modules in chunks/ for everything
// that is reached by import() only.
// node scripts/build.mjs [--entry source/cli/main.ts] [--outdir dist]
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { bundledPackages, licenceTexts } from './build/licences.mjs';
import {
  inkKeepsTextCaches,
  lateTables,
  noDevtools,
  noGplTransport,
  rememberedSanitising,
  rememberedWidths,
  wholeFrameAfterResize,
  yogaWithoutFetch,
} from './build/patches.mjs';
import { root } from './build/root.mjs';

/** Reached by import() in the sources, and yet part of main.cjs: what stands between a start and its first frame. */
const beforeFirstFrame = ['source/cli/start.ts', 'source/app/first-frame.ts'];

const withResolvers = [
  // Missing on Node 20, and Ink calls it.
  'Promise.withResolvers??=function(){let resolve,reject;',
  'const promise=new this((a,b)=>{resolve=a;reject=b});return{promise,resolve,reject}};',
].join('');

const banners = {
  cjs: `${withResolvers}const homelabUrl=require('node:url').pathToFileURL(__filename).href;`,
  // CommonJS packages inside the chunks ask for these.
  esm: [
    "import{createRequire as homelabCreateRequire}from'node:module';",
    "import{fileURLToPath as homelabFileURLToPath}from'node:url';",
    'const require=homelabCreateRequire(import.meta.url);',
    'const __filename=homelabFileURLToPath(import.meta.url);',
    "const __dirname=homelabFileURLToPath(new URL('.',import.meta.url));",
  ].join(''),
};

function settings(outdir, seen) {
  return {
    absWorkingDir: root,
    outdir,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    loader: { '.node': 'empty' },
    external: ['cpu-features', 'bufferutil', 'utf-8-validate'],
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [
      yogaWithoutFetch(seen),
      inkKeepsTextCaches(seen),
      rememberedSanitising(seen),
      rememberedWidths(seen),
      wholeFrameAfterResize(seen),
      lateTables(seen),
      noGplTransport,
      noDevtools,
    ],
  };
}

/** Every module that some other one reaches by import(), as an ES module beside what several of them share. */
function buildChunks(entry, outdir, seen) {
  return esbuild.build({
    ...settings(outdir, seen),
    entryPoints: { main: entry },
    splitting: true,
    format: 'esm',
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: banners.esm },
  });
}

/** import() of a module gives its chunk, but for the modules that main.cjs contains itself. */
function importsOfChunks(metafile, outdir) {
  const chunks = new Map();
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint !== undefined) chunks.set(path.resolve(root, entryPoint), file);
  }
  const inside = beforeFirstFrame.map((file) => path.resolve(root, file));
  return {
    name: 'imports-of-chunks',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ kind, path: wanted, resolveDir }) => {
        const file = path.resolve(resolveDir, wanted);
        if (kind !== 'dynamic-import' || inside.includes(file)) return undefined;
        const chunk = chunks.get(file);
        if (chunk === undefined) return { errors: [{ text: `${wanted} has no chunk` }] };
        const own = path.relative(path.resolve(root, outdir), path.resolve(root, chunk));
        return { path: `./${own.split(path.sep).join('/')}`, external: true };
      });
    },
  };
}

/**
 * The command itself as one CommonJS file. Node 20 takes about 1 ms for every ES module and as long again to start their
 * loader; between the start and the first frame there are 30 of them, and so 25 ms are saved of 85.
 */
function buildMain(entry, outdir, chunks, seen) {
  const shared = settings(outdir, seen);
  return esbuild.build({
    ...shared,
    entryPoints: { main: entry },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { ...shared.define, 'import.meta.url': 'homelabUrl' },
    banner: { js: banners.cjs },
    plugins: [...shared.plugins, importsOfChunks(chunks.metafile, outdir)],
  });
}

/** The chunks that main.cjs reaches, and all that those reach. */
function reachable(main, chunks, outdir) {
  const wanted = new Set();
  const visit = (file) => {
    if (wanted.has(file)) return;
    wanted.add(file);
    for (const each of chunks.metafile.outputs[file]?.imports ?? []) {
      if (!each.external) visit(each.path);
    }
  };
  for (const { imports } of Object.values(main.metafile.outputs)) {
    for (const each of imports) {
      if (each.path.startsWith('./')) visit(path.posix.join(outdir, each.path));
    }
  }
  return wanted;
}

function refuseUnpatched(packages, seen) {
  const has = (wanted) => packages.some(([, name]) => name === wanted);
  if (has('ink') && !(seen.ink && seen.sanitising && seen.widths && seen.tables && seen.resize)) {
    throw new Error('ink has changed how it measures, caches or resizes: revise scripts/build/');
  }
  if (has('yoga-layout') && !seen.yoga) {
    throw new Error('yoga-layout is bundled but its loader was not found: revise scripts/build/');
  }
}

/** Builds `entry` as `outdir`/main.cjs; the folder holds nothing else afterwards, and is untouched when the build fails. */
export async function buildBundle({ entry, outdir }) {
  const folder = path.relative(root, path.resolve(root, outdir)).split(path.sep).join('/');
  const seen = {};
  const chunks = await buildChunks(entry, folder, seen);
  const main = await buildMain(entry, folder, chunks, seen);
  const wanted = reachable(main, chunks, folder);
  const packages = bundledPackages([chunks.metafile, main.metafile]);
  refuseUnpatched(packages, seen);
  const licences = await licenceTexts(packages);
  await rm(path.resolve(root, outdir), { recursive: true, force: true });
  const isWanted = ({ path: file }) =>
    wanted.has(path.relative(root, file).split(path.sep).join('/'));
  const files = [...main.outputFiles, ...chunks.outputFiles.filter(isWanted)];
  for (const file of files) {
    await mkdir(path.dirname(file.path), { recursive: true });
    await writeFile(file.path, file.contents);
  }
  await writeFile(path.resolve(root, outdir, 'licenses.txt'), licences);
  const bytes = (list) => list.reduce((sum, { contents }) => sum + contents.length, 0);
  const lazy = files.slice(main.outputFiles.length);
  return { main: bytes(main.outputFiles), lazy: bytes(lazy), chunks: lazy.length };
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
    const { main, lazy, chunks } = await buildBundle(values);
    process.stdout.write(
      `${values.outdir}/main.cjs ${kib(main)}; ${chunks} chunks, loaded when needed, ${kib(lazy)}\n`,
    );
  } catch (error) {
    // esbuild has printed its own errors already.
    if (!Array.isArray(error?.errors)) process.stderr.write(`${error?.message ?? error}\n`);
    process.exitCode = 1;
  }
}
