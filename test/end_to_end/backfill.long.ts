import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { z } from 'zod';
import { verifyNight } from '../../tasks/oms/verify/verify.ts';
import { cliProject } from '../runner/commands/cli_project.ts';
import { testNight } from '../support/night/night.ts';
import { omsDigest } from '../support/night/oms.ts';
import { nightEnvironment, startNightWorkerProcess } from '../support/night/worker.ts';
import { until } from '../support/until.ts';

/** The world's night is the first of 31; 01:00 in New York is 06:00Z in winter. */
const FIRST = Temporal.PlainDate.from('2025-01-15');
const LAST = '2025-02-14';
const NIGHTS = 31;
const RANGE = ['--from', FIRST.toString(), '--to', LAST];

/** A small world: the test is about the order of many nights, not the size of one. */
const night = await testNight(
  { after },
  {
    world: {
      businessDate: FIRST,
      products: 60,
      facilities: 2,
      activeProducts: 20,
      // One bad row would be more than the guards allow.
      flaws: { badRows: 0, contradicted: 0 },
    },
    rows: 120,
  },
);
const project = await cliProject({ after }, nightEnvironment(night));
const backfill = (...words: readonly string[]) => project.run(['backfill', ...words]);

const plannedDate = z.looseObject({
  business_date: z.string(),
  scheduled_for: z.string().nullable(),
  decision: z.string(),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
});
const shownDate = z.looseObject({
  ...plannedDate.shape,
  run_id: z.int().nullable(),
  state: z.string().nullable(),
  error_text: z.string().nullable(),
});
const shownBackfill = z.object({
  backfill: z.looseObject({ backfill_id: z.int(), state: z.string() }),
  dates: z.array(shownDate),
});

const snapshotOf = (index: number) => night.snapshotAt.add({ hours: 24 * index });

/** Puts the world's own file, with the night as a remark, so that its bytes are new. */
async function putFile(index: number): Promise<void> {
  const content = night.file.toString().replace(/,\n/, `,night ${index}\n`);
  await night.site.putReset({ snapshotAt: snapshotOf(index), content });
}

async function show(): Promise<z.output<typeof shownBackfill>> {
  const { code, stdout, stderr } = await backfill('show', 'inventory_sync', '-o', 'json');
  assert.equal(code, 0, stderr);
  return shownBackfill.parse(JSON.parse(stdout));
}

/** Returns the nights whose reset is applied, each with its snapshot. */
async function appliedNights(): Promise<readonly string[]> {
  const { rows } = await night.pool.query<{ night: string }>(
    `select business_date || ' ' || to_char(snapshot_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as night
       from oms.inventory_sync_batch where kind = 'RESET' order by business_date`,
  );
  return rows.map((row) => row.night);
}

const comparable = ({ business_date, scheduled_for, decision, reason }: z.output<typeof plannedDate>) => ({
  business_date,
  scheduled_for,
  decision,
  reason,
});

function plannedDates(stdout: string): readonly z.output<typeof plannedDate>[] {
  return z.object({ dates: z.array(plannedDate) }).parse(JSON.parse(stdout)).dates;
}

let dryRun: readonly z.output<typeof plannedDate>[] = [];

test('31 nights: the dry run plans each date and does nothing', async () => {
  // The files of the last two nights are not there yet.
  for (let index = 0; index < NIGHTS - 2; index += 1) await putFile(index);
  const before = await omsDigest(night.pool);
  const { code, stdout, stderr } = await backfill(
    'create',
    'inventory_sync',
    ...RANGE,
    '--dry-run',
    '-o',
    'json',
  );
  assert.equal(code, 0, stderr);
  dryRun = plannedDates(stdout);
  assert.deepEqual(
    dryRun.map(comparable),
    Array.from({ length: NIGHTS }, (_, index) => ({
      business_date: FIRST.add({ days: index }).toString(),
      scheduled_for: `${FIRST.add({ days: index })}T06:00:00Z`,
      decision: 'create',
      reason: null,
    })),
  );
  assert.deepEqual(await omsDigest(night.pool), before);
  const { rows } = await night.pool.query(
    'select (select count(*) from stockflow.dag_run)::int as runs, (select count(*) from stockflow.backfill)::int as backfills',
  );
  assert.deepEqual(rows, [{ runs: 0, backfills: 0 }]);
});

test('a connection that does not answer is reported, and the dry run exits 5', async () => {
  for (const [url, says] of [
    ['', /STOCKFLOW_CONN_OMS is not set/],
    ['postgres://me:s3cret@127.0.0.1:1/oms', /127\.0\.0\.1:1/],
  ] as const) {
    const words = ['backfill', 'create', 'inventory_sync', ...RANGE, '--dry-run', '-o', 'json'];
    const { code, stdout, stderr } = await project.run(words, { STOCKFLOW_CONN_OMS: url });
    assert.equal(code, 5, stderr);
    assert.match(stderr, /31 of these dates could not be checked: wait_for_reset_file: /);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr + stdout, /s3cret/);
    for (const date of plannedDates(stdout)) {
      assert.equal(date.decision, 'create');
      assert.match(date.detail ?? '', /^not checked: /);
    }
  }
});

test('31 nights: command and worker killed in the middle, the backfill goes on with the next worker', async (t) => {
  const first = await startNightWorkerProcess(t, night);
  const creating = project.start([
    'backfill',
    'create',
    'inventory_sync',
    ...RANGE,
    '-y',
    '--reason',
    'January again',
  ]);
  await until('three nights to end', async () => ((await appliedNights()).length > 3 ? true : null), 120_000);
  await creating.said('2025-01-15 success (1 of 31), run 1, ');
  await until('a night in its middle', async () => {
    const { rows } = await night.pool.query(
      `select from stockflow.task_instance where state = 'running' and worker_id = $1`,
      [first.workerId],
    );
    return rows.length > 0 ? true : null;
  });
  creating.kill('SIGKILL');
  await first.kill();
  await creating.ended;

  const standing = await show();
  assert.equal(standing.backfill.state, 'running');
  assert.deepEqual(standing.dates.map(comparable), dryRun.map(comparable), 'the plan is not the dry run');
  assert.ok(standing.dates.filter(({ state }) => state === 'waiting').length > 20);

  await startNightWorkerProcess(t, night);
  const { code, stdout, stderr } = await backfill('watch', 'inventory_sync', '-o', 'json');
  assert.equal(code, 1, stderr);
  const { backfill: found, dates } = shownBackfill.parse(JSON.parse(stdout));
  assert.equal(found.state, 'failed');
  assert.deepEqual(
    dates.map(({ state }) => state),
    Array.from({ length: NIGHTS }, (_, index) => (index < NIGHTS - 2 ? 'success' : 'failed')),
  );
  assert.match(dates.at(-1)?.error_text ?? '', /no file at .* for 2025-02-14/);
  const { rows } = await night.pool.query<{ crashed: number; runs: number }>(
    `select (select count(*) from stockflow.task_attempt where state = 'crashed')::int as crashed,
            (select count(*) from stockflow.dag_run)::int as runs`,
  );
  assert.ok((rows[0]?.crashed ?? 0) >= 1, 'the kill met no task');
  assert.equal(rows[0]?.runs, NIGHTS, 'a date was worked by two runs');

  await t.test('both failures are retried by one command, and every count is right', async () => {
    const text = (await backfill('show', 'inventory_sync')).stdout;
    assert.match(text, /31 dates: 29 success, 2 failed\n/);
    assert.match(text, /retry what failed: {2}stockflow backfill retry-failed \d+/);
    await putFile(NIGHTS - 2);
    await putFile(NIGHTS - 1);
    const retried = await backfill('retry-failed', 'inventory_sync', '--reason', 'the files came');
    assert.equal(retried.code, 0, retried.stderr);
    assert.match(retried.stderr, /retrying 2025-02-13, 2025-02-14\n/);
    assert.match(retried.stdout, /31 dates: 31 success\n/);
  });

  await t.test('each night found its own file, and the last snapshot is what is in the counts', async () => {
    assert.deepEqual(
      await appliedNights(),
      Array.from({ length: NIGHTS }, (_, index) => `${FIRST.add({ days: index })} ${snapshotOf(index)}`),
    );
    const client = await night.pool.connect();
    const check = await verifyNight(client, { externalSystemId: 'RETAIL_PRO', businessDate: LAST });
    client.release();
    for (const [name, { checked, violations, examples }] of Object.entries(check)) {
      assert.ok(checked > 0, name);
      assert.equal(violations, 0, `${name}: ${JSON.stringify(examples)}`);
    }
    const { rows: proofs } = await night.pool.query<{ count: number }>(
      `select count(*)::int as count from stockflow.task_instance where task_id = 'verify_night' and state = 'success'`,
    );
    assert.deepEqual(proofs, [{ count: NIGHTS }]);
  });

  await t.test('who worked these nights, and why, is in the history', async () => {
    const { rows: events } = await night.pool.query(
      `select action, reason from stockflow.event where action like 'backfill.%' order by event_id`,
    );
    assert.deepEqual(events, [
      { action: 'backfill.created', reason: 'January again' },
      { action: 'backfill.finished', reason: null },
      { action: 'backfill.retried', reason: 'the files came' },
      { action: 'backfill.finished', reason: null },
    ]);
  });
});

test('nights older than an applied one are refused with both snapshots, and nothing is changed', async () => {
  const before = await omsDigest(night.pool);
  const words = [
    'create',
    'inventory_sync',
    '--from',
    '2025-02-12',
    '--to',
    LAST,
    '--reprocess',
    'completed',
  ];
  const { code, stdout } = await backfill(...words, '--dry-run', '-o', 'json');
  assert.equal(code, 0);
  const planned = plannedDates(stdout);
  assert.deepEqual(
    planned.map(({ business_date, decision, reason }) => [business_date, decision, reason]),
    [
      ['2025-02-12', 'refused', 'newer snapshot applied'],
      ['2025-02-13', 'refused', 'newer snapshot applied'],
      // Its own night does not stand in its way.
      ['2025-02-14', 'rerun', 'succeeded'],
    ],
  );
  assert.equal(
    planned[0]?.detail,
    'the snapshot 2025-02-12T04:45:00Z of 2025-02-12 is not after the snapshot 2025-02-14T04:45:00Z of 2025-02-14, ' +
      'which is already applied',
  );

  const old = ['create', 'inventory_sync', '--from', '2025-01-13', '--to', '2025-01-14', '-y'];
  const asked = await backfill(...old);
  assert.equal(asked.code, 1);
  assert.match(asked.stdout, /2025-01-13 01:00 EST {2}refused \(newer snapshot applied\)/);
  // The deadline is 05:00 in New York.
  assert.match(
    asked.stdout,
    /any snapshot of 2025-01-13, at the latest 2025-01-13T10:00:00Z, is not after the snapshot/,
  );
  assert.match(asked.stderr, /nothing to do: 0 of 2 dates to work: 2 refused \(newer snapshot applied\)/);
  assert.deepEqual(await omsDigest(night.pool), before);
});

test('the newest night first leaves the older ones nothing to do, and the plan says so', async () => {
  const words = ['--from', '2025-02-15', '--to', '2025-02-17', '--run-backwards', '--dry-run', '-o', 'json'];
  const { stdout } = await backfill('create', 'inventory_sync', ...words);
  assert.deepEqual(
    plannedDates(stdout).map(({ business_date, decision, reason }) => [business_date, decision, reason]),
    [
      ['2025-02-17', 'create', null],
      ['2025-02-16', 'refused', 'newer night comes first'],
      ['2025-02-15', 'refused', 'newer night comes first'],
    ],
  );
});
