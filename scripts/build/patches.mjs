// What the build changes in packages. Each of these stops the build when the text it changes is gone.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './root.mjs';

/** The text with each change made wherever it applies; a change that no longer applies anywhere stops the build. */
function replaced(name, source, changes) {
  let text = source;
  for (const [from, to] of changes) {
    if (!text.includes(from)) {
      throw new Error(`${name} no longer contains ${from}: revise scripts/build/patches.mjs`);
    }
    text = text.replaceAll(from, () => to);
  }
  return text;
}

/**
 * Yoga's loader fetches its WebAssembly from a data: URL, which loads Node's whole HTTP client (14 to 19 ms, 5 to 14 MB).
 * With `fetch` taken as missing it decodes the same bytes itself.
 */
export function yogaWithoutFetch(seen) {
  const text = '"function"!=typeof fetch';
  return {
    name: 'yoga-without-fetch',
    setup(build) {
      build.onLoad({ filter: /[\\/]yoga-wasm-base64-esm\.js$/ }, async ({ path: file }) => {
        const source = await readFile(file, 'utf8');
        seen.yoga = true;
        return { contents: replaced('yoga-layout', source, [[text, 'true']]), loader: 'js' };
      });
    },
  };
}

/**
 * Ink measures and splits every line anew for each frame, because it makes its text caches anew; most of a frame's time goes
 * there (18 to 36 ms a key with 5,000 guests on Node 20, 7 to 10 with the caches kept). They are pure, so they are shared,
 * and dropped when they grow.
 */
export function inkKeepsTextCaches(seen) {
  const changes = [
    ['caches = new OutputCaches();', 'caches = sharedCaches();'],
    // A text of one line is taken apart once, not put together and taken apart again.
    [
      'let lines = characterLines.map(line => styledCharsToString(line));',
      'let lines = characterLines.length === 1 ? [text] : characterLines.map(line => styledCharsToString(line));',
    ],
  ];
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
        seen.ink = true;
        return { contents: `${replaced('ink', source, changes)}\n${shared}\n`, loader: 'js' };
      });
    },
  };
}

/**
 * Ink writes the lines that changed, and trusts that the terminal still shows the others. A terminal that became smaller has
 * let go of some, whatever size it has afterwards, so on the alternate screen every new size draws the whole frame; while
 * another program has the terminal nothing is written.
 */
export function wholeFrameAfterResize(seen) {
  const changes = [
    [
      'if (currentWidth < this.lastTerminalWidth ||',
      [
        "if (this.alternateScreen && !this.isSuspended) this.options.stdout.write('\\u001b[2J\\u001b[H');",
        'if (!this.isSuspended && (this.alternateScreen || currentWidth < this.lastTerminalWidth ||',
      ].join('\n'),
    ],
    [
      'this.log.getCursorPosition() !== undefined)) {',
      'this.log.getCursorPosition() !== undefined))) {',
    ],
  ];
  return {
    name: 'whole-frame-after-resize',
    setup(build) {
      build.onLoad({ filter: /[\\/]ink[\\/]build[\\/]ink\.js$/ }, async ({ path: file }) => {
        const source = await readFile(file, 'utf8');
        seen.resize = true;
        return { contents: replaced('ink', source, changes), loader: 'js' };
      });
    },
  };
}

/**
 * Ink asks for the width of every line in every frame, and measuring one with a glyph in it is slow (5 ms of a frame of 40
 * rows). A width never changes, so this stands in for the package of that name and remembers.
 */
export function rememberedWidths(seen) {
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

/** Every text of every frame is searched for what must not reach the terminal. The answer is the same each time. */
export function rememberedSanitising(seen) {
  const changes = [
    [
      'export default sanitizeAnsi;',
      [
        'const known = new Map();',
        'export default function rememberedSanitizeAnsi(text) {',
        '  let clean = known.get(text);',
        '  if (clean === undefined) {',
        '    clean = sanitizeAnsi(text);',
        '    if (known.size >= 2000) known.clear();',
        '    if (text.length <= 4000) known.set(text, clean);',
        '  }',
        '  return clean;',
        '}',
      ].join('\n'),
    ],
  ];
  return {
    name: 'remembered-sanitising',
    setup(build) {
      build.onLoad(
        { filter: /[\\/]ink[\\/]build[\\/]sanitize-ansi\.js$/ },
        async ({ path: file }) => {
          const source = await readFile(file, 'utf8');
          seen.sanitising = true;
          return { contents: replaced('ink', source, changes), loader: 'js' };
        },
      );
    },
  };
}

/**
 * string-width makes a segmenter and the set of all emoji when it is loaded, together 30 ms on Node 20, and most runs never
 * measure a text that needs them. They are made when the first one does.
 */
export function lateTables(seen) {
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
        const contents = replaced('string-width', await readFile(file, 'utf8'), changes);
        seen.tables = true;
        return { contents, loader: 'js', resolveDir: path.dirname(file) };
      });
    },
  };
}

/** proxmox-api is GPL-3.0 and is used for its types only, which leave no trace in the output. */
export const noGplTransport = {
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
export const noDevtools = {
  name: 'no-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, () => ({
      path: 'react-devtools-core',
      namespace: 'stub',
    }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: 'export default {};' }));
  },
};
