import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteTable } from '../../../../tasks/inventory/scan/bytes/table.ts';
import { bytesOf } from './support.ts';

const find = (table: ByteTable, text: string) =>
  table.find(bytesOf(`<${text}>`), 1, bytesOf(text).length + 1);
const add = (table: ByteTable, text: string) => table.add(bytesOf(`<${text}>`), 1, bytesOf(text).length + 1);

test('strings are numbered in the order they are added and found by their bytes', () => {
  const table = new ByteTable();
  assert.deepEqual(
    ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'xbcd', 'Ä'].map((text) => add(table, text)),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  assert.equal(find(table, 'abcd'), 4);
  assert.equal(find(table, ''), 0);
  for (const other of ['b', 'bc', 'abce', 'zbcd', 'abcdef', 'ä']) assert.equal(find(table, other), -1, other);
  assert.deepEqual(table.bytesOf(7), bytesOf('Ä'));
  assert.throws(() => table.bytesOf(8), RangeError);
});

test('an equal hash is not taken for an equal string', () => {
  // Found by search: the first and the one asked for share length and hash, the second its length and last four bytes.
  const table = new ByteTable();
  add(table, 'SKU-1wesw4e');
  add(table, 'XYZ-1ptp9g3');
  assert.equal(find(table, 'SKU-1ptp9g3'), -1);
});

test('a table finds each of many strings and none of as many others', () => {
  const table = new ByteTable();
  const count = 20_000;
  for (let id = 0; id < count; id++) add(table, `in ${id}`);
  for (let id = 0; id < count; id++) {
    assert.equal(find(table, `in ${id}`), id);
    assert.equal(find(table, `no ${id}`), -1);
  }
});

test('an entry does not change with the buffer it was read from', () => {
  const table = new ByteTable();
  const buffer = Buffer.from('S1');
  table.add(buffer, 0, 2);
  buffer.fill(0);
  assert.equal(find(table, 'S1'), 0);
});
