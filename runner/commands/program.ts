/** The tree of commands; only the one that is called is imported, so that help and typing errors answer at once. */
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { CATALOG, type CatalogEntry, type CatalogGroup } from './catalog.ts';
import { describe, type Shell } from './command.ts';
import { EXIT } from './exit_code.ts';
import { findCommands } from './found_commands.ts';

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
    .showSuggestionAfterError()
    .version(manifest.version);
  describe(program, {
    does: 'Runs DAGs of tasks, described in YAML, on Postgres.',
    examples: [
      'stockflow up                               work and schedule until Ctrl-C',
      'stockflow status                           what happened last night',
      'stockflow trigger inventory_sync --wait    run a DAG now',
      'stockflow dags validate                    check every DAG file',
      'stockflow help trigger                     how a command is used',
    ],
  });
  await addCommands(program, withFound(folders), { words, shell });
  return program;
}

function withFound(folders: readonly string[]): readonly (CatalogEntry | CatalogGroup)[] {
  const taken = new Set(CATALOG.map(({ name }) => name));
  return [...findCommands(folders).filter(({ name }) => !taken.has(name)), ...CATALOG];
}

/** Every command by name and summary; the one that `words` call, with all it takes. */
async function addCommands(
  parent: Command,
  entries: readonly (CatalogEntry | CatalogGroup)[],
  call: { readonly words: readonly string[]; readonly shell: Shell },
): Promise<void> {
  const [called, ...rest] = call.words;
  for (const entry of entries) {
    const command = parent.command(entry.name).summary(entry.summary);
    command.helpCommand(false);
    if (entry.name !== called) continue;
    if ('commands' in entry) {
      command.description(
        sentence(entry.commands.map(({ name }) => `${parent.name()} ${entry.name} ${name}`)),
      );
      await addCommands(command, entry.commands, { words: rest, shell: call.shell });
    } else {
      const module = await entry.load();
      module.configure(command, call.shell);
    }
    command.showHelpAfterError(
      `Usage: ${command.createHelp().commandUsage(command)}\n(--help shows examples)`,
    );
  }
}

function sentence(examples: readonly string[]): string {
  return ['Examples:', ...examples.map((example) => `  $ ${example} --help`)].join('\n');
}
