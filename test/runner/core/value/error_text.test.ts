import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorFacts } from '../../../../runner/core/value/error_text.ts';

test('what is thrown and is no Error is named for what it is', () => {
  const unprintable: Record<string, unknown> = {};
  unprintable.self = unprintable;
  const cases: readonly (readonly [unknown, string])[] = [
    ['x', 'the task threw a plain string: x'],
    ['', 'the task threw an empty string'],
    [42, 'the task threw a plain number: 42'],
    [10n, 'the task threw a plain bigint: 10'],
    [false, 'the task threw a plain boolean: false'],
    [Symbol('s'), 'the task threw a plain symbol: Symbol(s)'],
    [undefined, 'the task threw undefined'],
    [null, 'the task threw null'],
    [function retry() {}, 'the task threw a function: retry'],
    [{ code: 7 }, 'the task threw an object that is no Error: {"code":7}'],
    [{ message: 'no answer' }, 'the task threw an object that is no Error: no answer'],
  ];
  for (const [thrown, text] of cases) assert.equal(errorFacts(thrown, 'the task').errorText, text);
  assert.match(
    errorFacts(unprintable).errorText,
    /^the code threw an object .* it cannot be printed \(.*circular/,
  );
});

test('each message of a chain of causes appears once, those of an AggregateError too', () => {
  const inner = new Error('no route');
  assert.equal(errorFacts(new Error('not sent: no route', { cause: inner })).errorText, 'not sent: no route');
  assert.equal(errorFacts(new Error('not sent', { cause: inner })).errorText, 'not sent: no route');
  assert.equal(
    errorFacts(new AggregateError([inner, 'late'], 'both failed'), 'the task').errorText,
    'both failed: no route: the task threw a plain string: late',
  );
});
