import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { Refusal } from '../../../tasks/inventory/refusal.ts';
import {
  bytesOf,
  CSV_PARSE_OPTIONS,
  csvParseLine,
  cutAt,
  cutEvery,
  type ScanCase,
  scan,
} from './scan_support.ts';

const HEADER = 'facilityId,idValue,availableQty\n';

/** Kept rows, and rejects as `line reason`. */
function read(rows: string, options: ScanCase = {}) {
  const { kept, rejected, result } = scan([bytesOf(HEADER + rows)], options);
  return { kept, rejected: rejected.map(({ line, reason }) => `${line} ${reason}`), result };
}

test('active rows pass byte for byte and in order, the others are dropped and counted', () => {
  const { kept, rejected, result } = read('S1,B2,9\nS1,A1,5\r\nS2,"A1",-07\nS2,A10,1\n');
  assert.deepEqual(kept, ['S1,A1,5\r\n', 'S2,"A1",-07\n']);
  assert.deepEqual(rejected, []);
  assert.deepEqual(result, {
    rowsIn: 4,
    kept: 2,
    dropped: 2,
    rejected: 0,
    collapsed: 0,
    conflictingKeys: 0,
    rowsByFacility: { S1: 2, S2: 2 },
    reasons: {},
    endsWithNewline: true,
  });
});

test('a doubled quote is one quote of the id', () => {
  assert.deepEqual(read('S1,"A""1",5\n', { activeIds: ['A"1'] }).kept, ['S1,"A""1",5\n']);
});

test('a row that begins as the one before is held to the same rules', () => {
  // A chunk a line, so that each is first compared with the one before.
  const lines = [
    'facilityId,idType,idValue,availableQty\n',
    'S1,SKU,B2,1\n',
    'S1,SKU,A1,5\n',
    'S1,SKU,A1,6\r\n',
    'S1,SKU,A1,6,\n',
    'S1,SKU,A1\n',
    'S1,SKU,A"1,5\n',
    'S1,SKU,"A1",7\n',
    'S1,SKU,A1,\0\n',
    'S1,SKU,A1,x\n',
    'S1,UPC,A2,8\n',
    'S1,SKU\n',
    'S10,SKU,A1,9\n',
    ',SKU,A1,9\n',
    ',SKU,A1,8\n',
    'S1,SKU,B2,x\n',
    'S1,SKU,A2,8\n',
  ];
  const { kept, rejected, result } = scan(lines.map(bytesOf), { activeIds: ['A1', 'A2'] });
  assert.deepEqual(kept, [
    'S1,SKU,A1,5\n',
    'S1,SKU,A1,6\r\n',
    'S1,SKU,"A1",7\n',
    'S1,UPC,A2,8\n',
    'S10,SKU,A1,9\n',
  ]);
  assert.deepEqual(
    rejected.map(({ line, reason }) => `${line} ${reason}`),
    [
      '5 wrong_column_count',
      '6 wrong_column_count',
      '7 invalid_opening_quote',
      '9 nul_byte',
      '10 bad_quantity',
      '12 wrong_column_count',
      '14 no_facility',
      '15 no_facility',
    ],
  );
  assert.equal(result.dropped, 2);
  assert.equal(result.collapsed, 1);
  assert.deepEqual(result.rowsByFacility, { S1: 8, S10: 1 });
});

test('columns between the facility and the id may change from row to row', () => {
  const rows = Array.from({ length: 3000 }, (_, row) => `S1,BIN${row % 7},${row % 2 ? 'A1' : 'B2'},${row}\n`);
  const text = `facilityId,locationSeqId,idValue,availableQty\n${rows.join('')}`;
  const { kept, result } = scan([bytesOf(text)]);
  assert.deepEqual(
    kept,
    rows.filter((_, row) => row % 2 === 1),
  );
  assert.deepEqual(result.rowsByFacility, { S1: 3000 });
});

test('a delimiter within quotes does not end a field', () => {
  assert.deepEqual(read('"S,1","A1",5\n').result.rowsByFacility, { 'S,1': 1 });
});

test('a quote in the middle of a field rejects its line and no other', () => {
  const { kept, rejected } = read('S1,A"1,5\nS1,A1,5\nS1,"A1"x,5\nS2,A1,6\n');
  assert.deepEqual(rejected, ['2 invalid_opening_quote', '4 invalid_closing_quote']);
  assert.deepEqual(kept, ['S1,A1,5\n', 'S2,A1,6\n']);
});

test('a quote that is never closed costs one line, and two stray quotes do not swallow the rows between', () => {
  const { kept, rejected } = read('S1,"A1,5\nS1,A1,5\nS2,A1,6\nS1,A1",5\nS3,A1,7\n');
  assert.deepEqual(rejected, ['2 quote_not_closed', '5 invalid_opening_quote']);
  assert.deepEqual(kept, ['S1,A1,5\n', 'S2,A1,6\n', 'S3,A1,7\n']);
});

test('too few columns, too many, and an empty line are rejected with their line', () => {
  assert.deepEqual(read('S1,A1\nS1,A1,5,\n\nS1,A1,5\n').rejected, [
    '2 wrong_column_count',
    '3 wrong_column_count',
    '4 wrong_column_count',
  ]);
});

test('a NUL rejects its line, of an inactive id too', () => {
  const { rejected, kept } = read('S1,B\0,5\nS1,A1,5\n');
  assert.deepEqual(rejected, ['2 nul_byte']);
  assert.equal(kept.length, 1);
});

test('a carriage return that is no line end belongs to the field', () => {
  const { rejected, kept } = read('S1,A1,5\r\r\nS1,A1\r,5\nS1,A1,5\r\n');
  assert.deepEqual(rejected, ['2 bad_quantity']);
  assert.deepEqual(kept, ['S1,A1,5\r\n']);
});

test('a quantity that is not a plain whole number of nine digits at most is rejected', () => {
  for (const bad of ['', ' 5', '5 ', '+5', '5.0', '1E+05', '1,5', '١', '--5', '-', '1234567890']) {
    const { rejected } = read(`S1,A1,"${bad}"\n`);
    assert.deepEqual(rejected, ['2 bad_quantity'], JSON.stringify(bad));
  }
  for (const good of ['0', '-0', '007', '-3', '999999999', '-999999999']) {
    assert.deepEqual(read(`S1,A1,${good}\n`).kept, [`S1,A1,${good}\n`]);
  }
});

test('the quantity of an inactive id is not looked at', () => {
  assert.equal(read('S1,B2,many\n').result.dropped, 1);
});

test('an active row without a facility is rejected, an inactive one dropped', () => {
  const { rejected, result } = read(',A1,5\n,B2,5\n');
  assert.deepEqual(rejected, ['2 no_facility']);
  assert.equal(result.dropped, 1);
  assert.deepEqual(result.rowsByFacility, {});
});

test('a repeat with the same quantity is collapsed, one with another kept and counted once as conflicting', () => {
  const { kept, result } = read('S1,A1,5\nS1,A1,05\nS2,A1,5\nS1,A1,6\nS1,A1,7\nS1,A1,5\n');
  assert.deepEqual(kept, ['S1,A1,5\n', 'S2,A1,5\n', 'S1,A1,6\n', 'S1,A1,7\n']);
  assert.equal(result.collapsed, 2);
  assert.equal(result.conflictingKeys, 1);
});

test('quantities at both ends of the range are told apart from none and from each other', () => {
  const { result } = read('S1,A1,-999999999\nS1,A1,999999999\nS1,A1,-999999999\n');
  assert.deepEqual([result.kept, result.collapsed, result.conflictingKeys], [2, 1, 1]);
});

test('an external facility id and an equal own one are two stores', () => {
  const header = 'externalFacilityId,facilityId,idValue,availableQty\n';
  const { result } = scan([bytesOf(`${header}7,,A1,5\n,7,A1,5\n7,9,A1,5\n`)]);
  assert.deepEqual([result.kept, result.collapsed], [2, 1]);
  assert.deepEqual(result.rowsByFacility, { 7: 3 });
});

test('ids are compared exactly: case, zeros and spaces count', () => {
  const options = { activeIds: ['007', '1E+05'] };
  const { kept, result } = read(
    'S1,7,1\nS1,0007,1\nS1,007,1\nS1, 007,1\nS1,100000,1\nS1,1e+05,1\nS1,1E+05,1\n',
    options,
  );
  assert.deepEqual(kept, ['S1,007,1\n', 'S1,1E+05,1\n']);
  assert.equal(result.dropped, 5);
});

test('a facility called __proto__ is counted like any other', () => {
  assert.deepEqual(Object.entries(read('__proto__,B,1\n').result.rowsByFacility), [['__proto__', 1]]);
});

test('a byte order mark belongs to no column name and stays in the header line', () => {
  const { header, kept } = scan(cutEvery(bytesOf(`\uFEFF${HEADER}S1,A1,5\n`), 1));
  assert.equal(header, `\xEF\xBB\xBF${HEADER}`);
  assert.equal(kept.length, 1);
});

test('a last row without a newline is read, and the lack of it said', () => {
  const { kept, result } = read('S1,A1,5');
  assert.deepEqual(kept, ['S1,A1,5']);
  assert.equal(result.endsWithNewline, false);
});

test('a file of the header alone has no rows', () => {
  assert.equal(read('').result.rowsIn, 0);
  assert.equal(scan([bytesOf(HEADER.trimEnd())]).result.endsWithNewline, false);
});

test('a file of no bytes is refused', () => {
  assert.throws(() => scan([]), new Refusal('the file is empty'));
});

test('columns are found by name in any order and case, other columns are let be', () => {
  const { kept } = scan([bytesOf('note,QTY,IDVALUE,store\nx,5,A1,S1\n')], {
    columns: { facilityId: 'Store', availableQty: 'qty' },
  });
  assert.deepEqual(kept, ['x,5,A1,S1\n']);
});

test('a record is too long exactly where csv-parse says so', () => {
  const accepted = 64 * 1024 + 1 - 'S1A15'.length;
  const header = 'facilityId,idValue,availableQty,comments';
  for (const [length, quoted] of [
    [accepted, false],
    [accepted + 1, false],
    [accepted, true],
    [accepted + 1, true],
  ] as const) {
    const comment = quoted ? `"${'"'.repeat(2 * length)}"` : 'x'.repeat(length);
    const row = `S1,A1,5,${comment}\n`;
    const verdict = csvParseLine(header, row, { delimiter: ',', quote: '"' });
    const isAccepted = length === accepted;
    assert.equal('fields' in verdict, isAccepted);
    for (const size of [70_000, 4096]) {
      const { kept, rejected } = scan(cutEvery(bytesOf(`${header}\n${row}S2,A1,5,\n`), size));
      assert.equal(kept.length, isAccepted ? 2 : 1);
      assert.deepEqual(
        rejected.map(({ line, reason, raw }) => [line, reason, raw.length]),
        isAccepted ? [] : [[2, 'record_too_long', 500]],
      );
    }
  }
});

test('characters of several bytes count towards the length of a record as csv-parse counts them', () => {
  // A finished field counts in UTF-16 units, the one being read in bytes; the rest of each row is 5 of either.
  const header = 'facilityId,comments,more,idValue,availableQty';
  let accepted = 0;
  for (const [character, count] of [
    ['€', 21_845],
    ['😀', 16_383],
  ] as const) {
    const units = character.length * count;
    for (const more of [65_532 - units, 65_533 - units]) {
      const row = `S1,${character.repeat(count)},${'x'.repeat(more)},A1,5\n`;
      const text = `${header}\n${row}`;
      let isAccepted = true;
      try {
        parse(text, CSV_PARSE_OPTIONS);
        accepted++;
      } catch (error) {
        if (!(error instanceof CsvError) || error.code !== 'CSV_MAX_RECORD_SIZE') throw error;
        isAccepted = false;
      }
      assert.equal(scan([bytesOf(text)]).kept.length, isAccepted ? 1 : 0, `${character}, ${more}`);
    }
  }
  assert.equal(accepted, 2);
});

test('a line of 40 MB without an end takes no memory to speak of, and reading goes on after it', () => {
  const megabyte = new Uint8Array(1024 * 1024).fill(0x78);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  function* file() {
    yield bytesOf(`${HEADER}S1,"A1`);
    for (let count = 0; count < 40; count++) {
      yield megabyte;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    yield bytesOf('\nS1,A1,5\n');
  }
  const { kept, rejected } = scan(file());
  assert.deepEqual(
    rejected.map(({ line, reason }) => [line, reason]),
    [[2, 'record_too_long']],
  );
  assert.equal(kept.length, 1);
  assert.ok(most < 4 * 1024 * 1024, `${most} bytes held`);
});

test('bytes that are no UTF-8 refuse the file, with their offset, wherever the chunks end', () => {
  const cases: [string, number[]][] = [
    ['a lone continuation byte', [0x80]],
    ['a Latin-1 letter', [0xe9, 0x2c]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a character cut by a newline', [0xe2, 0x82, 0x0a]],
  ];
  const good = bytesOf(`${HEADER}Süd,€😀,5\n`);
  for (const [what, bad] of cases) {
    const bytes = Uint8Array.from([...good, ...bad, ...bytesOf(',B,1\n')]);
    const byte = (bad[0] ?? 0).toString(16);
    const refusal = new Refusal(
      `not UTF-8: byte 0x${byte} at offset ${good.length} (encoding: windows-1252?)`,
    );
    for (let at = 0; at <= bytes.length; at++) assert.throws(() => scan(cutAt(bytes, at)), refusal, what);
  }
});

test('a file that ends inside a character is refused', () => {
  const bytes = Uint8Array.from([...bytesOf(HEADER), 0xe2, 0x82]);
  assert.throws(
    () => scan([bytes]),
    new Refusal(`not UTF-8: byte 0xe2 at offset ${HEADER.length} (encoding: windows-1252?)`),
  );
});

test('windows-1252 rows are matched and rejected by their characters and kept by their bytes', () => {
  const rows = Uint8Array.from([
    ...bytesOf('S'),
    0xfc,
    ...bytesOf('d,'),
    0x80,
    ...bytesOf('1,5\nS1,'),
    0x80,
    ...bytesOf('1,x\n'),
  ]);
  const { kept, rejected, result } = scan([bytesOf(HEADER), rows], {
    encoding: 'windows-1252',
    activeIds: ['€1', '日本'],
  });
  assert.deepEqual(kept, ['S\xfcd,\x801,5\n']);
  assert.deepEqual(rejected, [{ line: 3, reason: 'bad_quantity', raw: 'S1,€1,x' }]);
  assert.deepEqual(result.rowsByFacility, { S1: 1, Süd: 1 });
});

test('a raw row is capped at 500 characters and never ends in half a character', () => {
  const { rejected } = scan([bytesOf(`${HEADER}${'😀'.repeat(249)}x😀😀,A1,5,\n`)]);
  const [row] = rejected;
  assert.equal(row?.raw.length, 500);
  assert.ok(row?.raw.isWellFormed());
});

test('rows are the same whatever the size of the chunks, blocks of 16 KiB and more included', () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, row) => `S${row % 70},${row % 9 === 0 ? 'A1' : `P${row}`},${row}\n`,
  );
  const bytes = bytesOf(HEADER + rows.join(''));
  const whole = scan([bytes]);
  assert.equal(whole.result.kept, 2223);
  assert.equal(whole.result.dropped, 17_777);
  for (const size of [1000, 65_536, 65_537, 200_000]) assert.deepEqual(scan(cutEvery(bytes, size)), whole);
});

test('more facilities than a company can have refuse the file', () => {
  const rows = Array.from({ length: 10_001 }, (_, row) => `S${row},B,1\n`).join('');
  assert.throws(() => read(rows), /facility column holds more than 10000 facilities/);
  assert.throws(() => read(`${'S'.repeat(300)},B,1\n`), /facility column holds an id of 300 bytes/);
});

/** Bytes of the buffers in use: what is only waiting to be collected depends on when the collector last came by. */
function liveBufferBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  collect();
  return process.memoryUsage().arrayBuffers;
}

test('100,000 active products in 70 facilities take about 30 MB and no more however many rows come', () => {
  const activeIds = Array.from({ length: 100_000 }, (_, id) => `P${id}`);
  const buffersBefore = liveBufferBytes();
  let most = 0;
  function* file() {
    yield bytesOf(HEADER);
    for (let round = 0; round < 3; round++) {
      for (let store = 0; store < 70; store++) {
        const rows = Array.from({ length: 500 }, (_, at) => `S${store},P${(at * 199 + round) % 100_000},1\n`);
        yield bytesOf(rows.join(''));
      }
      most = Math.max(most, liveBufferBytes() - buffersBefore);
    }
  }
  const { result } = scan(file(), { activeIds });
  assert.equal(result.kept + result.collapsed, 3 * 70 * 500);
  assert.ok(most < 45_000_000, `${most} bytes held`);
});
