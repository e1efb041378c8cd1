/**
 * A world in which a task type runs as under the engine: files over a temporary folder, a clock the test sets,
 * and the databases the test hands in. `run` checks params with the task's own schema, as loading a DAG does.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { z } from 'zod';
import type {
  AttemptFacts,
  Json,
  JsonObject,
  Progress,
  RunFacts,
  TaskContext,
  TaskEvent,
  TaskType,
} from '../task.ts';
import { TaskError } from '../task.ts';
import { TaskFiles } from './task_files.ts';

export interface TaskWorldOptions {
  /** The clock's first reading. */
  readonly now?: string;
  /** Pools by connection id; a task that asks for another is refused as an undefined connection is. */
  readonly postgres?: Readonly<Record<string, Pool>>;
}

export interface ContextOverrides {
  readonly run?: Partial<RunFacts>;
  readonly attempt?: Partial<AttemptFacts>;
  readonly upstream?: Readonly<Record<string, Json>>;
  readonly signal?: AbortSignal;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: JsonObject;
}

export interface TaskWorld extends AsyncDisposable {
  readonly files: TaskFiles;
  /** Set `now` to move it. */
  readonly clock: { now: Temporal.Instant };
  readonly logs: LogLine[];
  readonly progress: Progress[];
  /** What tasks added to the history, in order. */
  readonly events: TaskEvent[];
  /** The sentences of tasks' warnings, in order. */
  readonly warnings: string[];
  readonly metered: Record<'rowsIn' | 'rowsOut' | 'bytesIn' | 'bytesOut', number>;
  context<Params>(params: Params, overrides?: ContextOverrides): TaskContext<Params>;
  /** Parses `params`, then runs the task once. */
  run<Schema extends z.ZodType>(
    taskType: TaskType<Schema>,
    params: z.input<Schema>,
    overrides?: ContextOverrides,
  ): Promise<Json | undefined>;
}

/** The night of 2026-03-10 in New York, at 01:00 (05:00Z), unless told otherwise. */
export async function openTaskWorld(options: TaskWorldOptions = {}): Promise<TaskWorld> {
  const root = await mkdtemp(join(tmpdir(), 'stockflow-task-'));
  const clock = { now: Temporal.Instant.from(options.now ?? '2026-03-10T05:00:00Z') };
  const files = new TaskFiles(root, () => clock.now);
  const logs: LogLine[] = [];
  const progress: Progress[] = [];
  const events: TaskEvent[] = [];
  const warnings: string[] = [];
  const metered = { rowsIn: 0, rowsOut: 0, bytesIn: 0, bytesOut: 0 };
  const write =
    (level: LogLine['level']) =>
    (message: string, facts: JsonObject = {}) => {
      logs.push({ level, message, facts });
    };

  const context = <Params>(params: Params, overrides: ContextOverrides = {}): TaskContext<Params> => ({
    params,
    run: {
      runId: '1',
      dagId: 'dag_under_test',
      runType: 'scheduled',
      scheduledFor: Temporal.Instant.from('2026-03-10T05:00:00Z'),
      businessDate: Temporal.PlainDate.from('2026-03-10'),
      timezone: 'America/New_York',
      params: {},
      ...overrides.run,
    },
    attempt: {
      taskId: 'task_under_test',
      mapIndex: -1,
      number: 1,
      token: 'attempt-1',
      startedAt: clock.now,
      deadlineAt: null,
      ...overrides.attempt,
    },
    upstream: overrides.upstream ?? {},
    connections: {
      async postgres(id) {
        const pool = options.postgres?.[id];
        if (!pool) throw new TaskError(`connection ${id} is not defined`);
        return pool;
      },
    },
    files,
    meter: (amounts) => {
      metered.rowsIn += amounts.rowsIn ?? 0;
      metered.rowsOut += amounts.rowsOut ?? 0;
      metered.bytesIn += amounts.bytesIn ?? 0;
      metered.bytesOut += amounts.bytesOut ?? 0;
    },
    progress: (step) => {
      progress.push(step);
    },
    record: async (event) => {
      events.push(event);
    },
    warn: async (sentence) => {
      warnings.push(sentence);
    },
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    signal: overrides.signal ?? new AbortController().signal,
    now: () => clock.now,
  });

  return {
    files,
    clock,
    logs,
    progress,
    events,
    warnings,
    metered,
    context,
    run: async (taskType, params, overrides) =>
      taskType.run(context(taskType.params.parse(params) as z.output<typeof taskType.params>, overrides)),
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true, force: true });
    },
  };
}
