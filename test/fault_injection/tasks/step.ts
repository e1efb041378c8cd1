import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { DeferTask, defineTask, SkipTask, type TaskContext } from '../../../runner/task.ts';

const paramsSchema = z.strictObject({
  busy_ms: z.number().default(5),
  /** The number of first attempts that fail. */
  fail_first: z.number().default(0),
  /** The number of polls that defer before the final one. */
  defer: z.number().default(0),
  skip: z.boolean().default(false),
  /** The number of elements of the returned list. */
  items: z.number().default(0),
  /** Returned in the output, to show by which version of the file the task was run. */
  label: z.string().default(''),
  element: z.json().default(null),
});

const DEFER_MS = 300;
const RETRY_MS = 50;

/**
 * The task of the campaign: inserts a row in `effect` at each start, poll and end, and returns its attempt's token,
 * so that the table shows whose result was accepted. It retries during outages, as a robust destination's client
 * does.
 */
export default defineTask({
  type: 'step',
  description: 'leaves a trace of every start and end',
  params: paramsSchema,
  async run(context) {
    const { params, attempt, signal } = context;
    await trace(context, 'start');
    if (attempt.number <= params.fail_first) throw new Error('it fails by design');
    if (params.skip) throw new SkipTask('it skips by design');
    if (params.defer > 0 && (await looks(context)) < params.defer) {
      await trace(context, 'look');
      throw new DeferTask(context.now().add({ milliseconds: DEFER_MS }), 'nothing to see yet');
    }
    await pause(params.busy_ms, undefined, { signal });
    await trace(context, 'end');
    return {
      token: attempt.token,
      label: params.label,
      items: Array.from({ length: params.items }, (_, index) => index),
    };
  },
});

type Context = TaskContext<z.infer<typeof paramsSchema>>;

async function trace(context: Context, phase: 'start' | 'look' | 'end'): Promise<void> {
  const { run, attempt } = context;
  await retryUntilAborted(context, async (effects) => {
    await effects.query(
      `insert into chaos.effect (run_id, task_id, map_index, token, phase, pid) values ($1, $2, $3, $4, $5, $6)
       on conflict (token, phase) do nothing`,
      [run.runId, attempt.taskId, attempt.mapIndex, attempt.token, phase, process.pid],
    );
  });
}

async function looks(context: Context): Promise<number> {
  const { run, attempt } = context;
  return await retryUntilAborted(context, async (effects) => {
    const { rowCount } = await effects.query(
      `select from chaos.effect where run_id = $1 and task_id = $2 and map_index = $3 and phase = 'look'`,
      [run.runId, attempt.taskId, attempt.mapIndex],
    );
    return rowCount ?? 0;
  });
}

type Effects = Awaited<ReturnType<Context['connections']['postgres']>>;

/** Retries any database error until the signal aborts. */
async function retryUntilAborted<T>(context: Context, work: (effects: Effects) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work(await context.connections.postgres('effects'));
    } catch {
      await pause(RETRY_MS, undefined, { signal: context.signal });
    }
  }
}
