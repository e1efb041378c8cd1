import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSoleTemplate, templateRefs } from '../../../../runner/core/run/template_ref.ts';

test('references are listed in order with the way to their string and their offset in it', () => {
  const value = { a: `x \${{ run.dag_id }} \${{params.y}}`, b: [1, null, `\${{ tasks.t.output.rows }}`] };
  assert.deepEqual(templateRefs(value), [
    { path: ['a'], offset: 2, text: `\${{ run.dag_id }}`, segments: ['run', 'dag_id'] },
    { path: ['a'], offset: 20, text: `\${{params.y}}`, segments: ['params', 'y'] },
    {
      path: ['b', 2],
      offset: 0,
      text: `\${{ tasks.t.output.rows }}`,
      segments: ['tasks', 't', 'output', 'rows'],
    },
  ]);
});

test('what is not a reference has no segments, and an unclosed template reaches to the end', () => {
  assert.deepEqual(templateRefs(`\${{ 1 + 1 }}!`), [
    { path: [], offset: 0, text: `\${{ 1 + 1 }}`, segments: null },
  ]);
  assert.deepEqual(templateRefs(`a \${{ b`), [{ path: [], offset: 2, text: `\${{ b`, segments: null }]);
});

test('an escaped opening is no reference, and one behind it is', () => {
  assert.deepEqual(templateRefs(`$\${{ a }}`), []);
  assert.equal(templateRefs(`$\${{ a }} \${{ run.dag_id }}`)[0]?.offset, 10);
});

test('a sole template has nothing around it', () => {
  assert.equal(isSoleTemplate(`\${{ params.x }}`), true);
  for (const text of [
    ` \${{ params.x }}`,
    `\${{ params.x }}\${{ params.y }}`,
    `$\${{ params.x }}`,
    'x',
    '',
  ]) {
    assert.equal(isSoleTemplate(text), false, text);
  }
});
