import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookedAt, EVENTS, handWorkedWorld, NIGHT } from './story.ts';

const truthOf = (key: string, world = handWorkedWorld()) => {
  const truth = world.truth.keys.get(key);
  assert.ok(truth, key);
  return truth;
};

test('a shipment Retail Pro never booked lies between its count and the shelf', () => {
  const truth = truthOf('STORE_1/A');
  assert.equal(truth.standing, 'covered');
  assert.equal(truth.retailproUnits, 8); // 10 - 2 at the till
  assert.equal(truth.varianceUnits, -3);
  assert.deepEqual(truth.before, { atSnapshotUnits: 7, onHandUnits: 12, availableUnits: 12 });
  assert.deepEqual(truth.after, { atSnapshotUnits: 5, onHandUnits: 10, availableUnits: 10 });
});

test('a shipment booked at the wrong store is missing there and too many here', () => {
  const here = truthOf('STORE_1/B');
  assert.deepEqual([here.retailproUnits, here.varianceUnits], [6, -2]);
  assert.deepEqual(here.after, { atSnapshotUnits: 4, onHandUnits: 4, availableUnits: 4 });
  const there = truthOf('STORE_2/B');
  assert.deepEqual([there.retailproUnits, there.varianceUnits], [3, 2]);
  assert.deepEqual(there.after, { atSnapshotUnits: 5, onHandUnits: 5, availableUnits: 5 });
});

test('a key whose booking nobody can place keeps its count and its promises', () => {
  const truth = truthOf('STORE_2/A');
  assert.equal(truth.standing, 'ambiguous');
  assert.deepEqual(truth.before, { atSnapshotUnits: 3, onHandUnits: 3, availableUnits: 2 });
  assert.deepEqual(truth.after, truth.before);
});

test('the totals are those of the covered keys, and of the variances not held out', () => {
  const { reset, variance, ambiguousKeys } = handWorkedWorld().truth;
  assert.deepEqual(reset, { keys: 3, netUnits: 1 }); // (8 - 7) + (6 - 4) + (3 - 5)
  assert.deepEqual(variance, { fileKeys: 3, fileUnits: -3, appliedKeys: 3, appliedUnits: -3 });
  assert.equal(ambiguousKeys, 1);
});

test('a booking at the very snapshot is in the file, one a millisecond later is not', () => {
  for (const [lateMs, known] of [
    [0, true],
    [1, false],
  ] as const) {
    const events = EVENTS.map((event) =>
      event.kind === 'shipped' && event.units === 3
        ? { ...event, bookings: [bookedAt('STORE_1', -3, NIGHT.snapshotAtMs + lateMs)] }
        : event,
    );
    const truth = truthOf('STORE_1/A', handWorkedWorld(events));
    assert.deepEqual([truth.retailproUnits, truth.varianceUnits], known ? [5, 0] : [8, -3]);
    assert.equal(truth.after.onHandUnits, 10);
  }
});

test('a part of a shipment that came back is on the shelf, and was in Retail Pro all along', () => {
  const events = EVENTS.map((event) =>
    event.kind === 'shipped' && event.units === 3
      ? { ...event, cancelled: { units: 1, atMs: event.atMs + 1000 } }
      : event,
  );
  const truth = truthOf('STORE_1/A', handWorkedWorld(events));
  assert.deepEqual([truth.retailproUnits, truth.varianceUnits], [8, -2]);
  assert.deepEqual(truth.before, { atSnapshotUnits: 8, onHandUnits: 13, availableUnits: 13 });
  assert.deepEqual(truth.after, { atSnapshotUnits: 6, onHandUnits: 11, availableUnits: 11 });
});
