/**
 * For authors of commands: a file in `tasks/commands/` is a command of the same name, whose `configure(command, shell)` adds its
 * arguments and its action. Apart from `index.ts`, so that a command loads no more of the engine than it uses.
 */
export { CLI_ACTOR } from './commands/cli/actor.ts';
export { parseCount } from './commands/cli/arguments.ts';
export { describe, type Shell } from './commands/cli/command.ts';
export { CommandError, EXIT } from './commands/cli/exit_code.ts';
export { applyMigrations, openSession, type Session } from './commands/cli/session.ts';
export { readSettings } from './commands/cli/settings.ts';
export { taskTypesOf } from './commands/cli/task_types.ts';
export { csvText } from './commands/output/csv_text.ts';
export { addOutputOption, type OutputFormat } from './commands/output/output.ts';
export { formatTable } from './commands/output/table_text.ts';
export { type Paint, painter } from './commands/output/terminal_text.ts';
export { connectionVariable } from './connections/connection_config.ts';
export { ConnectionPools } from './engine/worker/connection_pools.ts';
export type { DagRun } from './store/run/dag_run.ts';
export { artifactChunks, findArtifact } from './store/task/artifact.ts';
export { instancesOfRun, runOfInstance } from './store/task/instance.ts';
export { type Column, rowObject } from './view/listing.ts';
export { findNamedRun } from './view/run/find.ts';
export { countText } from './view/time_text.ts';
