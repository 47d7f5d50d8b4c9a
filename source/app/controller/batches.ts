/** Lets a person stop what runs over many targets without losing sight of what runs already. */
export interface Batches {
  /** A batch begins; `halt` is aborted when nothing new may be started in it. */
  begin(): { readonly halt: AbortSignal; readonly end: () => void };
  /** Nothing new is started in any batch. Answers how many batches were told. */
  halt(): number;
}

export function createBatches(): Batches {
  const running = new Set<AbortController>();
  return {
    begin() {
      const controller = new AbortController();
      running.add(controller);
      return { halt: controller.signal, end: () => void running.delete(controller) };
    },
    halt() {
      const told = [...running].filter(({ signal }) => !signal.aborted);
      for (const controller of told) controller.abort();
      return told.length;
    },
  };
}
