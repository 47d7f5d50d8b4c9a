// A node:test reporter that prints failures only, and one last line of totals for scripts/test.mjs.
import path from 'node:path';
import { inspect } from 'node:util';

const indent = (text) => text.replace(/^(?=.)/gm, '    ');

function failure({ name, file, line, details }) {
  const error = details?.error;
  const cause = error?.cause ?? error;
  const where = file ? `${path.relative(process.cwd(), file)}${line ? `:${line}` : ''} ` : '';
  const text =
    cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause, { depth: 4 });
  return `  FAILED ${where}${name}\n${indent(text)}\n`;
}

export default async function* report(source) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite' && type === 'test:pass') continue;
    if (data.skip !== undefined && data.skip !== false) {
      totals.skipped += 1;
      const why = typeof data.skip === 'string' ? `: ${data.skip}` : '';
      yield `  skipped ${data.name}${why}\n`;
    } else if (type === 'test:pass') {
      totals.passed += 1;
    } else if (data.details?.error?.failureType !== 'subtestsFailed') {
      totals.failed += 1;
      yield failure(data);
    }
  }
  yield `@totals ${JSON.stringify(totals)}\n`;
}
