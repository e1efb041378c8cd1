import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrationHeader } from '../../../../runner/core/schema/migration_header.ts';

test('a title is the first sentence of the leading comment, without the line that says what it is compatible with', () => {
  const sql =
    '-- Why a worker gave its lease\n-- up: null where it fell silent.\n-- compatible_from: 0021\nselect 1;';
  assert.deepEqual(migrationHeader(sql), {
    title: 'Why a worker gave its lease up',
    compatibleFrom: '0021',
  });
  assert.deepEqual(migrationHeader('-- compatible_from:  7x \n-- Names e.g. a.b and more. And more.\n'), {
    title: 'Names e.g',
    compatibleFrom: '7x',
  });
});

test('a comment below the first statement says nothing of the file', () => {
  const none = { title: null, compatibleFrom: null };
  assert.deepEqual(migrationHeader('select 1;\n-- compatible_from: 0021\n'), none);
  assert.deepEqual(migrationHeader('create table t ();'), none);
  assert.deepEqual(migrationHeader(''), none);
});
