/** Oddities of real senders' files: those with a clear meaning are accepted, the others must be named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidFileError } from '../../../../tasks/inventory/file/invalid_file.ts';
import { bytesOf, cutAt, cutEvery, read, scan } from './support.ts';

const LOCATED = 'facilityId,locationSeqId,idValue,availableQty\n';
const located = (rows: string) => scan([bytesOf(LOCATED + rows)]);

test('blank lines and a DOS end mark after the last row are no rows, and counted', () => {
  for (const end of ['\n', '\r\n', '\n\n', '\x1a', '\n\x1a']) {
    for (const size of [1, 7, 1000]) {
      const bytes = bytesOf(`facilityId,idValue,availableQty\nS1,A1,5\n${end}`);
      const { result, rejected } = scan(cutEvery(bytes, size));
      assert.deepEqual([result.rowsIn, result.kept, rejected.length], [1, 1, 0], JSON.stringify(end));
      assert.equal(result.endsWithNewline, true);
      assert.equal(result.blankLinesAtEnd, end.split('\n').length - (end.endsWith('\x1a') ? 0 : 1));
    }
  }
});

test('blank lines at the end are no rows either where a chunk border lies among them', () => {
  const bytes = bytesOf('externalFacilityId,facilityId,idValue,availableQty\n042,,A1,0\n\n\n');
  for (let at = 0; at <= bytes.length; at++) {
    const { result, rejected } = scan(cutAt(bytes, at));
    assert.deepEqual([result.rowsIn, rejected.length, result.blankLinesAtEnd], [1, 0, 2], `cut at ${at}`);
  }
});

test('a blank line between rows is a row with too few columns, at its own line', () => {
  const { kept, rejected, result } = read('S1,A1,5\n\n\r\nS2,A1,6\n');
  assert.equal(kept.length, 2);
  assert.deepEqual(rejected, ['3 wrong_column_count', '4 wrong_column_count']);
  assert.equal(result.rowsIn, 4);
});

test('a row cut by an end mark is still a row without a line end', () => {
  const { result } = scan([bytesOf('facilityId,idValue,availableQty\nS1,A1,5\x1a')]);
  assert.equal(result.endsWithNewline, false);
});

test('header names padded with spaces are found, and columns without a name are passed over', () => {
  const { kept } = scan([bytesOf(' facilityId , idValue,availableQty ,,\nS1,A1,5,,\n')]);
  assert.deepEqual(kept, ['S1,A1,5,,\n']);
});

test('line ends of CR alone are named, in a small file and in a large one', () => {
  const rows = 'facilityId,idValue,availableQty\rS1,A1,5\r';
  assert.throws(
    () => scan([bytesOf(rows)]),
    (error) => error instanceof InvalidFileError && /lines end in CR alone/.test(error.message),
  );
  assert.throws(
    () => scan([bytesOf(rows.repeat(3000))]),
    (error) =>
      error instanceof InvalidFileError &&
      /they end in CR alone, and LF or CRLF is expected/.test(error.message),
  );
});

test('rows of one product at two locations of a store are both kept, equal or not, and the key is counted', () => {
  for (const second of ['3', '5']) {
    const { kept, result } = located(`S1,A1L,A1,3\nS1,B2L,A1,${second}\nS2,A1L,A1,3\n`);
    assert.equal(kept.length, 3);
    assert.equal(result.keysAtSeveralLocations, 1);
    assert.equal(result.conflictingKeys, 0);
    assert.deepEqual(result.keysByFacility, { S1: 1, S2: 1 });
  }
});

test('rows of the same location are one where they are equal, and conflict where they are not', () => {
  const { result } = located('S1,L1,A1,3\nS1,L2,A1,4\nS1,L1,A1,3\nS1,L2,A1,4\nS1,,A1,9\n');
  assert.deepEqual([result.kept, result.collapsed, result.conflictingKeys], [3, 2, 0]);
  assert.equal(located('S1,L1,A1,3\nS1,L2,A1,4\nS1,L2,A1,5\n').result.conflictingKeys, 1);
});

test('counts with a dot and zeros are taken where the file is said to have them, and nowhere else', () => {
  const rows = 'S1,A1,5.0\nS2,A1,-12.000\nS3,A1,7\nS4,A1,7.5\n';
  assert.deepEqual(read(rows).rejected, ['2 bad_quantity', '3 bad_quantity', '5 bad_quantity']);
  const taken = read(rows, { quantityNotation: 'decimal_zero' });
  assert.equal(taken.kept.length, 3);
  assert.deepEqual(taken.rejected, ['5 bad_quantity']);
});

test('active products without a row that can be used are named, and keys are counted by store', () => {
  const { result } = read('S1,A1,5\nS1,A2,x\nS2,A1,6\nS2,B9,1\n', { activeIds: ['A1', 'A2', '007'] });
  assert.deepEqual(result.activeWithoutRow, ['A2', '007']);
  assert.deepEqual(result.keysByFacility, { S1: 1, S2: 1 });
});
