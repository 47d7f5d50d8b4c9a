'use strict';
// Chalk and Ink ignore NO_COLOR, so it is translated before either is loaded (https://no-color.org).
if (process.env.NO_COLOR && !process.env.FORCE_COLOR) process.env.FORCE_COLOR = '0';
const nodeModule = require('node:module');
if (typeof nodeModule.enableCompileCache === 'function') nodeModule.enableCompileCache();
import('../dist/main.js').catch((error) => {
  if (
    error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    /dist[\\/]main\.js/.test(String(error.message))
  ) {
    process.stderr.write('homelab-tui is not built yet. In a checkout run: npm install\n');
  } else {
    process.stderr.write(`homelab-tui could not start: ${error?.stack ? error.stack : error}\n`);
  }
  process.exitCode = 1;
});
