import type { Column } from '../../components/table/columns.ts';
import { NOT_APPLICABLE } from '../../domain/format.ts';
import type { NodeService } from '../../domain/node.ts';
import { say } from '../../domain/safe-text.ts';
import type { StateWords } from '../state-words.ts';

/** Absent and masked units do not run by intention: no fault. */
export function serviceState(service: NodeService): StateWords {
  const unit = service.unitState;
  if (unit === 'not-found') return { glyph: say`–`, word: say`not installed`, tone: 'dim' };
  if (unit === 'masked') return { glyph: say`–`, word: say`masked`, tone: 'dim' };
  const word = service.state;
  if (word === 'running') return { glyph: say`●`, word, tone: 'good' };
  if (word === 'failed' || service.activeState === 'failed') {
    return { glyph: say`✗`, word: say`failed`, tone: 'bad' };
  }
  if (word === 'exited') return { glyph: say`✓`, word, tone: 'dim' };
  return { glyph: say`○`, word, tone: 'dim' };
}

export const serviceColumns: readonly Column<NodeService>[] = [
  {
    id: 'service',
    title: say`Service`,
    min: 18,
    max: 34,
    grow: 1,
    priority: 0,
    cell: ({ name }) => ({ text: name }),
    sortValue: ({ name }) => name,
  },
  {
    id: 'state',
    title: say`State`,
    min: 15,
    priority: 0,
    cell: (service) => {
      const { glyph, word, tone } = serviceState(service);
      return { text: say`${glyph} ${word}`, tone };
    },
    sortValue: (service) => serviceState(service).word,
  },
  {
    id: 'unit',
    title: say`At boot`,
    min: 10,
    max: 16,
    priority: 2,
    cell: ({ unitState }) =>
      unitState === undefined
        ? { text: NOT_APPLICABLE, tone: 'dim' }
        : { text: unitState, tone: 'dim' },
    sortValue: ({ unitState }) => unitState,
  },
  {
    id: 'description',
    title: say`Description`,
    min: 16,
    max: 80,
    grow: 2,
    priority: 1,
    cell: ({ description }) => ({ text: description }),
    sortValue: ({ description }) => description,
  },
];
