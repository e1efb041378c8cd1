import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidFileError } from '../../../../tasks/inventory/file/invalid_file.ts';
import { bytesOf, cutEvery, HEADER, read, scan } from './support.ts';

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
    keysAtSeveralLocations: 0,
    keysByFacility: { S1: 1, S2: 1 },
    activeWithoutRow: [],
    blankLinesAtEnd: 0,
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

test('quantities at both ends of the range are distinguished from none and from each other', () => {
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
  assert.throws(() => scan([]), new InvalidFileError('the file is empty'));
});

test('columns are found by name in any order and case, other columns are let be', () => {
  const { kept } = scan([bytesOf('note,QTY,IDVALUE,store\nx,5,A1,S1\n')], {
    columns: { facilityId: 'Store', availableQty: 'qty' },
  });
  assert.deepEqual(kept, ['x,5,A1,S1\n']);
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
