import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { runModeOf } from '../../../../runner/core/dag/run_mode.ts';
import { checkTaskTypes, parseDag } from '../../../../runner/core/dag_file/parse.ts';

const params = z.strictObject({});
const TASK_TYPES = new Map([
  ['careful', { params, worksInShadow: true as const }],
  ['acting', { params }],
]);

function report(type: string, ...lines: readonly string[]): readonly string[] {
  const file = parseDag(
    [
      'dag_id: night',
      'timezone: UTC',
      'schedule: null',
      'params:',
      ...lines,
      `tasks: [{task_id: a, type: ${type}}]`,
      '',
    ].join('\n'),
    'night.yaml',
  );
  const problems = file.problems.length > 0 ? file.problems : checkTaskTypes(file, TASK_TYPES);
  return problems.map(({ line, key, message }) => `${line} ${key}: ${message}`);
}

test('a DAG that offers shadow runs may only have tasks whose types say that they work in shadow', () => {
  const mode = '  mode: {type: run_mode, default: apply}';
  assert.deepEqual(report('careful', mode), []);
  assert.match(
    report('acting', mode).join('\n'),
    /^6 tasks\[0\]\.type: acting does not say that it works in shadow, and the DAG has a param of type run_mode: a shadow run would act here/,
  );
  assert.deepEqual(report('acting', '  mode: {type: string, default: shadow}'), []);
});

test('a run has one mode, which is known without a person', () => {
  assert.match(
    report('careful', '  a: {type: run_mode, default: apply}', '  b: {type: run_mode, default: shadow}').join(
      '\n',
    ),
    /^6 params\.b\.type: a is of type run_mode already: a run has one mode$/,
  );
  assert.match(
    report('careful', '  mode: {type: run_mode}').join('\n'),
    /^5 params\.mode: a param of type run_mode needs a default: apply or shadow$/,
  );
  assert.match(
    report('careful', '  mode: {type: run_mode, default: dry}').join('\n'),
    /^5 params\.mode\.default: found "dry", expected apply or shadow/,
  );
});

test('the mode of a run is the value of that param, whatever it is called, and apply without one', () => {
  const spec = { type: 'run_mode', default: 'apply', description: '' } as const;
  assert.equal(runModeOf({ how: spec }, { how: 'shadow' }), 'shadow');
  assert.equal(runModeOf({ how: spec }, { how: 'apply' }), 'apply');
  assert.equal(runModeOf({ mode: { ...spec, type: 'string' } }, { mode: 'shadow' }), 'apply');
  assert.equal(runModeOf({}, {}), 'apply');
});
