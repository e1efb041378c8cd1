/** Completion of commands, options and DAGs on Tab. */
import { Argument, type Command } from 'commander';
import type { CatalogEntry, CatalogGroup } from './cli/catalog_entry.ts';
import { type CommandModule, describe, type Shell } from './cli/command.ts';
import { readSettings } from './cli/settings.ts';
import { candidates } from './completion/candidates.ts';
import { SCRIPTS, SHELLS, type ShellName } from './completion/scripts.ts';

export function completionOf(commands: readonly (CatalogEntry | CatalogGroup)[]): CommandModule {
  return { configure: (command, shell) => configure(command, shell, commands) };
}

function configure(command: Command, shell: Shell, commands: readonly (CatalogEntry | CatalogGroup)[]): void {
  describe(command, {
    does: 'Prints what makes a shell complete commands, options, DAGs and tasks of `stockflow`. In a clone, first make that name known by a link in the PATH.',
    examples: [
      'ln -s "$PWD/bin/stockflow" ~/.local/bin/stockflow',
      'echo \'eval "$(stockflow completion bash)"\' >> ~/.bashrc',
      'echo \'eval "$(stockflow completion zsh)"\' >> ~/.zshrc',
      'stockflow completion fish > ~/.config/fish/completions/stockflow.fish',
    ],
  })
    .addArgument(
      new Argument('<shell>', 'candidates is what the scripts ask on Tab').choices([...SHELLS, 'candidates']),
    )
    .argument('[words...]', 'for candidates: what is typed so far')
    .action(async (name: ShellName | 'candidates', words: string[]) => {
      if (name !== 'candidates') {
        shell.stdout.write(SCRIPTS[name]);
        return;
      }
      const line = { words: words.slice(0, -1), current: words.at(-1) ?? '' };
      const found = await candidates(shell, readSettings(shell.env), commands, line);
      for (const word of found) shell.stdout.write(`${word}\n`);
    });
}
