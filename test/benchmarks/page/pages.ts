import type { Pool } from 'pg';
import type { Bench, Round } from '../bench.ts';
import { startDurableDatabase } from '../engine/durable_database.ts';
import { workDemoNight } from './demo_night.ts';
import { addFlagship, addMillion, BUSY, FLAGSHIP } from './nights.ts';
import { opened } from './page.ts';
import { type Site, startSite } from './site.ts';

const BAR_MS = 50;

export const pages: Bench = {
  name: 'pages',
  what: 'first byte of the slowest page, with a million finished task instances in history',
  against: `a bar of ${BAR_MS} ms`,
  maxRatio: 1,
  missing: () => null,
  async measure(rounds, notice) {
    await using database = await startDurableDatabase();
    await addMillion(database.pool);
    const demoRun = await workDemoNight(database.url);
    await addFlagship(database.pool);
    await database.pool.query('checkpoint');
    await using site = await startSite(database.url);
    const paths = [...(await pathsOf(database.pool)), ...(await inventoryPaths(site, demoRun))];
    const measured: Round[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const found = [];
      for (const at of paths) found.push({ at, firstByteMs: (await opened(site, at)).firstByteMs });
      // In the first one the server compiles.
      if (round === 0) continue;
      const slowestFirst = found.toSorted((a, b) => b.firstByteMs - a.firstByteMs);
      notice(slowestFirst.map(({ at, firstByteMs }) => `${at} ${firstByteMs.toFixed(1)} ms`).join(', '));
      measured.push({ baselineMs: BAR_MS, oursMs: slowestFirst[0]?.firstByteMs ?? Number.NaN });
    }
    return measured;
  },
};

/** Returns the pages of what the night changed, with that of the item that its page names first. */
async function inventoryPaths(site: Site, runId: number): Promise<readonly string[]> {
  const { body } = await site.open(`/changes/${runId}`);
  const [, item] = /href="(\/items\/[^"?]+)/.exec(body) ?? [];
  if (item === undefined) throw new Error(`/changes/${runId} names no item`);
  return ['/changes', `/changes/${runId}`, '/items', item];
}

async function pathsOf(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ dagId: string; runId: number; taskId: string }>(
    `select dag_id as "dagId", max(run_id) as "runId", max(task_id) as "taskId"
       from stockflow.dag_run join stockflow.task_instance t using (run_id)
      where t.state = 'failed' group by dag_id`,
  );
  const ofRuns = rows.flatMap(({ runId, taskId }) => [
    ...[`/runs/${runId}`, `/runs/${runId}/tasks/${taskId}`, `/runs/${runId}/clear`],
    ...[`/runs/${runId}/tasks/${taskId}/mark`, `/audit?run=${runId}`],
  ]);
  const ofDags = [FLAGSHIP, BUSY].flatMap((dagId) => [
    ...[`/dags/${dagId}`, `/dags/${dagId}?state=failed`, `/dags/${dagId}/trigger`],
    ...[`/runs?dag=${dagId}&state=failed`, `/audit?dag=${dagId}`, `/backfills/new?dag=${dagId}`],
  ]);
  const yesterday = Temporal.Now.plainDateISO().subtract({ days: 1 });
  return [
    ...['/', '/dags', '/runs', '/runs?state=failed', '/runs?type=manual', '/backfills', '/workers'],
    ...['/audit', '/audit?action=task.failed', '/audit?actor=operator', `/audit?since=${yesterday}`],
    ...ofDags,
    ...ofRuns,
  ];
}
