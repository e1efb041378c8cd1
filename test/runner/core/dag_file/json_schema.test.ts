import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { TRIGGER_RULES } from '../../../../runner/core/dag/dag.ts';
import { dagJsonSchema } from '../../../../runner/core/dag_file/schema/json_schema.ts';

const tree: z.ZodType = z.lazy(() => z.strictObject({ children: z.array(tree).optional() }));

const schema = dagJsonSchema(
  new Map([
    ['noop', { description: 'Does nothing.', params: z.strictObject({}) }],
    [
      'export',
      {
        description: 'Lists products.',
        params: z.strictObject({
          connection: z.string().meta({ description: 'Where to read.' }),
          limit: z.int().min(1).meta({ description: 'At most.' }).default(5),
          tree: tree.optional(),
        }),
      },
    ],
  ]),
);

/** The part of the schema at a JSON pointer. */
function at(pointer: string, root: unknown = schema): unknown {
  const steps = pointer.replace(/^#?\//, '').split('/');
  return steps.reduce(
    (found, step) => (found instanceof Object ? Reflect.get(found, step) : undefined),
    root,
  );
}

test('the schema is of draft 2020-12, and names every key of a DAG file and of a task', () => {
  assert.equal(at('$schema'), 'https://json-schema.org/draft/2020-12/schema');
  assert.deepEqual(at('required'), ['dag_id', 'timezone', 'schedule', 'tasks']);
  assert.deepEqual(Object.keys(Object(at('properties'))), [
    'dag_id',
    'description',
    'timezone',
    'schedule',
    'calendar',
    'on_closed',
    'start_date',
    'end_date',
    'catchup',
    'catchup_window',
    'is_paused_upon_creation',
    'max_active_runs',
    'when_busy',
    'dagrun_timeout',
    'alerts',
    'heartbeat',
    'start_within',
    'default_args',
    'params',
    'tasks',
  ]);
  assert.deepEqual(Object.keys(Object(at('properties/tasks/items/properties'))).sort(), [
    'allow_failure',
    'deadline',
    'depends_on',
    'execution_timeout',
    'map_over',
    'max_retry_delay',
    'not_before',
    'on_deadline',
    'pool',
    'pool_slots',
    'priority',
    'retries',
    'retry_delay',
    'retry_exponential_backoff',
    'run_if',
    'task_id',
    'trigger_rule',
    'type',
    'with',
  ]);
  assert.equal(at('additionalProperties'), false);
  assert.equal(at('properties/tasks/items/additionalProperties'), false);
});

test('an editor is given a description of every key, its default and its words', () => {
  for (const level of [
    'properties',
    'properties/tasks/items/properties',
    'properties/default_args/properties',
  ]) {
    for (const [key, property] of Object.entries(Object(at(level)))) {
      assert.equal(typeof at('description', property), 'string', `${level}/${key}`);
    }
  }
  assert.equal(at('properties/catchup/default'), 'latest');
  assert.equal(at('properties/catchup_window/default'), '24h');
  assert.equal(at('properties/default_args/properties/retry_delay/default'), '1m');
  assert.deepEqual(at('properties/tasks/items/properties/trigger_rule/enum'), [...TRIGGER_RULES]);
});

test('the task types are enumerated, and each has the with of its params', () => {
  assert.deepEqual(at('properties/tasks/items/properties/type/enum'), ['export', 'noop']);
  assert.deepEqual(at('properties/tasks/items/allOf/0'), {
    if: { properties: { type: { const: 'export' } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { properties: { with: { $ref: '#/$defs/with_export' } }, required: ['with'] },
  });
  assert.deepEqual(at('properties/tasks/items/allOf/1/then/required'), []);
  assert.deepEqual(at('$defs/with_export/required'), ['connection']);
});

test('a param may be a template, and text may be any', () => {
  assert.deepEqual(at('$defs/with_export/properties/connection'), {
    type: 'string',
    description: 'Where to read.',
  });
  assert.deepEqual(at('$defs/with_export/properties/limit'), {
    description: 'At most.',
    default: 5,
    anyOf: [
      { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      { type: 'string', pattern: '\\$\\{\\{' },
    ],
  });
});

test('every reference leads somewhere, that of a recursive param too', () => {
  const references = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  assert.ok(references.length >= 4);
  for (const reference of references) assert.notEqual(at(reference), undefined, reference);
});

test('without task types the type is any id and with any map', () => {
  const plain = dagJsonSchema();
  assert.equal(at('properties/tasks/items/properties/type/enum', plain), undefined);
  assert.equal(at('properties/tasks/items/allOf', plain), undefined);
});
