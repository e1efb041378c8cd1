import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { bytesOf, CSV_PARSE_OPTIONS, csvParseLine, cutEvery, HEADER, read, scan } from './support.ts';

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

test('more facilities than a company can have refuse the file', () => {
  const rows = Array.from({ length: 10_001 }, (_, row) => `S${row},B,1\n`).join('');
  assert.throws(() => read(rows), /facility column holds more than 10000 facilities/);
  assert.throws(() => read(`${'S'.repeat(300)},B,1\n`), /facility column holds an id of 300 bytes/);
});

/** Returns the bytes of reachable buffers; unreachable ones depend on when the garbage collector last ran. */
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
