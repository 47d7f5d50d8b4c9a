import type { ScheduledEvent, VirtualClock } from './clock.ts';
import { type AuthId, formatUpid } from './upid.ts';

/** Thrown by a task's script: the task ends with this text as its error. */
export class TaskFailure extends Error {}

/** Refused before a task starts, with the parameter that is wrong; inside a task it is an error like others. */
export class ParameterFailure extends TaskFailure {
  readonly parameter: string;

  constructor(parameter: string, message: string) {
    super(message);
    this.parameter = parameter;
  }
}

/** A task's work: yields the seconds it takes until the next step. What it holds it lets go in `finally`. */
export type TaskScript = Generator<number, void, void>;

export interface TaskControl {
  readonly upid: string;
  log(line: string): void;
  /** A line that makes the task end as `WARNINGS: n`. */
  warn(line: string): void;
}

export interface TaskRecord {
  readonly upid: string;
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  readonly user: string;
  readonly tokenid?: string;
  endtime?: number;
  /** `OK`, `WARNINGS: n`, an error text, `unexpected status`; undefined while it runs. */
  status?: string;
  readonly log: string[];
}

interface Running {
  readonly task: TaskRecord;
  readonly script: TaskScript;
  warnings: number;
  event?: ScheduledEvent;
}

export interface TaskStart {
  readonly node: string;
  readonly type: string;
  readonly id: string;
  readonly auth: AuthId;
}

/** What a product's task server calls things; PVE's own words when absent. */
export interface TaskWords {
  upid(parts: Parameters<typeof formatUpid>[0]): string;
  /** A log line as it is kept: PBS puts the time before it. */
  line(text: string): string;
  /** The line that says so, and the status, when somebody stops a task. */
  readonly stopped: { readonly line?: string; readonly status: string };
}

const pveWords: TaskWords = {
  upid: formatUpid,
  line: (text) => text,
  stopped: { status: 'received interrupt' },
};

interface TaskSurroundings {
  readonly clock: VirtualClock;
  readonly words?: TaskWords;
  /** Next process id of a node, and when the node booted (seconds). */
  worker(node: string): { pid: number; bootedAt: number };
  started(task: TaskRecord): void;
  ended(task: TaskRecord): void;
}

const keptPerNode = 1000;

/** Every task of the cluster, running and finished, newest last. */
export class TaskBook {
  readonly #around: TaskSurroundings;
  readonly #words: TaskWords;
  readonly #running = new Map<string, Running>();
  readonly #tasks = new Map<string, TaskRecord>();
  readonly #byNode = new Map<string, TaskRecord[]>();

  constructor(around: TaskSurroundings) {
    this.#around = around;
    this.#words = around.words ?? pveWords;
  }

  /** Starts a worker at once and returns its UPID; the first step runs before this returns. */
  start(start: TaskStart, script: (task: TaskControl) => TaskScript): string {
    const { clock } = this.#around;
    const { pid, bootedAt } = this.#around.worker(start.node);
    const starttime = clock.seconds;
    const pstart = Math.max(0, Math.floor(clock.now / 10) - bootedAt * 100) % 0x1_0000_0000;
    const upid = this.#words.upid({ ...start, pid, pstart, starttime });
    const { auth, ...rest } = start;
    const task: TaskRecord = {
      upid,
      pid,
      pstart,
      starttime,
      ...rest,
      user: auth.user,
      ...(auth.token === undefined ? {} : { tokenid: auth.token }),
      log: [],
    };
    this.add(task);
    const control: TaskControl = {
      upid,
      log: (line) => task.log.push(...line.split('\n').map(this.#words.line)),
      warn: (line) => {
        running.warnings += 1;
        task.log.push(this.#words.line(`WARN: ${line}`));
      },
    };
    const running: Running = { task, script: script(control), warnings: 0 };
    this.#running.set(upid, running);
    this.#around.started(task);
    this.#step(running);
    return upid;
  }

  /** Puts a task on the list without running anything: history. */
  add(task: TaskRecord): void {
    this.#tasks.set(task.upid, task);
    const list = this.#byNode.get(task.node) ?? [];
    list.push(task);
    if (list.length > keptPerNode) {
      const place = list.findIndex((old) => old.status !== undefined);
      for (const old of list.splice(Math.max(0, place), 1)) this.#tasks.delete(old.upid);
    }
    this.#byNode.set(task.node, list);
  }

  #step(running: Running): void {
    try {
      const { done, value } = running.script.next();
      if (!done) {
        running.event = this.#around.clock.after(value, () => this.#step(running));
        return;
      }
      const { warnings } = running;
      if (warnings > 0) this.#end(running, `WARNINGS: ${warnings}`, `TASK WARNINGS: ${warnings}`);
      else this.#end(running, 'OK', 'TASK OK');
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error;
      this.#end(running, error.message, `TASK ERROR: ${error.message}`);
    }
  }

  #end(running: Running, status: string, line?: string): void {
    const { task } = running;
    if (line !== undefined) task.log.push(this.#words.line(line));
    task.status = status;
    task.endtime = this.#around.clock.seconds;
    this.#running.delete(task.upid);
    this.#around.ended(task);
  }

  /** Ends a running task as a signal does; `interrupt` = the worker still says so in its log, else its node is gone. */
  kill(upid: string, how: 'interrupt' | 'lost'): void {
    const running = this.#running.get(upid);
    if (!running) return;
    if (running.event) this.#around.clock.cancel(running.event);
    running.script.return();
    if (how === 'interrupt') {
      const { line, status } = this.#words.stopped;
      if (line !== undefined) running.task.log.push(this.#words.line(line));
      this.#end(running, status, `TASK ERROR: ${status}`);
    } else this.#end(running, 'unexpected status');
  }

  get(upid: string): TaskRecord | undefined {
    return this.#tasks.get(upid);
  }

  /** Oldest first. */
  ofNode(node: string): readonly TaskRecord[] {
    return this.#byNode.get(node) ?? [];
  }

  running(): readonly TaskRecord[] {
    return [...this.#running.values()].map(({ task }) => task);
  }
}
