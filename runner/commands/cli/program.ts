/** The tree of commands; only the one that is called is imported, so that help and typing errors answer at once. */
import { Command, CommanderError } from 'commander';
import { type CatalogItem, entryOf } from './catalog_entry.ts';
import type { Shell } from './command.ts';
import { EXIT } from './exit_code.ts';
import { allCommands } from './found_commands.ts';

/**
 * Runs one command line.
 *
 * @param argv what follows `stockflow`
 * @param commandFolders where further commands are found; a name that the runner has is the runner's
 * @returns the exit code
 */
export async function runProgram(
  argv: readonly string[],
  shell: Shell,
  commandFolders: readonly string[],
): Promise<number> {
  try {
    const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
    const program = await buildProgram(words, shell, commandFolders);
    await program.parseAsync(words, { from: 'user' });
    return shell.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { reportError } = await import('./error_report.ts');
    return reportError(error, shell);
  }
}

async function buildProgram(
  words: readonly string[],
  shell: Shell,
  folders: readonly string[],
): Promise<Command> {
  const program = new Command('stockflow')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      getOutHelpWidth: () => shell.stdout.columns,
      getErrHelpWidth: () => shell.stderr.columns,
    })
    .helpCommand(false)
    .showSuggestionAfterError();
  await addCommands(program, allCommands(folders), { words, shell });
  showUsageAfterError(program);
  return program;
}

/** Adds every command by name and summary, and the one that `words` call with its arguments and options. */
async function addCommands(
  parent: Command,
  items: readonly CatalogItem[],
  call: { readonly words: readonly string[]; readonly shell: Shell },
): Promise<void> {
  const [called, ...rest] = call.words;
  for (const item of items) {
    const command = parent.command(item.name).summary(item.summary);
    command.helpCommand(false);
    if (item.name !== called) continue;
    const entry = entryOf(item, rest);
    if (entry !== null) (await entry.load()).configure(command, call.shell);
    if ('commands' in item) {
      if (entry === null) command.description(examplesOf(command, item.commands));
      await addCommands(command, item.commands, { words: rest, shell: call.shell });
    }
    showUsageAfterError(command);
  }
}

function showUsageAfterError(command: Command): void {
  command.showHelpAfterError(`Usage: ${command.createHelp().commandUsage(command)}\n(--help shows examples)`);
}

function examplesOf(group: Command, items: readonly CatalogItem[]): string {
  const name = nameOf(group);
  return ['Examples:', ...items.map((item) => `  $ ${name} ${item.name} --help`)].join('\n');
}

/** Returns the words that call a command, from `stockflow` on. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
