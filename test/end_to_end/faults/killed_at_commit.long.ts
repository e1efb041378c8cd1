import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isSound } from '../../../demo/report/report.ts';
import { attemptsOfRun } from '../../../runner/store/task/attempt.ts';
import { type TestNight, testNight } from '../../support/night/night.ts';
import { startNightWorkerProcess } from '../../support/night/worker.ts';
import { startProxy } from '../../support/tcp_proxy.ts';
import { until } from '../../support/until.ts';

/** The commit message as a session sends it. */
const COMMIT = 'commit\0';
/** The number of the reset's commit among a worker's commits to the OMS, after those of export and freeze. */
const RESET_OF_FIRST = 3;
/** The number of the variance's commit of the second worker, which begins with the reset again. */
const VARIANCE_OF_SECOND = 2;

suite('kill -9 at a commit', { concurrency: true }, () => {
  for (const { isAnswered, where } of [
    { isAnswered: false, where: 'before the COMMIT reaches the OMS' },
    { isAnswered: true, where: 'after the COMMIT, before its answer' },
  ]) {
    test(`P1: killed ${where}, of the reset and then of the variance, two runs at once of a night apply each batch once`, async (t) => {
      const night = await testNight(t);
      const oms = new URL(night.url);
      await using proxy = await startProxy({ target: { host: oms.hostname, port: Number(oms.port) } });
      oms.host = `127.0.0.1:${proxy.port}`;
      const through = { omsUrl: oms.href };

      const lose = (nth: number) => proxy.loseMessage({ text: COMMIT, nth, isAnswered, effect: 'hold' });
      lose(RESET_OF_FIRST);
      const first = await startNightWorkerProcess(t, night, through);
      const runIds = [await night.trigger(), await night.trigger()] as const;
      await until('the commit of the reset', async () => (proxy.hasLostMessage() ? true : null), 60_000);
      await first.kill();
      assert.deepEqual(await batches(night), isAnswered ? ['RESET'] : []);

      lose(VARIANCE_OF_SECOND);
      const second = await startNightWorkerProcess(t, night, through);
      await until('the commit of the variance', async () => (proxy.hasLostMessage() ? true : null), 60_000);
      await second.kill();
      assert.deepEqual(await batches(night), isAnswered ? ['RESET', 'VARIANCE'] : ['RESET']);

      await startNightWorkerProcess(t, night, through);
      const [ended, again] = [await night.ended(runIds[0]), await night.ended(runIds[1])];
      assert.equal(again.run.state, 'success');
      assert.deepEqual(await batches(night), ['RESET', 'VARIANCE']);
      const attempts = await attemptsOfRun(night.pool, runIds[0]);
      for (const taskId of ['reset_inventory', 'apply_variance']) {
        const states = attempts.filter((attempt) => attempt.taskId === taskId).map(({ state }) => state);
        assert.deepEqual(states, ['crashed', 'success'], taskId);
      }
      const report = await night.report(ended);
      assert.ok(isSound(report), JSON.stringify(report));
    });
  }
});

async function batches({ pool }: TestNight): Promise<readonly string[]> {
  const { rows } = await pool.query<{ kind: string }>(
    'select kind from oms.inventory_sync_batch order by kind',
  );
  return rows.map(({ kind }) => kind);
}
