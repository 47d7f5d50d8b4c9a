import { moveAction } from './firewall-move.ts';

export const guestFirewallRuleUp = moveAction({
  id: 'guest.firewall-rule-up',
  key: 'K',
  title: 'Move rule up',
  summary: 'Moves one rule of the firewall before the one above it.',
  fields: [],
  to: (pos) => pos - 1,
});
