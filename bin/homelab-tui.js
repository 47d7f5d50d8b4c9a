#!/usr/bin/env node
// Old syntax on purpose: this file must parse on any Node, so that a Node that is too old is told
// what to do instead of failing with a syntax error somewhere inside the bundle.
'use strict';
var needed = [20, 19];
var found = process.versions.node.split('.');
var major = Number(found[0]);
var minor = Number(found[1]);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    'homelab-tui needs Node ' +
      needed.join('.') +
      ' or newer; this is Node ' +
      process.versions.node +
      '.\n' +
      'On Debian 13: apt install nodejs. Elsewhere: install the current LTS from your package manager, nvm or fnm.\n',
  );
  process.exit(1);
}
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(require('../package.json').version + '\n');
} else {
  require('./start.cjs');
}
