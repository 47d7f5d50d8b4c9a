'use strict';
// Chalk and Ink ignore NO_COLOR, so it is translated before either is loaded (https://no-color.org).
if (process.env.NO_COLOR && !process.env.FORCE_COLOR) process.env.FORCE_COLOR = '0';
const nodeModule = require('node:module');
if (typeof nodeModule.enableCompileCache === 'function') nodeModule.enableCompileCache();
try {
  require('../dist/main.cjs');
} catch (error) {
  const text = String(error?.message ?? error);
  if (error?.code === 'MODULE_NOT_FOUND' && /dist[\\/]main\.cjs/.test(text)) {
    process.stderr.write('homelab-tui is not built yet. In a checkout run: npm install\n');
  } else {
    process.stderr.write(`homelab-tui could not start: ${error?.stack ?? text}\n`);
  }
  process.exitCode = 1;
}
