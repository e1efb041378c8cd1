import { z } from 'zod';
import { Worker } from '../../../runner/index.ts';
import { defineTask, type Json, type TaskType } from '../../../runner/task.ts';
import { quiet } from './durable_database.ts';

const noop = defineTask({
  type: 'noop',
  description: 'does nothing',
  params: z.strictObject({}),
  run: async () => undefined,
});

const list = defineTask({
  type: 'list',
  description: 'gives a list of so many numbers',
  params: z.strictObject({ count: z.number() }),
  run: async ({ params }): Promise<Json> => Array.from({ length: params.count }, (_, index) => index),
});

/** Starts a worker in this process for DAGs of no-op tasks. */
export async function startBenchWorker(
  databaseUrl: string,
  concurrency: number,
  more: Pick<Parameters<typeof Worker.start>[0], 'alertsTo' | 'alertSender'> = {},
): Promise<Worker> {
  const types: readonly TaskType[] = [noop, list];
  return await Worker.start({
    databaseUrl,
    taskTypes: {
      byName: new Map(types.map((type) => [type.type, type])),
      broken: new Map(),
      files: new Map(),
      sourceHash: 'bench',
    },
    projectDir: '.',
    dagsDir: null,
    env: {},
    concurrency,
    codeVersion: 'bench',
    log: quiet,
    ...more,
  });
}

/** @param extra further lines of the DAG file */
export function chainDag(dagId: string, length: number, extra: readonly string[] = []): string {
  const tasks = Array.from({ length }, (_, index) => {
    const after = index === 0 ? '' : `, depends_on: [t${index - 1}]`;
    return `  - {task_id: t${index}, type: noop${after}}`;
  });
  return [`dag_id: ${dagId}`, 'timezone: UTC', 'schedule: null', ...extra, 'tasks:', ...tasks, ''].join('\n');
}

export function wideDag(dagId: string, count: number): string {
  return `dag_id: ${dagId}
timezone: UTC
schedule: null
tasks:
  - {task_id: source, type: list, with: {count: ${count}}}
  - {task_id: each, type: noop, depends_on: [source], map_over: "\${{ tasks.source.output }}"}
`;
}
