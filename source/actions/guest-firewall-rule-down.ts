import { moveAction } from './firewall-move.ts';

export const guestFirewallRuleDown = moveAction({
  id: 'guest.firewall-rule-down',
  key: 'J',
  title: 'Move rule down',
  summary: 'Moves one rule of the firewall behind the one below it.',
  fields: [],
  to: (pos) => pos + 1,
});
