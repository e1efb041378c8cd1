/** The JSON Schema of DAG files, or of calendar files. */
import { Argument, type Command } from 'commander';
import { calendarJsonSchema } from '../../core/calendar/file/keys.ts';
import { dagJsonSchema } from '../../core/dag_file/schema/json_schema.ts';
import { describe, type Shell } from '../cli/command.ts';
import { readSettings } from '../cli/settings.ts';
import { taskTypesOf } from '../cli/task_types.ts';

export function configure(command: Command, shell: Shell): void {
  describe(command, {
    does: 'Prints the JSON Schema of DAG files, with the params of every task type, or of calendar files, for editors.',
    examples: [
      'stockflow dags schema > docs/dag.schema.json',
      'stockflow dags schema calendar > docs/calendar.schema.json',
    ],
  });
  command.addArgument(new Argument('[file]', 'the kind of file').choices(['dag', 'calendar']).default('dag'));
  command.action(async (file: 'dag' | 'calendar') => {
    if (file === 'calendar') {
      shell.stdout.write(`${JSON.stringify(calendarJsonSchema(), null, 2)}\n`);
      return;
    }
    const { byName, broken } = await taskTypesOf(readSettings(shell.env));
    for (const why of broken.values()) shell.stderr.write(`left out, as it cannot be loaded: ${why}\n`);
    shell.stdout.write(`${JSON.stringify(dagJsonSchema(byName), null, 2)}\n`);
  });
}
