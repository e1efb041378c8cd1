import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParamSpec, ParamType } from '../../../../runner/core/dag/dag.ts';
import { defaultProblem, normalDefault, resolveParams } from '../../../../runner/core/dag/params.ts';
import type { Json } from '../../../../runner/core/value/json.ts';

function spec(type: ParamType, preset: Json = null): ParamSpec {
  return { type, default: preset, description: '' };
}

function readText(type: ParamType, text: string): Json | undefined {
  const resolved = resolveParams({ x: spec(type) }, { x: text });
  return 'values' in resolved ? resolved.values.x : undefined;
}

test('what is not given has its default, and null without one', () => {
  const specs = { full: spec('boolean', false), since: spec('date') };
  assert.deepEqual(resolveParams(specs, {}), { values: { full: false, since: null } });
  assert.deepEqual(resolveParams(specs, { full: 'true' }), { values: { full: true, since: null } });
});

test('text is read strictly as the declared type', () => {
  const table: readonly [ParamType, string, Json | undefined][] = [
    ['integer', '007', 7],
    ['integer', '-12', -12],
    ['integer', '1.0', undefined],
    ['integer', '1e3', undefined],
    ['integer', ' 5', undefined],
    ['integer', '', undefined],
    ['integer', '9007199254740993', undefined],
    ['number', '1.5', 1.5],
    ['number', '1e3', 1000],
    ['number', '.5', undefined],
    ['number', '0x10', undefined],
    ['number', 'NaN', undefined],
    ['number', '1e999', undefined],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['boolean', 'yes', undefined],
    ['boolean', '1', undefined],
    ['boolean', 'True', undefined],
    ['date', '2026-02-28', '2026-02-28'],
    ['date', '2026-02-29', undefined],
    ['date', '2026-2-8', undefined],
    ['date', '2026-02-28T00:00', undefined],
    ['instant', '2026-03-08T01:00:00-05:00', '2026-03-08T06:00:00Z'],
    ['instant', '2026-03-08T06:00Z', '2026-03-08T06:00:00Z'],
    ['instant', '2026-03-08T06:00:00', undefined],
    ['instant', '2026-03-08', undefined],
    ['run_mode', 'shadow', 'shadow'],
    ['run_mode', 'Shadow', undefined],
    ['string', '', ''],
    ['string', '007', '007'],
  ];
  for (const [type, text, expected] of table) assert.equal(readText(type, text), expected, `${type} ${text}`);
});

test('values that are JSON already must be of the type', () => {
  const specs = { n: spec('integer'), ok: spec('boolean'), s: spec('string') };
  assert.deepEqual(resolveParams(specs, { n: 3, ok: true }), { values: { n: 3, ok: true, s: null } });
  assert.deepEqual(resolveParams(specs, { n: 3.5, s: 5 }), {
    problems: [
      { param: 'n', message: 'found 3.5, expected a whole number' },
      { param: 's', message: 'found 5, expected text' },
    ],
  });
});

test('unknown names are refused with the nearest one, all at once', () => {
  assert.deepEqual(resolveParams({ limit: spec('integer', 1) }, { limt: '2', zzz: '1', limit: 'x' }), {
    problems: [
      { param: 'limt', message: 'the DAG has no param limt, did you mean limit?' },
      { param: 'zzz', message: 'the DAG has no param zzz; there are limit' },
      { param: 'limit', message: 'found "x", expected a whole number' },
    ],
  });
  assert.deepEqual(resolveParams({}, { x: '1' }), {
    problems: [{ param: 'x', message: 'the DAG has no param x; there are none' }],
  });
});

test('names of prototypes are no params', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    const given: Record<string, Json> = Object.fromEntries([[name, '1']]);
    assert.ok('problems' in resolveParams({}, given), name);
  }
});

test('null is taken only where the default is null', () => {
  assert.deepEqual(resolveParams({ x: spec('integer') }, { x: null }), { values: { x: null } });
  assert.deepEqual(resolveParams({ x: spec('integer', 5) }, { x: null }), {
    problems: [{ param: 'x', message: 'found null, expected a whole number' }],
  });
});

test('a default of another type is a problem that says how to write it', () => {
  assert.equal(defaultProblem('integer', 5, '5'), null);
  assert.equal(defaultProblem('integer', null, 'null'), null);
  assert.equal(
    defaultProblem('integer', '5', '"5"'),
    'found "5", expected a whole number: remove the quotes',
  );
  assert.equal(defaultProblem('string', 7, '007'), 'found 007, expected text: write "007"');
  assert.equal(defaultProblem('boolean', 'yes', 'yes'), 'found "yes", expected true or false');
  assert.equal(defaultProblem('integer', [1], null), 'found [1], expected a whole number');
});

test('an instant default is kept in UTC', () => {
  assert.equal(normalDefault('instant', '2026-03-08T01:00:00-05:00'), '2026-03-08T06:00:00Z');
  assert.equal(normalDefault('string', 'x'), 'x');
});
