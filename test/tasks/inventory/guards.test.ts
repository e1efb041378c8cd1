import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  guardActiveList,
  guardFacilityDrop,
  guardFileRows,
  guardOutput,
  guardRejected,
  guardRejectedActive,
  guardRowDrop,
  guardSnapshotAge,
  guardSnapshotOrder,
} from '../../../tasks/inventory/guard/guards.ts';

const at = (text: string) => Temporal.Instant.from(text);
const HOUR_MS = 3_600_000;

test('a file may have exactly a fifth fewer rows than the last good one, and not one row less', () => {
  assert.equal(guardRowDrop(28, 35, 0.2), null);
  assert.equal(guardRowDrop(40, 35, 0.2), null);
  assert.deepEqual(guardRowDrop(27, 35, 0.2), {
    guard: 'max_row_drop',
    figure: '22.86 %',
    bound: '20 %',
    sentence:
      'the file has 27 rows, 22.86 % fewer than the 35 of the last good night; ' +
      'at most 20 % fewer is allowed (guards.max_row_drop)',
  });
});

test('a first night has nothing to compare with', () => {
  assert.equal(guardRowDrop(1, null, 0.2), null);
  assert.equal(guardFacilityDrop({ S1: 1 }, null, 0.2), null);
  assert.equal(guardRowDrop(0, 0, 0.2), null);
});

test('one facility that lost rows trips while the file as a whole does not', () => {
  const last = { S1: 100, S2: 100 };
  assert.equal(guardFacilityDrop({ S1: 80, S2: 300 }, last, 0.2), null);
  assert.match(
    guardFacilityDrop({ S1: 79, S2: 300 }, last, 0.2)?.sentence ?? '',
    /^facility S1 has 79 rows, 21 % fewer than the 100/,
  );
});

test('a facility that is gone is a drop of all its rows, and the worst is named', () => {
  const tripped = guardFacilityDrop({ S1: 50 }, { S1: 100, S2: 100 }, 0.2);
  assert.equal(tripped?.figure, '100 %');
  assert.match(tripped?.sentence ?? '', /^facility S2 has 0 rows.*; and 1 more facilities$/);
  assert.equal(guardFacilityDrop({}, { constructor: 9 }, 0.2)?.figure, '100 %');
});

test('a new facility is no drop', () => {
  assert.equal(guardFacilityDrop({ S1: 100, S9: 1 }, { S1: 100 }, 0.2), null);
});

test('an empty active list trips on the first night too, a shorter one past its bound', () => {
  assert.equal(guardActiveList(0, null, 0.2)?.bound, '1');
  assert.equal(guardActiveList(1, null, 0.2), null);
  assert.equal(guardActiveList(80, 100, 0.2), null);
  assert.equal(guardActiveList(79, 100, 0.2)?.figure, '21 %');
});

test('a file without rows, and an output without rows, trip', () => {
  assert.equal(guardFileRows(1), null);
  assert.equal(guardFileRows(0)?.sentence, 'the file has a header and no rows');
  assert.equal(guardOutput(1, { rowsIn: 9, activeRows: 1 }), null);
  assert.equal(
    guardOutput(0, { rowsIn: 9, activeRows: 0 })?.sentence,
    "none of the file's 9 rows is of an active product; at least 1 row is needed",
  );
  assert.equal(
    guardOutput(0, { rowsIn: 9, activeRows: 4 })?.sentence,
    "none of the file's 4 rows of active products has a count that can be read; at least 1 is needed",
  );
});

test('half a percent of rejected rows passes, one row more does not', () => {
  assert.equal(guardRejected(5, 1000, 0.005), null);
  assert.equal(guardRejected(0, 0, 0.005), null);
  assert.equal(
    guardRejected(6, 1000, 0.005)?.sentence,
    '6 of 1000 rows rejected, 0.6 %; at most 0.5 % are allowed (guards.max_rejected)',
  );
});

test('a snapshot may be as old as the bound and no older', () => {
  const scheduledFor = at('2026-03-10T05:00:00Z');
  assert.equal(guardSnapshotAge(at('2026-03-09T05:00:00Z'), scheduledFor, 24 * HOUR_MS), null);
  const tripped = guardSnapshotAge(at('2026-03-09T04:59:59Z'), scheduledFor, 24 * HOUR_MS);
  assert.equal(tripped?.figure, '2026-03-09T04:59:59Z');
  assert.equal(tripped?.bound, '2026-03-09T05:00:00Z');
});

test('a snapshot must be after the last applied one, not equal to it', () => {
  const last = at('2026-03-09T03:00:00Z');
  assert.equal(guardSnapshotOrder(at('2026-03-09T03:00:01Z'), last), null);
  assert.equal(guardSnapshotOrder(last, null), null);
  assert.match(
    guardSnapshotOrder(last, last)?.sentence ?? '',
    /2026-03-09T03:00:00Z is not after .*2026-03-09T03:00:00Z/,
  );
});

test('bad rows of active products are counted against active rows, at and just over the bound', () => {
  assert.equal(guardRejectedActive(5, 1000, 0.005), null);
  assert.equal(
    guardRejectedActive(6, 1000, 0.005)?.sentence,
    '6 of 1000 rows of active products rejected, 0.6 %; at most 0.5 % are allowed (guards.max_rejected)',
  );
});
