import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Pool, PoolClient } from 'pg';
import { type OmsWorld, openOmsWorld } from '../oms_world.ts';

const BEFORE = '2026-03-10T01:00:00Z';

/**
 * Opens a night with one key: 10 in stock, 3 shipped and not booked, Retail Pro counts 10. The right result is 7, by
 * a reset of +3 and a variance of -3.
 */
async function openNight(t: TestContext, connections?: (pool: Pool) => Record<string, Pool>) {
  const oms = await openOmsWorld(t, connections);
  await oms.facility('F1');
  await oms.product('P1');
  await oms.stock('F1', 'P1', 10);
  await oms.ship({ id: 'S1', facility: 'F1', product: 'P1', quantity: 3, at: BEFORE });
  const frozen = await oms.freeze();
  return { oms, frozen, file: await oms.resetFile([['F1', 'SKU-P1', 10]]) };
}

async function postedDetails(oms: OmsWorld): Promise<string[]> {
  const { rows } = await oms.pool.query<{ posted: string }>(
    `select reason_enum_id || ' ' || trim_scale(quantity_on_hand_diff) as posted
       from oms.inventory_item_detail where reason_enum_id is not null order by 1`,
  );
  return rows.map(({ posted }) => posted);
}

/**
 * Returns a pool that loses its session at the first commit, just before it reaches the server or just after it took
 * effect.
 */
function losingPool(pool: Pool, when: 'before' | 'after'): Pool {
  let isArmed = true;
  const commit = async (client: PoolClient) => {
    isArmed = false;
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    if (when === 'after') await client.query('commit');
    // Not events.once, which an error event on the way to the end would reject.
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;
    return client.query('commit');
  };
  const losing = (client: PoolClient) =>
    passing(client, {
      query: (...args: unknown[]) =>
        args[0] === 'commit' && isArmed ? commit(client) : Reflect.apply(client.query, client, args),
    });
  return passing(pool, { connect: async () => losing(await pool.connect()) });
}

/** Returns the object with some of its methods replaced. */
function passing<T extends object>(target: T, replaced: Readonly<Record<string, unknown>>): T {
  // Hollow, as a proxy may not lie about its target's fixed properties.
  const hollow: T = Object.create(null);
  return new Proxy(hollow, {
    get(_, key) {
      if (typeof key === 'string' && Object.hasOwn(replaced, key)) return replaced[key];
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

for (const when of ['before', 'after'] as const) {
  test(`P1: a session lost just ${when} the commit leaves the reset applied once, by this attempt`, async (t) => {
    const { oms, file } = await openNight(t, (pool) => ({
      oms: pool,
      losing: losingPool(pool, when),
    }));
    const output = await oms.reset(file, { connection: 'losing' });
    assert.equal(output.already_applied, false);
    assert.equal(output.units, 3);
    assert.deepEqual(await postedDetails(oms), ['VAR_EXT_RESET 3']);
    assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 10);
  });

  test(`P1: a session lost just ${when} the commit leaves the variance applied once`, async (t) => {
    const { oms, file, frozen } = await openNight(t, (pool) => ({
      oms: pool,
      losing: losingPool(pool, when),
    }));
    await oms.reset(file);
    await oms.applyVariance(frozen, { connection: 'losing' });
    assert.deepEqual(await postedDetails(oms), ['VAR_EXT_RESET 3', 'VAR_INTEGR -3']);
    assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
  });
}

test('P2: of four resets and four variances at once, one each applies and the others report what it did', async (t) => {
  const { oms, file, frozen } = await openNight(t);
  const tokens = ['a', 'b', 'c', 'd'];
  const resets = await Promise.all(
    tokens.map((token) => oms.reset(file, { overrides: { attempt: { token } } })),
  );
  assert.deepEqual(resets.map((output) => output.already_applied).sort(), [false, true, true, true]);
  for (const output of resets)
    assert.deepEqual({ ...output, already_applied: false }, { ...resets[0], already_applied: false });

  const variances = await Promise.all(
    tokens.map((token) => oms.applyVariance(frozen, { overrides: { attempt: { token } } })),
  );
  assert.deepEqual(variances.map((output) => output.already_applied).sort(), [false, true, true, true]);
  assert.deepEqual(await postedDetails(oms), ['VAR_EXT_RESET 3', 'VAR_INTEGR -3']);
});

test('P6: a rerun of the whole night changes nothing and gives the first figures and the same file', async (t) => {
  const { oms, file, frozen } = await openNight(t);
  const first = await oms.reset(file);
  const firstVariance = await oms.applyVariance(frozen);
  await oms.move('F1', 'P1', -1, '2026-03-10T12:00:00Z');
  const before = await oms.digest();

  const again = { attempt: { token: 'another' } };
  const refrozen = await oms.freeze({ overrides: again });
  assert.equal(refrozen.freeze_kept, true);
  assert.equal(refrozen.sha256, frozen.sha256);
  assert.equal(refrozen.location, frozen.location);
  assert.deepEqual(await oms.reset(file, { overrides: again }), { ...first, already_applied: true });
  assert.deepEqual(await oms.applyVariance(refrozen, { overrides: again }), {
    ...firstVariance,
    already_applied: true,
  });
  assert.equal(await oms.digest(), before);
});

test('P6: an item that is moved to another shelf after the freeze leaves the variance file byte for byte as it was', async (t) => {
  const { oms, file, frozen } = await openNight(t);
  await oms.reset(file);
  await oms.pool.query(`update oms.inventory_item set location_seq_id = 'ELSEWHERE'`);
  const refrozen = await oms.freeze({ overrides: { attempt: { token: 'another' } } });
  assert.equal(refrozen.sha256, frozen.sha256);
});

test('before its reset a night may be frozen again, from what is known then', async (t) => {
  const { oms, frozen } = await openNight(t);
  await oms.posting({
    id: 'I1',
    of: 'S1',
    facility: 'F1',
    product: 'P1',
    diff: -3,
    booked: '2026-03-10T02:00:00Z',
  });
  const again = await oms.freeze();
  assert.equal(frozen.rows, 1);
  assert.equal(again.rows, 0);
  const { rows } = await oms.pool.query<{ v: number }>(
    'select variance_qty::float8 as v from oms.inventory_sync_expectation',
  );
  assert.deepEqual(rows, [{ v: 0 }]);
});

test('a freeze that starts while a reset is at work waits for it and keeps what it applied', async (t) => {
  const { oms, file, frozen } = await openNight(t);
  const [, refrozen] = await Promise.all([
    oms.reset(file),
    oms.freeze({ overrides: { attempt: { token: 'b' } } }),
  ]);
  await oms.applyVariance(refrozen);
  assert.equal(refrozen.sha256, frozen.sha256);
  assert.equal((await oms.onHand('F1', 'P1'))?.qoh, 7);
});

test('a cancelled reset ends its statement on the server and changes nothing', async (t) => {
  const { oms, file } = await openNight(t);
  const before = await oms.digest();
  const holder = await oms.pool.connect();
  await holder.query('begin; lock table oms.inventory_sync_batch in share row exclusive mode');
  const cancel = new AbortController();
  const outcome = assert.rejects(
    oms.reset(file, { overrides: { signal: cancel.signal } }),
    /the operator cancelled/,
  );
  const waiting = async () => {
    const { rows } = await oms.pool.query<{ count: number }>(
      "select count(*)::integer as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    return rows[0]?.count ?? 0;
  };
  while ((await waiting()) === 0);
  cancel.abort(new Error('the operator cancelled'));
  await outcome;
  assert.equal(await waiting(), 0);
  await holder.query('rollback');
  holder.release();
  assert.equal(await oms.digest(), before);
});
