import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { formatProblem } from '../../../runner/core/dag_file/problem.ts';
import { readDagFile, registerDagFile } from '../../../runner/engine/dags/folder.ts';
import type { TaskTypes } from '../../../runner/engine/dags/task_types.ts';
import { triggerRun } from '../../../runner/engine/operator/trigger.ts';
import { Worker } from '../../../runner/engine/worker/worker.ts';
import type { WorkerOptions } from '../../../runner/engine/worker/worker_options.ts';
import { createLog } from '../../../runner/log.ts';
import { type DagRun, findRun } from '../../../runner/store/run/dag_run.ts';
import { instancesOfRun, type TaskInstance } from '../../../runner/store/task/instance.ts';
import type { TaskType } from '../../../runner/task.ts';
import { type DatabaseOptions, type Lifetime, testDatabase } from '../postgres/database.ts';
import { until } from '../until.ts';

/** A database with the runner in it, a folder of DAG files, and the task types of a test. */
export interface TestEngine {
  readonly url: string;
  readonly pool: Pool;
  readonly dagsDir: string;
  readonly taskTypes: TaskTypes;
  /** Writes `dags/<dag_id>.yaml` and puts it in force. @returns its problems, formatted */
  writeDag(dagId: string, yaml: string): Promise<readonly string[]>;
  /** Ended with the test. */
  startWorker(options?: Partial<WorkerOptions>): Promise<Worker>;
  /** Triggers a run and waits until it has ended. */
  run(dagId: string, options?: { readonly params?: Record<string, string> }): Promise<EndedRun>;
  ended(runId: number): Promise<EndedRun>;
}

export interface EndedRun {
  readonly run: DagRun;
  readonly tasks: readonly TaskInstance[];
  /** Task states by task_id, or `task_id[index]` for mapped instances. */
  readonly states: Readonly<Record<string, string>>;
}

/** Silent unless a test is looked at: `STOCKFLOW_TEST_LOG=debug`. */
export const testLog = createLog({
  format: 'pretty',
  level: process.env.STOCKFLOW_TEST_LOG === 'debug' ? 'debug' : 'error',
  silent: !process.env.STOCKFLOW_TEST_LOG,
});

export async function testEngine(
  lifetime: Lifetime,
  taskTypes: readonly TaskType[],
  { server }: Pick<DatabaseOptions, 'server'> = {},
): Promise<TestEngine> {
  // Node runs after-hooks first in, first out; what was started last must stop first.
  const cleanUps: (() => Promise<void>)[] = [];
  const own: Lifetime = { after: (cleanUp) => cleanUps.unshift(cleanUp) };
  lifetime.after(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });
  const { url, pool } = await testDatabase(own, { migrations: ['runner', 'queue'], server });
  const dagsDir = await mkdtemp(path.join(tmpdir(), 'stockflow-dags-'));
  own.after(() => rm(dagsDir, { recursive: true, force: true }));
  const types: TaskTypes = {
    byName: new Map(taskTypes.map((type) => [type.type, type])),
    broken: new Map(),
    files: new Map(),
    sourceHash: 'test',
  };

  async function ended(runId: number): Promise<EndedRun> {
    const run = await until(`run ${runId} to end`, async () => {
      const found = await findRun(pool, runId);
      return found !== null && found.finishedAt !== null ? found : null;
    });
    const tasks = await instancesOfRun(pool, runId);
    const states = tasks.map(({ taskId, mapIndex, state }) => [
      mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`,
      state,
    ]);
    return { run, tasks, states: Object.fromEntries(states) };
  }

  return {
    url,
    pool,
    dagsDir,
    taskTypes: types,
    ended,
    async writeDag(dagId, yaml) {
      const file = path.join(dagsDir, `${dagId}.yaml`);
      await writeFile(file, yaml);
      const dagFile = await readDagFile(file, types);
      await registerDagFile(pool, dagFile, { actor: 'test', channel: 'files' });
      return dagFile.problems.map(formatProblem);
    },
    async startWorker(options) {
      const worker = await Worker.start({
        databaseUrl: url,
        taskTypes: types,
        projectDir: dagsDir,
        dagsDir,
        env: {},
        concurrency: 4,
        codeVersion: 'test',
        log: testLog,
        ...options,
      });
      own.after(() => worker.stop(1_000));
      return worker;
    },
    async run(dagId, options) {
      const run = await triggerRun(pool, {
        dagId,
        date: null,
        params: options?.params ?? {},
        timeEdges: 'keep',
        by: { actor: 'test', channel: 'cli' },
        reason: null,
      });
      return await ended(run.runId);
    },
  };
}
