/**
 * A world in which a task type runs as under the engine: with a clock that the test sets, with files in a temporary folder or on
 * real servers, and with databases that the test hands in or names. `run` checks params with the task's own schema, as
 * loading a DAG does.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import type { z } from 'zod';
import { connectionIdsIn } from '../connections/connection_config.ts';
import { inScratch } from '../connections/postgres/scratch.ts';
import { sftpFiles } from '../engine/attempt/files/sftp_files.ts';
import { ConnectionPools } from '../engine/worker/connection_pools.ts';
import {
  type ApprovalAnswer,
  type ApprovalRequest,
  type AttemptFacts,
  DeferTask,
  type FoundRun,
  type Json,
  type JsonObject,
  type Progress,
  type RunFacts,
  type RunQuery,
  type TaskContext,
  type TaskEvent,
  type TaskRemedy,
  type TaskState,
  type TaskType,
} from '../task.ts';
import { filesWithReal } from './real_files.ts';
import { TaskFiles } from './task_files.ts';

export interface TaskWorldOptions {
  /** The clock's first reading. */
  readonly now?: string;
  /** Pools by connection id; others are those of `env`. */
  readonly postgres?: Readonly<Record<string, Pool>>;
  /** A database in whose sessions `scratch` makes its temporary tables; without it a task cannot use any. */
  readonly scratch?: Pool;
  /** `STOCKFLOW_CONN_<ID>` of real databases and SFTP servers; `process.env` for those of this machine. */
  readonly env?: Readonly<Record<string, string | undefined>>;
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

/** A run of another DAG, with the states of the instances of its tasks. */
export interface OtherRun extends Omit<FoundRun, 'taskStates'> {
  readonly dagId: string;
  readonly tasks: Readonly<Record<string, readonly TaskState[]>>;
}

export interface TaskWorld extends AsyncDisposable {
  readonly files: TaskFiles;
  /** Set `now` to move it. */
  readonly clock: { now: Temporal.Instant };
  /** The runs of other DAGs that tasks may look up; the last of a date is its newest. */
  readonly runs: OtherRun[];
  readonly logs: LogLine[];
  readonly progress: Progress[];
  /** The events that tasks added to the history, in order. */
  readonly events: TaskEvent[];
  /** The sentences of tasks' warnings, in order. */
  readonly warnings: string[];
  /** The remedies of those warnings that have one, in order. */
  readonly remedies: TaskRemedy[];
  /** The questions that tasks asked people, in order. */
  readonly asked: ApprovalRequest[];
  /** Answers what tasks ask; set it. Without it nobody has answered yet: what asks is deferred. */
  answer: ((request: ApprovalRequest) => ApprovalAnswer | null) | null;
  readonly metered: Record<'rowsIn' | 'rowsOut' | 'bytesIn' | 'bytesOut', number>;
  context<Params>(params: Params, overrides?: ContextOverrides): TaskContext<Params>;
  /** Parses `params`, then runs the task once. */
  run<Schema extends z.ZodType>(
    taskType: TaskType<Schema>,
    params: z.input<Schema>,
    overrides?: ContextOverrides,
  ): Promise<Json | undefined>;
}

/** The night of 2026-03-10 in New York, at 01:00 (05:00Z), by default. */
export async function openTaskWorld(options: TaskWorldOptions = {}): Promise<TaskWorld> {
  const root = await mkdtemp(join(tmpdir(), 'stockflow-task-'));
  const clock = { now: Temporal.Instant.from(options.now ?? '2026-03-10T05:00:00Z') };
  const files = new TaskFiles(root, () => clock.now);
  const logs: LogLine[] = [];
  const progress: Progress[] = [];
  const events: TaskEvent[] = [];
  const warnings: string[] = [];
  const remedies: TaskRemedy[] = [];
  const env = options.env ?? {};
  const isReal = (id: string) => connectionIdsIn(env).includes(id);
  const runs: OtherRun[] = [];
  const metered = { rowsIn: 0, rowsOut: 0, bytesIn: 0, bytesOut: 0 };
  const write =
    (level: LogLine['level']) =>
    (message: string, facts: JsonObject = {}) => {
      logs.push({ level, message, facts });
    };

  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const pools = new ConnectionPools(env, log);
  const never = new AbortController().signal;
  const sftp = sftpFiles({ env, runId: 1, token: randomUUID(), signal: never, log });
  const realFiles = filesWithReal(files, sftp, isReal);

  const context = <Params>(params: Params, overrides: ContextOverrides = {}): TaskContext<Params> => ({
    params,
    run: {
      runId: '1',
      dagId: 'dag_under_test',
      runType: 'scheduled',
      scheduledFor: Temporal.Instant.from('2026-03-10T05:00:00Z'),
      businessDate: Temporal.PlainDate.from('2026-03-10'),
      timezone: 'America/New_York',
      mode: 'apply',
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
        return options.postgres?.[id] ?? pools.postgres(id);
      },
      http: async (id) => pools.http(id),
    },
    files: realFiles,
    scratch: async (work) => {
      if (options.scratch === undefined) throw new Error('openTaskWorld was given no scratch database');
      return await inScratch(options.scratch, work);
    },
    runs: {
      newest: async ({ dagId, date, taskId }) => {
        const found = runs
          .filter((run) => run.dagId === dagId && isOn(run.businessDate, date))
          .toSorted((a, b) => Temporal.PlainDate.compare(a.businessDate, b.businessDate));
        const run = found.at(-1);
        if (run === undefined) return null;
        const { runId, businessDate, state, tasks } = run;
        return { runId, businessDate, state, taskStates: taskId === undefined ? [] : (tasks[taskId] ?? []) };
      },
    },
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
    warn: async (sentence, _facts, { remedy } = {}) => {
      warnings.push(sentence);
      if (remedy !== undefined) remedies.push(remedy);
    },
    approval: async (request) => {
      world.asked.push(request);
      const answer = world.answer?.(request) ?? null;
      if (answer !== null) return answer;
      const until = clock.now.add({ milliseconds: request.timeoutMs });
      throw new DeferTask(until, `waits for an approval: ${request.question}`);
    },
    log,
    signal: overrides.signal ?? never,
    now: () => clock.now,
  });

  const world: TaskWorld = {
    asked: [],
    answer: null,
    files,
    clock,
    runs,
    logs,
    progress,
    events,
    warnings,
    remedies,
    metered,
    context,
    run: async (taskType, params, overrides) =>
      taskType.run(context(taskType.params.parse(params) as z.output<typeof taskType.params>, overrides)),
    async [Symbol.asyncDispose]() {
      await Promise.all([sftp[Symbol.asyncDispose](), pools[Symbol.asyncDispose]()]);
      await rm(root, { recursive: true, force: true });
    },
  };
  return world;
}

function isOn(businessDate: Temporal.PlainDate, date: RunQuery['date']): boolean {
  if ('on' in date) return businessDate.equals(date.on);
  return Temporal.PlainDate.compare(businessDate, date.before) < 0;
}
