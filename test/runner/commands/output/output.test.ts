import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from '../../../../runner/commands/output/table_text.ts';
import { escapeControls, oneLine, painter } from '../../../../runner/commands/output/terminal_text.ts';
import { csvText } from '../../../../runner/view/csv_text.ts';
import type { Listing } from '../../../../runner/view/listing.ts';
import { progressText } from '../../../../runner/view/progress_text.ts';
import { bytesText, inZone, spanText } from '../../../../runner/view/time_text.ts';

interface Item {
  readonly name: string;
  readonly count: number | null;
}

const listing: Listing<Item> = {
  columns: [
    { key: 'item_name', value: ({ name }) => name, state: () => 'failed' },
    { key: 'count', value: ({ count }) => count },
    { key: 'hidden', value: () => 'x', dataOnly: true },
    { key: 'note', value: () => 'y', tableOnly: true },
  ],
  rows: [
    { name: 'apples', count: 5 },
    { name: 'a\u001b[31m\nb', count: 1200 },
    { name: 'none', count: null },
  ],
};
const plain = (_: unknown, text: string) => text;

test('a table aligns numbers right, and text from outside cannot break its lines or drive the terminal', () => {
  assert.equal(
    formatTable(listing, plain),
    'item name    count  note\n' +
      'apples           5  y\n' +
      'a\\x1b[31m b   1200  y\n' +
      'none             -  y\n',
  );
});

test('colours are for terminals, and for none under NO_COLOR', () => {
  assert.equal(painter({ isTTY: true }, {})('red', 'x'), '\u001b[31mx\u001b[39m');
  assert.equal(painter({ isTTY: true }, { NO_COLOR: '1' })('red', 'x'), 'x');
  assert.equal(painter({ isTTY: false }, {})('red', 'x'), 'x');
  assert.equal(painter({ isTTY: true }, { TERM: 'dumb' })('red', 'x'), 'x');
});

test('control characters are shown, and only a whole text keeps its line ends', () => {
  assert.equal(escapeControls('a\u0007b\n\tc\u009b'), 'a\\x07b\n\tc\\x9b');
  assert.equal(oneLine('a\n  b\tc'), 'a b\\x09c');
});

test('a CSV cell that a spreadsheet would take for a formula gets a quote; numbers and quotes stay right', () => {
  const cells = [
    '=1+1',
    '+cmd',
    '-5',
    '-5.5e3',
    '-5+1',
    '@x',
    '\tx',
    'a,b',
    'say "no"',
    'two\nlines',
    '\uff1d1+1',
    'plain',
  ];
  const rows = cells.map((cell) => ({ cell }));
  const text = csvText({ columns: [{ key: 'cell', value: ({ cell }) => cell }], rows });
  assert.equal(
    text,
    'cell\n\'=1+1\n\'+cmd\n-5\n-5.5e3\n\'-5+1\n\'@x\n\'\tx\n"a,b"\n"say ""no"""\n"two\nlines"\n\'\uff1d1+1\nplain\n',
  );
  assert.equal(csvText(listing).split('\n')[0], 'item_name,count,hidden');
});

test('a CSV cell that is no text keeps its value: numbers below zero, booleans, objects and what is empty', () => {
  const rows = [-5, -1e30, true, false, { a: ['=x', 1] }, null].map((cell) => ({ cell }));
  assert.equal(
    csvText({
      columns: [
        { key: 'cell', value: ({ cell }) => cell },
        { key: 'end', value: () => '' },
      ],
      rows,
    }),
    'cell,end\n-5,\n-1e+30,\ntrue,\nfalse,\n"{""a"":[""=x"",1]}",\n,\n',
  );
});

test('instants are printed in the zone with its name on that day, or its offset where it has none', () => {
  const at = (text: string) => Temporal.Instant.from(text);
  assert.equal(inZone(at('2026-03-08T06:59:59Z'), 'America/New_York'), '2026-03-08 01:59 EST');
  assert.equal(inZone(at('2026-03-08T07:00:00Z'), 'America/New_York', 'second'), '2026-03-08 03:00:00 EDT');
  assert.equal(inZone(at('2026-01-01T00:00:00Z'), 'Asia/Kathmandu'), '2026-01-01 05:45 GMT+5:45');
});

test('spans and sizes are rounded to what a person reads, and never to 60 seconds or 1000 kB', () => {
  assert.deepEqual(
    [0, 850, 999.6, 12_340, 59_949, 59_950, 245_000, 3_599_600, 3_720_000, 273_600_000, -1_500].map(spanText),
    ['0ms', '850ms', '1.0s', '12.3s', '59.9s', '1m 00s', '4m 05s', '1h 00m', '1h 02m', '3d 04h', '-1.5s'],
  );
  assert.deepEqual([0, 999, 1_000, 84_213, 99_949, 99_960, 999_499, 999_600, 293_400_000].map(bytesText), [
    '0 B',
    '999 B',
    '1.0 kB',
    '84.2 kB',
    '99.9 kB',
    '100 kB',
    '999 kB',
    '1.0 MB',
    '293 MB',
  ]);
});

test('progress reads as an amount, its share, the rate and the time that is left', () => {
  assert.equal(
    progressText({ done: 10_000_000, total: 30_000_000, unit: 'bytes' }, 10_000_000),
    '10.0 MB of 30.0 MB (33%), 10.0 MB/s, 2.0s left',
  );
  assert.equal(progressText({ done: 1_200, total: null, unit: 'rows' }, 400), '1,200 rows, 400 rows/s');
});
