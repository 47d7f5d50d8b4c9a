import { ruleAt } from './firewall-common.ts';
import { moveAction } from './firewall-move.ts';

export const guestFirewallMoveRule = moveAction({
  id: 'guest.firewall-move-rule',
  key: 'm',
  title: 'Move rule',
  summary: 'Moves one rule of the firewall to another place.',
  fields: [
    {
      name: 'to',
      label: 'To place',
      help: 'From 0, which is asked first.',
      kind: 'integer',
      required: true,
      follows: 'pos',
      initial: (_guest, facts, values) => ruleAt(values, facts)?.pos,
      problem: (value, _guest, { firewall }) => {
        const count = firewall?.rules.rules.length;
        if (Number(value) < 0) return 'from 0 on';
        return count !== undefined && Number(value) >= count ? `at most ${count - 1}` : undefined;
      },
    },
  ],
  to: (pos, values) => (typeof values.to === 'number' ? values.to : pos),
});
