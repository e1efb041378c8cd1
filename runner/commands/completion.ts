/** Completion of commands, options and DAGs on Tab. */
import { Argument, type Command } from 'commander';
import type { CatalogItem } from './cli/catalog_entry.ts';
import { type CommandModule, describe, type Shell } from './cli/command.ts';
import { readSettings } from './cli/settings.ts';
import { candidates } from './completion/candidates.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type ShellName = (typeof SHELLS)[number];

/** The scripts that a shell evaluates: on Tab they call `stockflow completion candidates` for the words that can follow. */
const SCRIPTS: Readonly<Record<ShellName, string>> = {
  bash: `_stockflow() {
  local IFS=$'\\n'
  COMPREPLY=($(stockflow completion candidates -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _stockflow stockflow
`,
  zsh: `_stockflow() {
  local -a words_found
  words_found=("\${(@f)$(stockflow completion candidates -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$words_found" ]]; then compadd -- "\${words_found[@]}"; else _files; fi
}
compdef _stockflow stockflow
`,
  fish: `function __stockflow
  set -l typed (commandline -opc)
  stockflow completion candidates -- $typed[2..-1] (commandline -ct) 2>/dev/null
end
complete -c stockflow -a '(__stockflow)'
`,
};

export function completionOf(commands: readonly CatalogItem[]): CommandModule {
  return { configure: (command, shell) => configure(command, shell, commands) };
}

function configure(command: Command, shell: Shell, commands: readonly CatalogItem[]): void {
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
