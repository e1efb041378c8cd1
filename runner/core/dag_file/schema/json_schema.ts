/** Makes the JSON Schema of DAG files for editors, from the schema that files are checked with. */
import { z } from 'zod';
import { dagKeys } from './keys.ts';
import { withJsonSchema } from './task_params.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface DescribedTaskType {
  readonly description: string;
  readonly params: z.ZodType;
}

/**
 * Returns a JSON Schema (draft 2020-12). If task types are given, `type` must be one of them and `with` must match its
 * params, where each value may also be a text that holds a template.
 * @throws Error if the schema of DAG files does not have the shape that is refined here
 */
export function dagJsonSchema(taskTypes: ReadonlyMap<string, DescribedTaskType> = new Map()): JsonSchema {
  const schema: JsonSchema = z.toJSONSchema(dagKeys, { io: 'input', unrepresentable: 'any' });
  if (taskTypes.size === 0) return schema;
  const tasks = schema.properties?.tasks;
  if (typeof tasks !== 'object' || typeof tasks.items !== 'object' || Array.isArray(tasks.items)) {
    throw new Error('the JSON Schema of DAG files has no list of tasks');
  }
  const named = [...taskTypes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const task = refineTask(tasks.items, named);
  const defs = Object.fromEntries(
    named.map(([type, { params }]) => [defOf(type), withJsonSchema(params, `#/$defs/${defOf(type)}`)]),
  );
  return {
    ...schema,
    properties: { ...schema.properties, tasks: { ...tasks, items: task } },
    $defs: { ...schema.$defs, ...defs },
  };
}

function refineTask(task: JsonSchema, types: readonly (readonly [string, DescribedTaskType])[]): JsonSchema {
  const type: JsonSchema = {
    description: 'What the task does, and with it which params `with` takes.',
    enum: types.map(([name]) => name),
    enumDescriptions: types.map(([, { description }]) => description),
  };
  const branches = types.map(([name, { params }]): JsonSchema => {
    const required = params.safeParse({}).success ? [] : ['with'];
    return {
      if: { properties: { type: { const: name } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
      then: { properties: { with: { $ref: `#/$defs/${defOf(name)}` } }, required },
    };
  });
  return { ...task, properties: { ...task.properties, type }, allOf: [...(task.allOf ?? []), ...branches] };
}

function defOf(type: string): string {
  return `with_${type}`;
}
