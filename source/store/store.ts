import { createStore, type StoreApi } from 'zustand/vanilla';
import { type DataState, emptyState } from './state.ts';

export type Store = StoreApi<DataState>;

/** The one store. Several updates of one tick reach the screen as one (React batches the notifications). */
export function createDataStore(initial: Partial<DataState> = {}): Store {
  return createStore<DataState>(() => ({ ...emptyState, ...initial }));
}
