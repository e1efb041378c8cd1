import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DAG_ID } from '../../demo/night.ts';
import { reportText } from '../../demo/report/text.ts';
import { cliProject } from '../runner/commands/cli_project.ts';
import { testNight } from '../support/night/night.ts';
import { assertFailedOnce, assertRefused } from '../support/night/refusal.ts';
import { nightEnvironment } from '../support/night/worker.ts';

/** 2025-01-15 was a good night of 1200 rows; on the next night the file has 900, as a store has closed. */
const night = await testNight({ after }, { world: { flaws: { badRows: 0, contradicted: 10 } } });
await night.startWorker();
const { pool, site, snapshotAt } = night;
const good = await night.run();
assert.equal(good.run.state, 'success');
const project = await cliProject({ after }, nightEnvironment(night));

const NEXT = Temporal.PlainDate.from('2025-01-16');
const REASON = 'store 12 closed';
/** A file with so few rows has lost active products too. */
const GUARDS = 'max_row_drop,max_coverage_drop';
const OVERRIDE = ['--param', `override_guards=${GUARDS}`, '--param', `override_reason=${REASON}`];
const lines = night.file.toString().split('\n');
await site.putReset({
  snapshotAt: snapshotAt.add({ hours: 24 }),
  content: `${lines.slice(0, 901).join('\n')}\n`,
});

async function eventsOf(runId: number) {
  const { rows } = await pool.query<{
    action: string;
    actor: string;
    task_id: string;
    reason: string;
    after: unknown;
  }>(
    `select action, actor, task_id, reason, after from audit.event
      where run_id = $1 and action in ('guard.overridden', 'run.params_changed') order by event_id`,
    [runId],
  );
  return rows;
}

/** The params of a run that was given none. */
const NO_WORDS = {
  mode: 'apply',
  override_guards: '',
  override_reason: '',
  supersede: false,
  supersede_reason: '',
};

test('a wrong override is refused at trigger, with what is wrong, and no run is made', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['--param', 'override_guards=max_rowdrop', '--param', 'override_reason=x'],
      /^error: param override_guards: no guard is called "max_rowdrop"; these can be overridden: max_drop, max_row_drop, max_coverage_drop, max_rejected, max_single_change, max_total_change \(with\.override\.guards of export_active_products, .* of filter_reset_file, .* of reset_inventory\)$/m,
    ],
    [
      ['--param', 'override_guards=max_row_drop'],
      /param override_reason: is empty: to override max_row_drop say why/,
    ],
    [
      ['--param', 'override_guards=manifest', '--param', 'override_reason=x'],
      /manifest cannot be overridden, as it keeps a damaged or incomplete file out: it takes the right file/,
    ],
  ];
  for (const [params, says] of wrong) {
    const { code, stderr } = await project.run(['trigger', DAG_ID, '--date', `${NEXT}`, ...params]);
    assert.match(stderr, says);
    assert.equal(code, 2);
  }
  const { rows } = await pool.query('select from stockflow.dag_run where business_date = $1', [`${NEXT}`]);
  assert.equal(rows.length, 0);
});

test('one command overrides the guard that failed a night; it is applied, proved, and says so everywhere', async () => {
  const refused = await assertRefused(night, {
    date: NEXT,
    taskId: 'filter_reset_file',
    says: [/25 % fewer than the 1200 of the last good night/],
  });
  const { runId } = refused.run;
  const shown = await project.run(['runs', 'show', `${runId}`]);
  const advice = /to override max_row_drop.*: stockflow (tasks clear .*)$/m.exec(shown.stdout);
  assert.equal(
    advice?.[1],
    `tasks clear ${runId} --only-failed --param override_guards=${GUARDS} --param override_reason="why"`,
  );

  const cleared = await project.run(['tasks', 'clear', `${runId}`, '--only-failed', ...OVERRIDE]);
  assert.equal(cleared.code, 0, cleared.stderr);
  const ended = await night.ended(runId);
  assert.equal(ended.run.state, 'success');
  const figures = { guard: 'max_row_drop', figure: '25 %', bound: '20 %' };
  const sentence =
    'the file has 900 rows, 25 % fewer than the 1200 of the last good night; at most 20 % fewer is allowed (guards.max_row_drop)';
  const kept = { task_id: 'filter_reset_file', ...figures, sentence, reason: REASON };
  const { rows: batches } = await pool.query<{ first: unknown; second: unknown }>(
    `select result #> '{overridden_guards,0}' as first, result #>> '{overridden_guards,1,sentence}' as second
       from oms.inventory_sync_batch
      where kind = 'RESET' and business_date = $1`,
    [`${NEXT}`],
  );
  assert.deepEqual(
    batches.map(({ first }) => first),
    [kept],
  );
  // The 300 rows that are missing are those of one store and of part of another.
  assert.match(
    `${batches[0]?.second}`,
    /^facility \d+ has 0 rows, 100 % fewer than the \d+ of the last good night/,
  );
  const [changed, overridden, ...more] = await eventsOf(runId);
  assert.equal(changed?.action, 'run.params_changed');
  const given = { override_guards: GUARDS, override_reason: REASON };
  assert.deepEqual(changed?.after, { params: { ...NO_WORDS, ...given } });
  assert.equal(overridden?.action, 'guard.overridden');
  assert.match(overridden?.actor ?? '', /^worker /);
  assert.equal(overridden?.task_id, 'filter_reset_file');
  assert.equal(overridden?.reason, REASON);
  assert.deepEqual(overridden?.after, { ...figures, sentence, attempt: 2 });
  assert.deepEqual(
    more.map(({ action, task_id }) => [action, task_id]),
    Array(4).fill(['guard.overridden', 'filter_reset_file']),
  );
  const logs = await project.run(['tasks', 'logs', `${runId}`, 'filter_reset_file']);
  assert.match(logs.stdout, /guard overridden.*max_row_drop.*store 12 closed/);
});

test('the next night is measured by that one again, and overrides nothing by itself', async () => {
  const date = NEXT.add({ days: 1 });
  await site.putReset({
    snapshotAt: snapshotAt.add({ hours: 48 }),
    content: `${lines.slice(0, 601).join('\n')}\n`,
  });
  const { run } = await assertRefused(night, {
    date,
    taskId: 'filter_reset_file',
    says: [/the file has 600 rows, 33\.33 % fewer than the 900 of the last good night/],
  });
  assert.deepEqual(run.params, NO_WORDS);
  const allowed = await night.run({
    date,
    params: { override_guards: GUARDS, override_reason: 'stocktaking in half of the stores' },
  });
  assert.equal(allowed.run.state, 'success', JSON.stringify(allowed.tasks.map(({ errorText }) => errorText)));
  const text = reportText(await night.report(allowed));
  assert.match(
    text,
    /^OVERRIDDEN +max_row_drop of filter_reset_file, because: stocktaking in half of the stores\n +the file has 600 rows, 33\.33 % fewer than the 900 of the last good night; /m,
  );
  // What the night before had set, less what this one has set or holds out.
  const { rows } = await pool.query<{ count: number }>(
    `with set_by as (
       select b.business_date, r.facility_id, r.product_id
         from oms.external_inventory_reset r join oms.inventory_sync_batch b using (batch_id)
     ), lost as (
       select facility_id, product_id from set_by where business_date = $1::date - 1
       except select facility_id, product_id from set_by where business_date = $1
       except select facility_id, product_id from oms.inventory_sync_held_key where business_date = $1
     )
     select count(*)::integer as count from lost`,
    [`${date}`],
  );
  const lost = rows[0]?.count ?? 0;
  assert.ok(lost > 5);
  assert.match(
    text,
    new RegExp(
      `^Lost cover +${lost} counts that the night before had set, 0 .*\\n +(\\S+ at \\S+, ){5}and ${lost - 5} more$`,
      'm',
    ),
  );
  const whole = reportText(await night.report(good));
  assert.match(whole, /^Overridden +no guard$/m);
  assert.match(
    whole,
    /^Lost cover +0 counts that the night before had set, 0 active products at every store, 0 counts/m,
  );
  assert.match(whole, /^Taken back +\d+ entr(y|ies) of the OMS that the file does not have$/m);
  const report = await night.report(good);
  const found = report.night ?? assert.fail('no night');
  const undone_entries = {
    count: 6,
    first: [{ facility_id: 'STORE_001', product_id: 'P1', sku: '0042', quantity: 2 }],
  };
  assert.match(
    reportText({ ...report, night: { ...found, reset: { ...found.reset, undone_entries } } }),
    /^Taken back +6 entries of the OMS that the file does not have\n +0042 at STORE_001 \(\+2\), and 5 more$/m,
  );
});

test('the rejects of a refused file can be read with the run', async () => {
  const date = NEXT.add({ days: 2 });
  const [header = '', ...rows] = lines.slice(0, 601);
  const bad = rows.map((row, index) => (index < 10 ? row.replaceAll(',', ';') : row));
  await site.putReset({
    snapshotAt: snapshotAt.add({ hours: 72 }),
    content: `${[header, ...bad].join('\n')}\n`,
  });
  const refused = await night.run({ date });
  assertFailedOnce(refused, 'filter_reset_file', [/rows rejected, .*; at most 0\.5 % are allowed/]);
  const { runId } = refused.run;
  assert.match(
    (await project.run(['runs', 'show', `${runId}`])).stdout,
    new RegExp(`^  to see all rejected rows: stockflow runs artifacts ${runId} filter_rejects\\.csv$`, 'm'),
  );
  const printed = await project.run(['runs', 'artifacts', `${runId}`, 'filter_rejects.csv']);
  const [first, second, ...others] = printed.stdout.trimEnd().split('\n');
  assert.equal(first, 'file,line,column,reason,raw');
  assert.match(second ?? '', /^reset_inventory_20250118T044500Z\.csv,2,\d+,wrong_column_count,".*;.*"$/);
  assert.ok(others.length >= 9);
  const listed = await project.run(['runs', 'artifacts', `${runId}`, '-o', 'json']);
  const names: readonly { name: string }[] = JSON.parse(listed.stdout);
  assert.deepEqual(
    names.map(({ name }) => name),
    ['active_products.csv', 'filter_rejects.csv'],
  );
  const unknown = await project.run(['runs', 'artifacts', `${runId}`, 'filter_reject.csv']);
  assert.equal(unknown.code, 4);
  assert.match(unknown.stderr, /has no artifact filter_reject\.csv, did you mean filter_rejects\.csv\?/);

  const override = [
    '--param',
    'override_guards=max_rejected,max_row_drop',
    '--param',
    'override_reason=ten rows',
  ];
  const cleared = await project.run(['tasks', 'clear', `${runId}`, '--only-failed', ...override]);
  assert.equal(cleared.code, 0, cleared.stderr);
  const ended = await night.ended(runId);
  assert.equal(ended.run.state, 'success', JSON.stringify(ended.tasks.map(({ errorText }) => errorText)));
  const changes = await project.run(['changes', '--limit', '3']);
  assert.equal(changes.code, 0, changes.stderr);
  assert.match(
    changes.stdout,
    /^Rejected by the filter\n.*\n(reset_inventory_20250118T044500Z\.csv +\d+ +\d+ +wrong_column_count\n){3}and 7 more rows; all with the rows themselves: npx stockflow runs artifacts \d+ filter_rejects\.csv$/m,
  );
  const document = JSON.parse((await project.run(['changes', `${runId}`, '-o', 'json'])).stdout);
  assert.equal(document.filter_rejected_count, 10);
  assert.deepEqual(document.filter_rejected[0], {
    file: 'reset_inventory_20250118T044500Z.csv',
    ...{ line: '2', column: /,2,(\d+),/.exec(second ?? '')?.[1], reason: 'wrong_column_count' },
  });
});
