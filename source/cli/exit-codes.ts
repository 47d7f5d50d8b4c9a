/**
 * Exit codes, a stable interface. `status` uses them as Nagios does; an action means: done, done with warnings, failed,
 * not known whether it happened.
 */
export const exitCodes = {
  ok: 0,
  warning: 1,
  critical: 2,
  failed: 2,
  unknown: 3,
  usage: 64,
} as const;

/** For help pages. */
export const exitCodeWords: readonly string[] = [
  '0   ok',
  '1   warning; an action ended with warnings',
  '2   critical; an action failed, was refused, or could not be sent',
  '3   unknown: a site did not answer; it is not known how an action ended, so look before repeating it',
  '64  the command line, a value or the configuration is wrong; nothing was done',
];
