import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { DagVersions } from '../../../../runner/engine/dags/versions.ts';
import { DagWatch } from '../../../../runner/engine/dags/watch.ts';
import { triggerRun } from '../../../../runner/engine/operator/trigger.ts';
import { scheduleDag } from '../../../../runner/engine/schedule/schedule_dag.ts';
import { findDag, findVersion } from '../../../../runner/store/dag/dag.ts';
import { listRuns } from '../../../../runner/store/run/dag_run.ts';
import { viewSource } from '../../../../runner/view/source.ts';
import { readStatus } from '../../../../runner/view/status/status.ts';
import { readStrips } from '../../../../runner/view/status/strip.ts';
import { strip } from '../../../../runner/web/html/strip.ts';
import { testEngine, testLog } from '../../../support/engine/engine.ts';
import { stepDag, steps } from '../../../support/engine/task_types.ts';
import { until } from '../../../support/until.ts';

const by = { actor: 'operator', channel: 'cli' } as const;

/** A zone in which it is noon, so that no date ends while the test runs. */
const UTC_HOUR = Temporal.Now.zonedDateTimeISO('UTC').hour;
const ZONE = UTC_HOUR === 12 ? 'UTC' : `Etc/GMT${UTC_HOUR > 12 ? '+' : '-'}${Math.abs(UTC_HOUR - 12)}`;
const TODAY = Temporal.Now.plainDateISO(ZONE);
const dayBefore = (days: number) => TODAY.subtract({ days }).toString();
const atOne = (date: string) => Temporal.ZonedDateTime.from(`${date}T01:00[${ZONE}]`).toInstant();

const nightly = (dagId: string, ...extra: readonly string[]) =>
  stepDag(
    dagId,
    ['task_id: only'],
    ['schedule: "0 1 * * *"', 'catchup: all', 'catchup_window: 30d', 'calendar: shop', ...extra],
  ).replace('timezone: UTC', `timezone: ${ZONE}`);

test('dates that a calendar closes', async (t) => {
  const step = steps();
  const engine = await testEngine(t, [step.type]);
  const { pool, dagsDir } = engine;
  const versions = new DagVersions(pool);
  const calendar = path.join(dagsDir, 'calendars/shop.yaml');
  await mkdir(path.dirname(calendar));
  const close = (...days: readonly (readonly [string, string])[]) =>
    writeFile(
      calendar,
      `include: [fixed]\nclosed:\n${days.map(([date, name]) => `  - {date: ${date}, name: ${name}}\n`).join('')}`,
    );
  await writeFile(
    path.join(dagsDir, 'calendars/fixed.yaml'),
    'closed: [{date: 2020-01-01, name: Long ago}]\n',
  );
  await close([dayBefore(1), 'Stocktaking'], [dayBefore(0), "Founder's day"]);
  /** Makes the schedule stand as if nobody had looked since noon three days ago. */
  const plan = async (dagId: string) => {
    await pool.query(
      `update stockflow.dag set schedule_cursor = now() - interval '80 hours' where dag_id = $1`,
      [dagId],
    );
    await scheduleDag(pool, versions, dagId);
  };
  const views = viewSource(pool);
  const statusOf = async (dagId: string) => {
    const { dags, now } = await readStatus(views, dagsDir);
    const found = dags.find((dag) => dag.dagId === dagId);
    assert.ok(found);
    const strips = await readStrips(pool, [found.facts], now);
    return { ...found, cells: strips.get(dagId) ?? [] };
  };

  await t.test('get no run, are recorded with their names, and none of them is missing', async () => {
    assert.deepEqual(await engine.writeDag('skips', nightly('skips')), []);
    await plan('skips');
    const runs = await listRuns(pool, { dagId: 'skips', limit: 10 });
    assert.deepEqual(
      runs.map(({ businessDate }) => businessDate.toString()),
      [dayBefore(2)],
    );
    const { rows } = await pool.query(
      `select business_date::text as date, scheduled_for, decision, closed_as, moved_to from audit.missing_date
        where dag_id = 'skips' order by scheduled_for`,
    );
    assert.deepEqual(
      rows.map(({ date, decision, closed_as: name }) => [date, decision, name]),
      [
        [dayBefore(2), 'run', null],
        [dayBefore(1), 'closed', 'Stocktaking'],
        [dayBefore(0), 'closed', "Founder's day"],
      ],
    );
    const events = await pool.query(
      `select reason, after ->> 'business_date' as date, after ->> 'calendar' as calendar from stockflow.event
        where dag_id = 'skips' and action = 'schedule.closed' order by event_id`,
    );
    assert.deepEqual(events.rows, [
      { reason: 'Stocktaking', date: dayBefore(1), calendar: 'shop' },
      { reason: "Founder's day", date: dayBefore(0), calendar: 'shop' },
    ]);
    const missed = await pool.query(`select from stockflow.event where action = 'schedule.missed'`);
    assert.equal(missed.rowCount, 0);
    const row = await findDag(pool, 'skips');
    assert.equal(row?.nextScheduledFor?.toString(), atOne(TODAY.add({ days: 1 }).toString()).toString());
    await plan('skips');
    assert.equal((await listRuns(pool, { dagId: 'skips', limit: 10 })).length, 1);
  });

  await t.test(
    'are said as closed once the night before has succeeded, and as marks of their own',
    async () => {
      const before = await statusOf('skips');
      assert.equal(before.verdict, 'running');
      assert.match(before.sentence, new RegExp(`; ${TODAY} is closed: Founder's day$`));
      await engine.startWorker();
      await until(
        'the night to end',
        async () => (await listRuns(pool, { dagId: 'skips', limit: 1 }))[0]?.state === 'success',
      );
      const closed = await statusOf('skips');
      assert.deepEqual([closed.verdict, closed.isProblem, closed.run], ['closed', false, null]);
      assert.equal(closed.businessDate?.toString(), TODAY.toString());
      assert.match(closed.sentence, /^closed: Founder's day; next \d{4}-\d\d-\d\d 01:00 /);
      assert.deepEqual(
        closed.cells.map(({ verdict, closedAs }) => [verdict, closedAs]),
        [
          ['success', null],
          ['closed', 'Stocktaking'],
          ['closed', "Founder's day"],
        ],
      );
      const page = String(strip(closed.cells, 'skips', ZONE));
      assert.match(page, /aria-label="[^"]*, closed: Stocktaking"/);
      assert.doesNotMatch(page, /did not run/);
    },
  );

  await t.test('can be run by a person, at the time that they would have had', async () => {
    const { runId, scheduledFor } = await triggerRun(pool, {
      dagId: 'skips',
      date: TODAY,
      params: {},
      timeEdges: 'keep',
      by,
      reason: null,
    });
    assert.equal(scheduledFor.toString(), atOne(TODAY.toString()).toString());
    await engine.ended(runId);
    const after = await statusOf('skips');
    assert.deepEqual([after.verdict, after.run?.runId], ['success', runId]);
    assert.deepEqual(
      after.cells.map(({ verdict }) => verdict),
      ['success', 'closed', 'success'],
    );
  });

  await t.test('are told where no worker has planned them yet, and hide no night that failed', async () => {
    step.on('only', () => {
      throw new Error('no file');
    });
    await engine.writeDag('failing', nightly('failing'));
    await plan('failing');
    await until(
      'the night to fail',
      async () => (await listRuns(pool, { dagId: 'failing', limit: 1 }))[0]?.state === 'failed',
    );
    const failed = await statusOf('failing');
    assert.deepEqual([failed.verdict, failed.isProblem], ['failed', true]);
    assert.match(failed.sentence, /no file; \S+ is closed: Founder's day$/);
    await pool.query(`delete from stockflow.due_instant where dag_id = 'failing' and business_date = $1`, [
      TODAY.toString(),
    ]);
    await pool.query(`update stockflow.dag set schedule_cursor = $2 where dag_id = $1`, [
      'failing',
      atOne(dayBefore(1)).toString(),
    ]);
    const undecided = await statusOf('failing');
    assert.match(undecided.sentence, /is closed: Founder's day$/);
    assert.deepEqual(undecided.cells.at(-1)?.closedAs, "Founder's day");
    step.on('only', () => null);
  });

  await t.test('are run on the open day before them: once, and with that business date', async () => {
    await engine.writeDag('earlier', nightly('earlier', 'on_closed: previous'));
    await plan('earlier');
    const { rows } = await pool.query(
      `select business_date::text as date, decision, moved_to::text as to from stockflow.due_instant
        where dag_id = 'earlier' order by scheduled_for`,
    );
    assert.deepEqual(
      rows.map(({ date, decision, to }) => [date, decision, to]),
      [
        [dayBefore(2), 'run', null],
        [dayBefore(1), 'closed', dayBefore(2)],
        [dayBefore(0), 'closed', dayBefore(2)],
      ],
    );
    assert.equal((await listRuns(pool, { dagId: 'earlier', limit: 10 })).length, 1);
  });

  await t.test(
    'follow their calendar while a worker runs: an edit is a new version, an error changes nothing',
    async () => {
      const watch = new DagWatch(dagsDir, engine.taskTypes);
      const shaOf = async () => (await findDag(pool, 'skips'))?.sha256;
      await watch.check(pool, 'test', testLog);
      const first = await findDag(pool, 'skips');
      await close([dayBefore(1), 'Stocktaking'], [dayBefore(-1), 'Storm']);
      await watch.check(pool, 'test', testLog);
      const second = await findDag(pool, 'skips');
      assert.notEqual(second?.sha256, first?.sha256);
      const { only } = (await engine.run('skips')).states;
      assert.equal(only, 'success');
      assert.equal(second?.dagVersionId === null || second === null, false);
      const texts = await findVersion(pool, second?.dagVersionId ?? 0);
      assert.deepEqual(
        texts?.calendars.map(({ name }) => name),
        ['fixed', 'shop'],
      );
      assert.match(texts?.calendars[1]?.source ?? '', /Storm/);
      const hash = (text: string) => createHash('sha256').update(text).digest('hex');
      const hashes = [texts?.source ?? '', ...(texts?.calendars ?? []).map(({ source }) => source)].map(hash);
      assert.equal(second?.sha256, hash(hashes.map((each) => `${each}\n`).join('')));
      await until('the next night after the storm', async () => {
        const row = await findDag(pool, 'skips');
        return row?.nextScheduledFor?.equals(atOne(dayBefore(-2))) === true;
      });

      await writeFile(calendar, 'closed: [{name: Storm}]\n');
      await watch.check(pool, 'test', testLog);
      const broken = await findDag(pool, 'skips');
      assert.equal(broken?.sha256, second?.sha256);
      assert.match(
        broken?.problems?.[0]?.message ?? '',
        /the calendar shop is invalid, .*shop\.yaml:1:10 closed\[0\]/,
      );
      await rm(calendar);
      await watch.check(pool, 'test', testLog);
      assert.match(
        (await findDag(pool, 'skips'))?.problems?.[0]?.message ?? '',
        /no calendar is called shop/,
      );
      await close([dayBefore(1), 'Stocktaking'], [dayBefore(-1), 'Storm']);
      await watch.check(pool, 'test', testLog);
      assert.deepEqual([await shaOf(), (await findDag(pool, 'skips'))?.problems], [second?.sha256, null]);
    },
  );
});
