import type { Guest } from '../domain/guest.ts';
import { parseTags, tagsProblem } from '../domain/guest-values.ts';
import { sanitise, say } from '../domain/safe-text.ts';
import { configChange } from './config-change.ts';
import { currentValue, planOf } from './config-plan.ts';
import { editable, editBase } from './config-write.ts';
import { guestLabel, vmPrivilege } from './guest-common.ts';
import { picksOf } from './picks.ts';
import { type Choice, defineAction, type Facts, type FieldValues } from './types.ts';

/** Registered tags, and those that guests of the site have, in the colours of the cluster. */
function choices(_guest: Guest, facts: Facts): readonly Choice[] {
  const { registeredTags = [], tagColours = {} } = facts.choices?.options ?? {};
  const used = (facts.site.resources.data?.guests ?? []).flatMap(({ tags }) => tags ?? []);
  const all = [...new Set([...registeredTags, ...used])].sort();
  return all.map((tag) => {
    const colours = tagColours[tag];
    return { value: tag, label: tag, ...(colours ? { colours } : {}) };
  });
}

const current = (facts: Facts) => parseTags(currentValue(facts, 'tags') ?? '');

function plan(values: FieldValues, facts: Facts) {
  if (!('tags' in values)) return planOf(facts, {});
  const wanted = picksOf(values.tags);
  const now = current(facts);
  const same = wanted.length === now.length && wanted.every((tag) => now.includes(tag));
  return planOf(facts, { tags: same ? currentValue(facts, 'tags') : wanted.join(';') });
}

export const guestTags = defineAction<'guest'>({
  ...editBase,
  id: 'guest.tags',
  key: 'T',
  menu: undefined,
  title: 'Tags',
  summary: 'Sets the tags of the guest.',
  needs: ['config', 'choices'],
  fields: [
    {
      name: 'tags',
      label: 'Tags',
      help: 'Space picks; typing searches, and a tag that is not there yet is made.',
      kind: 'many',
      free: true,
      choices,
      initial: (_guest, facts) => current(facts).join(';'),
      problem: (value) => tagsProblem(String(value)),
    },
  ],
  privileges: vmPrivilege('VM.Config.Options'),
  available: editable,
  ...configChange({
    level: 1,
    question: (guest) => say`Set the tags of ${guestLabel(guest)}?`,
    plan: (_guest, values, facts) => plan(values, facts),
    lines: (_guest, values, facts) =>
      current(facts).includes('critical') && !picksOf(values.tags).includes('critical')
        ? [say`Without the tag critical, stop and reset ask less.`]
        : [],
    done: (guest, values) =>
      say`Tags of ${guestLabel(guest)}: ${sanitise(picksOf(values.tags).join(', ') || 'none')}`,
  }),
});
