import type { FirewallRule } from './firewall.ts';
import { joinSafe, type SafeText, say } from './safe-text.ts';

/** `tcp 80,443`, `icmp echo-request`, `SSH`: what traffic a rule is about; undefined = all of it. */
export function serviceOf(rule: FirewallRule): SafeText | undefined {
  const parts = [
    ...(rule.macro ? [rule.macro] : []),
    ...(rule.proto ? [rule.proto] : []),
    ...(rule.icmpType ? [rule.icmpType] : []),
    ...(rule.dport ? [rule.dport] : []),
    ...(rule.sport ? [say`from ${rule.sport}`] : []),
  ];
  return parts.length === 0 ? undefined : joinSafe(parts, ' ');
}

/** `in ACCEPT SSH from +guest/admins at net0, off`: a whole rule in one line, without its place. */
export function ruleWords(rule: FirewallRule): SafeText {
  const service = serviceOf(rule);
  const parts = [
    say`${rule.type} ${rule.action}`,
    ...(service ? [service] : []),
    ...(rule.source ? [say`from ${rule.source}`] : []),
    ...(rule.dest ? [say`to ${rule.dest}`] : []),
    ...(rule.iface ? [say`at ${rule.iface}`] : []),
  ];
  const off = rule.enable ? say`` : say`, off`;
  const comment = rule.comment ? say` (${rule.comment})` : say``;
  return say`${joinSafe(parts, ' ')}${off}${comment}`;
}
