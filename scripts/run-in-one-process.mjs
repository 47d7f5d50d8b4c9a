// Imports every test file named in its arguments: one process for a whole suite is ten times faster than one for each file.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) await import(pathToFileURL(path.resolve(file)).href);
