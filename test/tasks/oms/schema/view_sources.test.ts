import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quoted } from '../../../../tasks/oms/schema/catalog/quoted.ts';
import { viewSources } from '../../../../tasks/oms/schema/catalog/view_sources.ts';

test('the columns below a view are told from its plan: plain ones, ones cast to text, and times read in the session zone', () => {
  const plan = {
    Output: [
      'p.product_id',
      '(p."Type")::text',
      '(g.from_date)::timestamp with time zone',
      "timezone('UTC'::text, g.at)",
      '(g.n)::integer',
    ],
    Plans: [
      { 'Relation Name': 'product', Schema: 'public', Alias: 'p' },
      { 'Relation Name': 'good_id', Schema: 'public', Alias: 'g' },
    ],
  };
  const { tables, columns } = viewSources(plan);
  assert.deepEqual(tables, [
    { schema: 'public', table: 'product' },
    { schema: 'public', table: 'good_id' },
  ]);
  assert.deepEqual(columns, [
    { schema: 'public', table: 'product', column: 'product_id', cast: 'none' },
    { schema: 'public', table: 'product', column: 'Type', cast: 'none' },
    { schema: 'public', table: 'good_id', column: 'from_date', cast: 'session_zone' },
    null,
    null,
  ]);
});

test('a name is quoted where it must be', () => {
  assert.deepEqual(['product', 'rows', 'order', 'Item', 'a"b'].map(quoted), [
    'product',
    'rows',
    '"order"',
    '"Item"',
    '"a""b"',
  ]);
});
