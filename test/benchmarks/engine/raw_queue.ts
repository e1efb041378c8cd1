import { Logger, type Runner, run } from 'graphile-worker';
import type { Pool } from 'pg';

const silent = new Logger(() => () => {});

/** Bare graphile-worker with the settings that our worker gives it: the alternative that a user would build on. */
export class RawQueue implements AsyncDisposable {
  readonly #runner: Runner;
  #left = 0;
  #done: () => void = () => {};

  private constructor(runner: Runner) {
    this.#runner = runner;
  }

  static async start(databaseUrl: string, concurrency: number): Promise<RawQueue> {
    const holder: { queue?: RawQueue } = {};
    const runner = await run({
      connectionString: databaseUrl,
      concurrency,
      maxPoolSize: concurrency + 3,
      noHandleSignals: true,
      pollInterval: 1_000,
      parsedCronItems: [],
      logger: silent,
      taskList: {
        bench_hop: async (payload, helpers) => {
          const { left } = payload as { readonly left: number };
          if (left > 0) await helpers.addJob('bench_hop', { left: left - 1 });
          else holder.queue?.arrived();
        },
        bench_noop: async () => holder.queue?.arrived(),
        bench_plan: async (_payload, helpers) => {
          await helpers.withPgClient(async (client) => {
            await client.query('begin');
            const { rows } = await client.query(
              'insert into public.bench_run default values returning bench_run_id as id',
            );
            await client.query(`select graphile_worker.add_job('bench_task', $1)`, [JSON.stringify(rows[0])]);
            await client.query('commit');
          });
        },
        bench_task: async (payload, helpers) => {
          const { id } = payload as { readonly id: number };
          await helpers.query('update public.bench_run set ended_at = now() where bench_run_id = $1', [id]);
          holder.queue?.arrived();
        },
      },
    });
    const queue = new RawQueue(runner);
    holder.queue = queue;
    return queue;
  }

  /** Runs a chain of jobs, each adding the next. */
  async chain(length: number): Promise<void> {
    const ended = this.#expect(1);
    await this.#runner.addJob('bench_hop', { left: length - 1 });
    await ended;
  }

  /** Runs so many no-op jobs, added in one statement. */
  async wide(pool: Pool, count: number): Promise<void> {
    const ended = this.#expect(count);
    await pool.query(
      `select graphile_worker.add_jobs(array(
         select row('bench_noop', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
           from generate_series(1, $1)))`,
      [count],
    );
    await ended;
  }

  /**
   * Runs so many jobs of one instant, each of which inserts a run and adds the job of its task, which ends it: the
   * minimum for planning and working a run.
   * @returns ms from the instant to the last end
   */
  async plansDueAt(pool: Pool, count: number, dueAt: Temporal.Instant): Promise<number> {
    const ended = this.#expect(count);
    await pool.query(
      `select graphile_worker.add_jobs(array(
         select row('bench_plan', '{}'::json, null, $2, null, null, null, null)::graphile_worker.job_spec
           from generate_series(1, $1)))`,
      [count, dueAt],
    );
    await ended;
    const { rows } = await pool.query<{ ms: number }>(
      `select extract(epoch from max(ended_at) - $1::timestamptz)::float8 * 1000 as ms from public.bench_run`,
      [dueAt],
    );
    return rows[0]?.ms ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner.stop();
  }

  #expect(count: number): Promise<void> {
    this.#left = count;
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  arrived(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#done();
  }
}
