/** Checks that the engine does at the moment of a change what the plan foretold. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { dagChange } from '../../../../runner/core/change/dag_change.ts';
import { parseDag } from '../../../../runner/core/dag_file/parse.ts';
import { databaseNow } from '../../../../runner/engine/clock.ts';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { scheduleDag } from '../../../../runner/engine/schedule/schedule_dag.ts';
import { findDag } from '../../../../runner/store/dag/dag.ts';
import { scheduleRunsSince } from '../../../../runner/store/dag/schedule_run.ts';
import { defineTask } from '../../../../runner/task.ts';
import { testEngine } from '../../../support/engine/engine.ts';

const quick = defineTask({
  type: 'quick',
  description: 'does nothing',
  params: z.strictObject({}),
  run: async () => ({}),
});
const engine = await testEngine({ after }, [quick]);
const { pool } = engine;

/** A zone in which it is some hour between 11 and 13 now, so that the hours around lie on the same date. */
const HOUR_UTC = Temporal.Now.zonedDateTimeISO('UTC').hour;
const OFFSET = 12 - HOUR_UTC;
const ZONE = OFFSET === 0 ? 'Etc/GMT' : `Etc/GMT${OFFSET > 0 ? '-' : '+'}${Math.abs(OFFSET)}`;
const TODAY = Temporal.Now.zonedDateTimeISO(ZONE).toPlainDate().toString();

function text(dagId: string, hour: number): string {
  return `dag_id: ${dagId}\ntimezone: ${ZONE}\nschedule: "0 ${hour} * * *"\ncatchup: latest\ntasks: [{task_id: a, type: quick}]\n`;
}

async function planned(dagId: string, edited: string) {
  const row = await findDag(pool, dagId);
  assert.ok(row?.dagVersionId != null);
  const { dag: before } = await new DagVersions(pool).get(row.dagVersionId);
  const now = await databaseNow(pool);
  const { dates } = dagChange(
    { before, after: parseDag(edited, `${dagId}.yaml`).dag },
    {
      now,
      changeAt: now,
      cursor: row.scheduleCursor,
      isPaused: false,
      ran: await scheduleRunsSince(pool, dagId, now.subtract({ hours: 72 })),
      usual: new Map(),
      nextCount: 1,
    },
  );
  return { lost: dates.lost.map(String), doubled: dates.doubled.map(String) };
}

/** The dates of the runs that there are once the instant of `hour` today has passed as well. */
async function datesRun(dagId: string, hour: number): Promise<readonly string[]> {
  await scheduleDag(pool, new DagVersions(pool), dagId);
  const due = Temporal.PlainDate.from(TODAY)
    .toZonedDateTime({ timeZone: ZONE, plainTime: { hour } })
    .toInstant();
  const { rows } = await pool.query<{ next: Temporal.Instant | null; dates: string[] }>(
    `select d.next_scheduled_for as next,
            array(select business_date::text from stockflow.dag_run r where r.dag_id = d.dag_id order by run_id) as dates
       from stockflow.dag d where d.dag_id = $1`,
    [dagId],
  );
  const [row] = rows;
  return [...(row?.dates ?? []), ...(row?.next?.equals(due) ? [TODAY] : [])];
}

test('a date that a plan calls lost gets no run, and one that it calls doubled gets two', async () => {
  // Due at 15:00, about noon now: 09:00 is over, and 15:00 is no more.
  await engine.writeDag('losing', text('losing', 15));
  assert.deepEqual(await datesRun('losing', 15), [TODAY]);
  const earlier = text('losing', 9);
  assert.deepEqual(await planned('losing', earlier), { lost: [TODAY], doubled: [] });
  await engine.writeDag('losing', earlier);
  assert.deepEqual(await datesRun('losing', 15), []);

  // Due at 09:00, made up for when the worker came; then 15:00 is still to come.
  await engine.writeDag('doubling', text('doubling', 9));
  await pool.query(
    `update stockflow.dag set schedule_cursor = now() - interval '20 hours' where dag_id = 'doubling'`,
  );
  assert.deepEqual(await datesRun('doubling', 15), [TODAY]);
  const later = text('doubling', 15);
  assert.deepEqual(await planned('doubling', later), { lost: [], doubled: [TODAY] });
  await engine.writeDag('doubling', later);
  assert.deepEqual(await datesRun('doubling', 15), [TODAY, TODAY]);
});
