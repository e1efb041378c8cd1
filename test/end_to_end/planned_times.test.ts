import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestNight, testNight } from '../support/night/night.ts';

interface PlannedRow {
  readonly state: string;
  readonly planned_at: Temporal.Instant | null;
  readonly wake_at: Temporal.Instant | null;
  readonly finished_at: Temporal.Instant | null;
}

const SUMMER = '2026-07-15';
const WINTER = '2026-01-15';
/** On this date 02:00 becomes 03:00. */
const SHORT_NIGHT = '2026-03-08';
/** On this date 01:00 to 02:00 occurs twice; the first time counts. */
const LONG_NIGHT = '2025-11-02';

test('filter and variance are planned for 01:30 in New York, in summer, winter and on both nights of the clock change', async (t) => {
  const night = await testNight(t);
  for (const [date, expected] of [
    [SUMMER, '2026-07-15T05:30:00Z'],
    [WINTER, '2026-01-15T06:30:00Z'],
    [SHORT_NIGHT, '2026-03-08T06:30:00Z'],
    [LONG_NIGHT, '2025-11-02T05:30:00Z'],
  ] as const) {
    const runId = await night.trigger({ date: Temporal.PlainDate.from(date), timeEdges: 'keep' });
    for (const taskId of ['filter_reset_file', 'create_variance_file']) {
      const { planned_at } = await plannedRow(night, runId, taskId);
      assert.equal(planned_at?.toString(), expected, `${taskId} on ${date}`);
    }
    // Nothing but the reset says when.
    assert.equal((await plannedRow(night, runId, 'apply_variance')).planned_at, null);
  }
});

test('a night waits for its hour with its file found, and holds nothing meanwhile', async (t) => {
  const zone = 'America/New_York';
  // The newest date that is due; its filter waits for 01:30 of the next, which therefore lies ahead.
  const businessDate = Temporal.Now.zonedDateTimeISO(zone).subtract({ hours: 1 }).toPlainDate();
  const night = await testNight(t, {
    world: { businessDate },
    dag: (text) =>
      text.replaceAll('not_before: "01:30"', 'not_before: "01:30+1d"').replaceAll('"05:00"', '"05:00+1d"'),
  });
  await night.startWorker();
  const runId = await night.trigger({ timeEdges: 'keep' });
  const halfPastOne = businessDate
    .add({ days: 1 })
    .toZonedDateTime({ timeZone: zone, plainTime: '01:30' })
    .toInstant()
    .toString();
  for (const taskId of ['filter_reset_file', 'create_variance_file']) {
    await night.untilTask(runId, taskId, ({ state }) => state === 'deferred');
    const { planned_at, wake_at } = await plannedRow(night, runId, taskId);
    assert.deepEqual([planned_at?.toString(), wake_at?.toString()], [halfPastOne, halfPastOne], taskId);
  }
  assert.equal((await plannedRow(night, runId, 'wait_for_reset_file')).state, 'success');
  assert.deepEqual(await night.site.filesIn('hotwax'), []);
});

test("P2: the variance is applied no sooner than an hour after the reset's own end", async (t) => {
  const night = await testNight(t);
  await night.startWorker();
  const runId = await night.trigger({ timeEdges: 'keep' });
  await night.untilTask(runId, 'apply_variance', ({ state }) => state === 'deferred');
  const { finished_at: resetAt } = await plannedRow(night, runId, 'reset_inventory');
  const { planned_at, wake_at } = await plannedRow(night, runId, 'apply_variance');
  const anHourLater = resetAt?.add({ hours: 1 }).toString();
  assert.deepEqual([planned_at?.toString(), wake_at?.toString()], [anHourLater, anHourLater]);
});

async function plannedRow({ pool }: TestNight, runId: number, taskId: string): Promise<PlannedRow> {
  const { rows } = await pool.query<PlannedRow>(
    'select state, planned_at, wake_at, finished_at from audit.task where run_id = $1 and task_id = $2',
    [runId, taskId],
  );
  return rows[0] ?? assert.fail(`run ${runId} has no task ${taskId}`);
}
