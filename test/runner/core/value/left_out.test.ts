import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftOutOf } from '../../../../runner/core/value/left_out.ts';

const PATTERN = 'reset_inventory_*.csv';
const LINK = 'it is a link, and links are not followed';
const usable = (name: string) => ({ name, why: null });

test('each name that is like the pattern is listed with why it is not the file', () => {
  assert.deepEqual(
    leftOutOf(PATTERN, [
      { name: 'reset_inventory_1.csv', why: LINK },
      { name: 'reset_inventory_2 (1).csv', why: 'its name may hold only letters' },
      { name: 'reset_inventory_3.csv', why: 'it is a folder' },
      usable('RESET_INVENTORY_4.CSV'),
      usable('reset_inventory_5.csv.gz'),
      usable('Copy.of.reset-inventory.csv'),
    ]),
    [
      { name: 'Copy.of.reset-inventory.csv', why: 'its name does not match reset_inventory_*.csv' },
      { name: 'RESET_INVENTORY_4.CSV', why: 'its capitals differ from reset_inventory_*.csv' },
      { name: 'reset_inventory_1.csv', why: LINK },
      { name: 'reset_inventory_2 (1).csv', why: 'its name may hold only letters' },
      { name: 'reset_inventory_3.csv', why: 'it is a folder' },
      { name: 'reset_inventory_5.csv.gz', why: 'its name does not match reset_inventory_*.csv' },
    ],
  );
});

test('what the pattern gives, its manifests, and unrelated names are not left out', () => {
  const notes = Array.from({ length: 3000 }, (_, index) => ({ name: `notes ${index}.txt`, why: 'blank' }));
  const given = ['reset_inventory_1.csv', 'reset_inventory_1.csv.manifest.json', 'inventory.csv'].map(usable);
  assert.deepEqual(leftOutOf(PATTERN, [...notes, ...given]), []);
  assert.deepEqual(leftOutOf(PATTERN, [usable('reset_inventory_1.csv.manifest.json')]), [
    { name: 'reset_inventory_1.csv.manifest.json', why: 'its name does not match reset_inventory_*.csv' },
  ]);
});

test('a pattern that begins with * goes by its end, and * alone means every name', () => {
  assert.deepEqual(leftOutOf('*_stock.csv', [usable('a_Stock.csv'), usable('b.csv')]), [
    { name: 'a_Stock.csv', why: 'its capitals differ from *_stock.csv' },
  ]);
  assert.deepEqual(leftOutOf('*', [{ name: 'a b', why: 'blank' }]), []);
});

test('twenty are named, and a name of any characters is quoted and short', () => {
  const many = Array.from({ length: 30 }, (_, index) => usable(`reset_inventory_${10 + index}.txt`));
  assert.equal(leftOutOf(PATTERN, many).length, 20);
  const [hostile] = leftOutOf(PATTERN, [
    { name: `reset_inventory_\n\u001b[31m${'x'.repeat(200)}`, why: 'no' },
  ]);
  assert.match(hostile?.name ?? '', /^"reset_inventory_\\n\\u001b\[31mx+\.\.\."$/);
});
