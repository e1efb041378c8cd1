import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ComparedKey, reasonsOf } from '../../../tasks/inventory/compare/reasons.ts';

const AGREED: ComparedKey = {
  ...{ difference: 0, isCovered: true, held: null, isSet: true },
  causes: { sale_undone: 0, shipment_undone: 0, wrong_store: 0, unacknowledged: 0 },
};
const of = (change: Partial<ComparedKey>, causes: Partial<ComparedKey['causes']> = {}) =>
  reasonsOf({ ...AGREED, ...change, causes: { ...AGREED.causes, ...causes } });

test('each difference has its reason', () => {
  assert.deepEqual(of({}), []);
  // 2 were sold after the snapshot: their reset put them back.
  assert.deepEqual(of({ difference: 2 }, { sale_undone: 2 }), [{ reason: 'sale_undone', units: 2 }]);
  assert.deepEqual(of({ difference: 3 }, { unacknowledged: 3 }), [{ reason: 'unacknowledged', units: 3 }]);
  assert.deepEqual(of({ difference: -1 }, { wrong_store: -1 }), [{ reason: 'wrong_store', units: -1 }]);
  assert.deepEqual(of({ difference: 4, held: 'AMBIGUOUS_POSTING' }), [{ reason: 'ambiguous', units: 4 }]);
  assert.deepEqual(of({ difference: 4, held: 'CONFLICTING_ROWS' }), [{ reason: 'held_out', units: 4 }]);
  assert.deepEqual(of({ difference: 4, isCovered: false }), [{ reason: 'not_covered', units: 4 }]);
  assert.deepEqual(of({ difference: 4, isSet: false }), [{ reason: 'not_set', units: 4 }]);
  assert.deepEqual(of({ difference: 4 }), [{ reason: 'other', units: 4 }]);
});

test('causes that both hold are both named, and one that was avoided is not', () => {
  assert.deepEqual(of({ difference: 5 }, { sale_undone: 2, unacknowledged: 3 }), [
    { reason: 'sale_undone', units: 2 },
    { reason: 'unacknowledged', units: 3 },
  ]);
  // Their variance took the shipment off, and only the sale came back.
  assert.deepEqual(of({ difference: 2 }, { sale_undone: 2, unacknowledged: 3 }), [
    { reason: 'sale_undone', units: 2 },
  ]);
  assert.deepEqual(of({ difference: 7 }, { sale_undone: 2, unacknowledged: 3 }), [
    { reason: 'sale_undone', units: 2 },
    { reason: 'unacknowledged', units: 3 },
    { reason: 'other', units: 2 },
  ]);
});

test('the parts of a difference always add up to it', () => {
  const units = fc.integer({ min: -9, max: 9 });
  fc.assert(
    fc.property(
      fc.record({
        difference: units,
        isCovered: fc.boolean(),
        held: fc.constantFrom(null, 'AMBIGUOUS_POSTING', 'SEVERAL_LOCATIONS'),
        isSet: fc.boolean(),
        causes: fc.record({
          sale_undone: units,
          shipment_undone: units,
          wrong_store: units,
          unacknowledged: units,
        }),
      }),
      (key) => {
        const parts = reasonsOf(key);
        assert.equal(
          parts.reduce((sum, part) => sum + part.units, 0),
          key.difference,
        );
        assert.ok(parts.every((part) => part.units !== 0));
      },
    ),
  );
});
