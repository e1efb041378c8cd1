import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isSound } from '../../../demo/report/report.ts';
import { attemptsOfRun } from '../../../runner/store/task/attempt.ts';
import { type NightOptions, type TestNight, testNight } from '../../support/night/night.ts';
import { startNightWorkerProcess } from '../../support/night/worker.ts';
import { startProxy, type Proxy as TcpProxy } from '../../support/tcp_proxy.ts';
import { until } from '../../support/until.ts';

/** The time from the kill to the next attempt: a lease of 10 s and a sweep. */
const STARTS_AGAIN_WITHIN_MS = 15_000;

interface Killing {
  readonly title: string;
  readonly night: NightOptions;
  /** Stops the proxy at a point in the middle of the filter. */
  readonly stall: (proxy: TcpProxy, night: TestNight) => void;
  /** Resolves to true once that point is reached. */
  readonly reached: (night: TestNight, runId: number) => Promise<boolean>;
}

const KILLINGS: readonly Killing[] = [
  {
    title: 'a worker killed in the middle of reading the reset file',
    // A megabyte, so that whole chunks have been scanned when three quarters of it have come.
    night: { world: { products: 5_000 }, rows: 24_000 },
    stall: (proxy, { file }) => proxy.stallAfterBytes({ direction: 'to_client', count: file.length * 0.75 }),
    reached: async (night, runId) => {
      const filter = await night.untilTask(runId, 'filter_reset_file', ({ state }) => state === 'running');
      return Number(filter.progress?.done ?? 0) > 0;
    },
  },
  {
    title: 'a worker killed in the middle of publishing the filtered file',
    // So many active products that their rows take 170 KB.
    night: { world: { products: 2_000, activeProducts: 800 }, rows: 9_000 },
    stall: (proxy) => proxy.stallAfterBytes({ direction: 'to_server', count: 150_000 }),
    reached: async (night) =>
      (await night.site.filesIn('hotwax/reset_inventory')).some((file) => file.endsWith('.part')),
  },
];

suite('kill -9', { concurrency: true }, () => {
  for (const killing of KILLINGS) {
    test(`${killing.title}: the task starts again within 15 s, and the night ends right`, async (t) => {
      const night = await testNight(t, killing.night);
      await using proxy = await startProxy({ target: { port: night.site.port } });
      const through = { retailproUrl: night.site.url({ port: proxy.port }) };
      killing.stall(proxy, night);
      const first = await startNightWorkerProcess(t, night, through);
      const runId = await night.trigger();
      await until('the middle of the filter', async () =>
        (await killing.reached(night, runId)) ? true : null,
      );
      // Before the kill: how long a process takes to start is no part of the time to the next attempt.
      const second = await startNightWorkerProcess(t, night, through);
      const killedAt = await databaseNow(night);
      await first.kill();
      proxy.heal();
      const ended = await night.ended(runId);

      const attempts = (await attemptsOfRun(night.pool, runId)).filter(
        ({ taskId }) => taskId === 'filter_reset_file',
      );
      assert.deepEqual(
        attempts.map(({ state, workerId }) => [state, workerId]),
        [
          ['crashed', first.workerId],
          ['success', second.workerId],
        ],
      );
      const againAfterMs = attempts[1]?.startedAt.since(killedAt).total('milliseconds') ?? Number.NaN;
      t.diagnostic(`started again ${Math.round(againAfterMs)} ms after the kill`);
      assert.ok(againAfterMs > 0 && againAfterMs <= STARTS_AGAIN_WITHIN_MS, `after ${againAfterMs} ms`);

      const report = await night.report(ended);
      assert.ok(isSound(report), JSON.stringify(report));
      assert.equal(report.night?.reset.keys, night.world.truth.reset.keys);
      assert.equal(report.night?.variance.net_units, night.world.truth.variance.appliedUnits);
      const filter = ended.tasks.find(({ taskId }) => taskId === 'filter_reset_file');
      assert.deepEqual([filter?.failureCount, filter?.crashCount], [0, 1], 'a crash used a retry');
      const published = await night.site.filesIn('hotwax');
      assert.deepEqual(
        published.map((file) => file.replace(/_[0-9a-f]{12}\.csv/, '.csv')),
        [
          'inventory_variance/inventory_variance_2025-01-15.csv',
          'inventory_variance/inventory_variance_2025-01-15.csv.manifest.json',
          'reset_inventory/reset_inventory_2025-01-15.csv',
          'reset_inventory/reset_inventory_2025-01-15.csv.manifest.json',
        ],
      );
    });
  }
});

async function databaseNow({ pool }: TestNight): Promise<Temporal.Instant> {
  const { rows } = await pool.query<{ now: Temporal.Instant }>('select clock_timestamp() as now');
  return rows[0]?.now ?? assert.fail('the database tells no time');
}
