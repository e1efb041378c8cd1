import assert from 'node:assert/strict';
import { test } from 'node:test';
import sql from '../../../../tasks/sql.ts';
import { openOms } from '../support/oms.ts';

const PARAMS = { connection: 'oms', statement: 'test/support/units_on_hand.sql' };

test('the rows of the statement are the output, and too few of them fail the task', async () => {
  await using oms = await openOms();
  const output = await oms.world.run(sql, { ...PARAMS, values: ['S1', 'P1'] });
  assert.partialDeepStrictEqual(output, { row_count: 1, rows: [{ units: 8 }] });
  await assert.rejects(
    oms.world.run(sql, { ...PARAMS, values: ['S1', 'P9'], min_rows: 1 }),
    /0 rows, and at least 1/,
  );
});
