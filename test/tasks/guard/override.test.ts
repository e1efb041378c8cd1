import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { DeferTask, FailTask } from '../../../runner/task.ts';
import exportTask from '../../../tasks/export.ts';
import { NON_OVERRIDABLE, overrideSchema } from '../../../tasks/inventory/guard/override.ts';
import { omsDigest } from '../../support/night/oms.ts';
import { assertStopped } from '../../support/night/oms_untouched.ts';
import { ACTIVE, type CountRow, openOmsWorld } from '../oms/oms_world.ts';

const REASON = 'store 12 closed';

/** Returns the schema's problems with the two texts, by key. */
function problemsOf(guards: string, reason: string): readonly string[] {
  const { error } = overrideSchema.safeParse({ guards, reason });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('guards are named with commas between them, and a reason', () => {
  const { guards, reason } = overrideSchema.parse({
    guards: ' max_row_drop, max_rejected ,',
    reason: ` ${REASON} `,
  });
  assert.deepEqual([...guards], ['max_row_drop', 'max_rejected']);
  assert.equal(reason, REASON);
  assert.deepEqual([...overrideSchema.parse(undefined).guards], []);
  assert.deepEqual([...overrideSchema.parse({ guards: '', reason: '' }).guards], []);
});

test('an unknown guard is refused with those that there are, and a name without a reason or a reason without a name', () => {
  assert.deepEqual(problemsOf('max_row_drop,max_rows', REASON), [
    'guards: no guard is called "max_rows"; these can be overridden: max_drop, max_row_drop, max_coverage_drop, max_rejected, ' +
      'max_single_change, max_total_change',
  ]);
  assert.deepEqual(problemsOf('max_row_drop', '  '), [
    'reason: is empty: to override max_row_drop say why, for the history',
  ]);
  assert.match(
    problemsOf('', REASON).join(),
    /^guards: is empty, and there is a reason to override: name max_drop, /,
  );
});

test('no guard against a wrong file can be overridden, and each says what it keeps out', () => {
  assert.ok(NON_OVERRIDABLE.size >= 10);
  for (const [name, why] of NON_OVERRIDABLE) {
    const [problem, ...more] = problemsOf(name, REASON);
    assert.deepEqual(more, []);
    assert.equal(
      problem?.slice(0, problem.indexOf('; ')),
      `guards: ${name} cannot be overridden, as ${why}: it takes the right file`,
    );
  }
});

test('an overridden guard lets the night pass; history, log and output say which, by how much and why', async (t) => {
  const oms = await openOmsWorld(t);
  for (const id of ['P1', 'P2']) await oms.product(id);
  oms.tasks.files.lastGood.set('task_under_test', { rows: 3 });
  const params = { connection: 'oms', query: 'active_products', to: ACTIVE } as const;
  const output = await oms.tasks.run(exportTask, {
    ...params,
    override: { guards: 'max_drop', reason: REASON },
  });
  const figures = { guard: 'max_drop', figure: '33.33 %', bound: '20 %' };
  const { overridden_guards } = z.looseObject({ overridden_guards: z.json() }).parse(output);
  const sentence =
    'the active list has 2 products, 33.33 % fewer than the 3 of the last good night; at most 20 % fewer is allowed (guards.max_drop)';
  assert.deepEqual(overridden_guards, [{ task_id: 'task_under_test', ...figures, sentence, reason: REASON }]);
  assert.deepEqual(oms.tasks.events, [
    { action: 'guard.overridden', reason: REASON, after: { ...figures, sentence } },
  ]);
  assert.deepEqual(
    oms.tasks.logs.filter(({ level }) => level === 'warn'),
    [{ level: 'warn', message: 'guard overridden', facts: { ...figures, reason: REASON, sentence } }],
  );
});

test('where an override needs an approval, nothing passes before a second person has answered, and then as they said', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.product('P1');
  oms.tasks.files.lastGood.set('task_under_test', { rows: 2 });
  const params = {
    ...({ connection: 'oms', query: 'active_products', to: ACTIVE } as const),
    override: { guards: 'max_drop', reason: REASON },
    override_needs: 'approval',
  } as const;
  await assert.rejects(oms.tasks.run(exportTask, params), (error) => {
    assert.ok(error instanceof DeferTask);
    assert.match(
      error.message,
      /^waits for an approval: task_under_test goes on over max_drop: the active list has 1/,
    );
    return true;
  });
  assert.deepEqual([oms.tasks.files.published, oms.tasks.events], [[], []]);
  assert.equal(oms.tasks.asked[0]?.notRequester, true);

  const answered = { by: 'night_shift', at: oms.tasks.clock.now, reason: 'store 12 is open' } as const;
  oms.tasks.answer = () => ({ ...answered, decision: 'rejected' });
  await assert.rejects(oms.tasks.run(exportTask, params), (error) => {
    assert.ok(error instanceof FailTask);
    assert.match(
      error.message,
      /^night_shift rejected the override \(store 12 is open\): max_drop: the active list/,
    );
    return true;
  });
  oms.tasks.answer = () => ({ decision: 'expired', by: null, at: oms.tasks.clock.now, reason: null });
  await assert.rejects(
    oms.tasks.run(exportTask, params),
    /nobody approved the override by 2026-03-10T05:00:00Z/,
  );
  assert.deepEqual([oms.tasks.files.published, oms.tasks.events], [[], []]);

  oms.tasks.answer = () => ({ ...answered, decision: 'approved' });
  await oms.tasks.run(exportTask, params);
  assert.deepEqual(
    oms.tasks.events.map(({ action, reason }) => [action, reason]),
    [['guard.overridden', REASON]],
  );
});

test('a reset that waits for an approval leaves the OMS as it was and holds no lock there', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.freeze();
  const file = await oms.resetFile([['F1', 'SKU-P1', 100]]);
  const options = {
    guards: { max_single_change: 50 },
    override: { guards: 'max_single_change', reason: REASON },
    overrideNeeds: 'approval',
  } as const;
  const before = await omsDigest(oms.pool);
  await assert.rejects(oms.reset(file, options), (error) => error instanceof DeferTask);
  assert.deepEqual(await omsDigest(oms.pool), before);
  const { rows } = await oms.pool.query(
    "select from pg_locks l join pg_database d on d.oid = l.database join pg_class c on c.oid = l.relation where d.datname = current_database() and c.relnamespace = 'oms'::regnamespace",
  );
  assert.equal(rows.length, 0);
  oms.tasks.answer = () => ({
    decision: 'approved',
    by: 'night_shift',
    at: oms.tasks.clock.now,
    reason: null,
  });
  await oms.reset(file, options);
  const { rows: counts } = await oms.pool.query(
    'select quantity_on_hand_total::integer as count from oms.inventory_item',
  );
  assert.deepEqual(counts, [{ count: 100 }]);
});

test('an override of another guard lets nothing pass, and is not recorded', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.product('P1');
  oms.tasks.files.lastGood.set('task_under_test', { rows: 3 });
  const params = { connection: 'oms', query: 'active_products', to: ACTIVE } as const;
  const override = { guards: 'max_rejected,max_total_change', reason: REASON };
  await assertStopped(oms.pool, () => oms.tasks.run(exportTask, { ...params, override }), /66\.67 % fewer/);
  assert.deepEqual(oms.tasks.events, []);
  // Nothing tripped, nothing is overridden.
  oms.tasks.files.lastGood.delete('task_under_test');
  await oms.tasks.run(exportTask, { ...params, override });
  assert.deepEqual(oms.tasks.events, []);
});

test('an empty active list stays refused, whatever is overridden', async (t) => {
  const oms = await openOmsWorld(t);
  const params = { connection: 'oms', query: 'active_products', to: ACTIVE } as const;
  const override = { guards: 'max_drop', reason: REASON };
  await assert.rejects(oms.tasks.run(exportTask, { ...params, override }), (error) => {
    assert.ok(error instanceof FailTask);
    assert.equal(error.message, 'the active list is empty; at least 1 active product is needed');
    return true;
  });
});

const COUNTS: readonly CountRow[] = [
  ['F1', 'SKU-P1', 100],
  ['F9', 'SKU-P1', 1],
];

test('the batch in the OMS keeps what was overridden for it, before it and in it, and a repeat reports it again', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS);
  const before = {
    task_id: 'filter_reset_file',
    guard: 'max_row_drop',
    figure: '25 %',
    bound: '20 %',
    sentence: 'the file has 900 rows, ...',
    reason: REASON,
  };
  const options = {
    guards: { max_single_change: 50, max_total_change: 90 },
    override: { guards: 'max_single_change,max_rejected', reason: REASON },
    overrides: {
      upstream: { filter_reset_file: { overridden_guards: [before] }, create_variance_file: { rows: 0 } },
    },
  };
  const output = await oms.reset(file, options);
  const own = (guard: string, figure: string, bound: string, sentence: string) => ({
    task_id: 'task_under_test',
    guard,
    figure,
    bound,
    sentence: `${sentence} (guards.${guard})`,
    reason: REASON,
  });
  const expected = [
    before,
    own('max_rejected', '50 %', '0.5 %', '1 of 2 rows rejected, 50 %; at most 0.5 % are allowed'),
    own(
      'max_single_change',
      '90 units',
      '50 units',
      'one key would change by 90 units; at most 50 are allowed',
    ),
  ];
  assert.deepEqual(output.overridden_guards, expected);
  const { rows } = await oms.pool.query<{ kept: unknown }>(
    "select result -> 'overridden_guards' as kept from oms.inventory_sync_batch where kind = 'RESET'",
  );
  assert.deepEqual(rows[0]?.kept, expected);
  assert.deepEqual(
    oms.tasks.events.map(({ action, after }) => [action, after?.guard]),
    [
      ['guard.overridden', 'max_rejected'],
      ['guard.overridden', 'max_single_change'],
    ],
  );
  const again = await oms.reset(file, { overrides: { attempt: { token: 'attempt-2' } } });
  assert.equal(again.already_applied, true);
  assert.deepEqual(again.overridden_guards, expected);
});

test('one guard that is not overridden stops the reset, and nothing is recorded as overridden', async (t) => {
  const oms = await openOmsWorld(t);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.freeze();
  const file = await oms.resetFile(COUNTS.slice(0, 1));
  const options = {
    guards: { max_single_change: 50, max_total_change: 80 },
    override: { guards: 'max_single_change', reason: REASON },
    overrides: { run: { params: { override_guards: 'max_single_change', override_reason: REASON } } },
  };
  const remedy = await assertStopped(
    oms.pool,
    () => oms.reset(file, options),
    /counts would change by 90 units in all; at most 80 are allowed \(guards\.max_total_change\)$/,
  );
  // The params of a run replace its own, so that the guard that it overrides already is named again.
  assert.deepEqual(remedy, {
    clear: {
      label: 'override max_total_change if the figure is right',
      scope: 'failed',
      params: { override_guards: 'max_single_change,max_total_change', override_reason: null },
    },
  });
  assert.deepEqual(oms.tasks.events, []);
});
