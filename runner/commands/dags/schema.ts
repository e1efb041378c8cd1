/** The JSON Schema of DAG files. */
import type { Command } from 'commander';
import { dagJsonSchema } from '../../core/dag_file/schema/json_schema.ts';
import { describe, type Shell } from '../cli/command.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';

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
