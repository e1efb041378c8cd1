/** The JSON Schema of DAG files. */
import type { Command } from 'commander';
import { dagJsonSchema } from '../../core/dag_schema.ts';
import { describe, type Shell } from '../command.ts';
import { readSettings } from '../settings.ts';
import { taskTypesOf } from '../task_types.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Prints the JSON Schema of DAG files, with the params of every task type, for editors.',
    examples: ['stockflow dags schema > docs/dag.schema.json'],
  }).action(async () => {
    const { byName, broken } = await taskTypesOf(readSettings(shell.env));
    for (const why of broken.values()) shell.stderr.write(`left out, as it cannot be loaded: ${why}\n`);
    shell.stdout.write(`${JSON.stringify(dagJsonSchema(byName), null, 2)}\n`);
  });
}
