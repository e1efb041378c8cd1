import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { testDatabase } from '../../../support/postgres/database.ts';
import { cliProject } from '../cli_project.ts';

const { url, pool } = await testDatabase({ after }, { migrations: ['runner', 'queue'] });
const project = await cliProject({ after }, { DATABASE_URL: url });
// Due at every full hour, so that the next run is never far.
await project.write(
  'dags/hourly.yaml',
  'dag_id: hourly\ntimezone: America/New_York\nschedule: "0 * * * *"\ncatchup: none\nmax_active_runs: 1\ntasks:\n  - {task_id: only, type: step}\n',
);
const ONE_DAY = ['backfill', 'create', 'hourly', '--from', '2026-01-05', '--to', '2026-01-05'];

interface Told {
  readonly dates: readonly { readonly decision: string }[];
  readonly holds_back: {
    readonly scheduled_for: string;
    readonly likelihood: string;
    readonly run_count: number | null;
  } | null;
}

test('a backfill that may hold the next scheduled run back says so in its dry run and when it is created, to machines as well', async () => {
  const next = Temporal.Now.instant().round({ smallestUnit: 'hour', roundingMode: 'ceil' }).toString();
  const dry = await project.run([...ONE_DAY, '--dry-run']);
  assert.match(
    dry.stderr,
    /^the scheduled run for \d{4}-\d\d-\d\d \d\d:00 E[SD]T waits for this backfill if it has not ended by then: hourly has max_active_runs 1/m,
  );
  const dryData: Told = JSON.parse((await project.run([...ONE_DAY, '--dry-run', '-o', 'json'])).stdout);
  assert.equal(dryData.dates.length, 24);
  assert.equal(dryData.holds_back?.likelihood, 'possible');
  // Unless the hour has just struck.
  assert.ok(
    [next, Temporal.Instant.from(next).add({ hours: 1 }).toString()].includes(
      dryData.holds_back.scheduled_for,
    ),
  );

  const created = await project.run([...ONE_DAY, '-y', '--detach', '-o', 'json']);
  assert.equal(created.code, 0, created.stderr);
  const data: Told = JSON.parse(created.stdout);
  assert.deepEqual([data.dates.length, data.holds_back?.likelihood], [24, 'possible']);
  await project.run(['backfill', 'cancel', 'hourly']);
});

test('how long such runs took says when it ends; where that is soon enough nothing is said', async () => {
  const takes = async (span: string) => {
    const { rowCount } = await pool.query(
      `update stockflow.dag_run set state = 'success', started_at = now() - $1::interval, finished_at = now()
        where run_id = (select min(run_id) from stockflow.dag_run where dag_id = 'hourly')`,
      [span],
    );
    assert.equal(rowCount, 1);
  };
  await takes('2 hours');
  const slow = await project.run([...ONE_DAY, '--dry-run', '-o', 'json']);
  const { holds_back } = JSON.parse(slow.stdout) as Told;
  assert.equal(holds_back?.likelihood, 'certain');
  // 23 dates are left, as one has its run: 46 hours hold 46 full hours.
  assert.equal(holds_back.run_count, 46);
  await takes('1 millisecond');
  const fast = await project.run([...ONE_DAY, '--dry-run']);
  assert.doesNotMatch(fast.stderr, /the scheduled run for/);
});
