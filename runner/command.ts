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
export { addOutputOption, type OutputFormat } from './commands/output/output.ts';
export { formatTable } from './commands/output/table_text.ts';
export { type Paint, painter } from './commands/output/terminal_text.ts';
export { type ListenOptions, PAGE_ADDRESS, parsePort } from './commands/web/listen_options.ts';
export { tryPage } from './commands/web/try_page.ts';
