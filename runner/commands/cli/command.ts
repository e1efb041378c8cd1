/** The parts of every command of the CLI, the runner's own and those of registered folders. */
import type { Command } from 'commander';
import type { ExitCode } from './exit_code.ts';

/** A stream of a command: data goes to stdout, everything else to stderr. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  /** Characters per line and lines per screen; 80 and 24 where there is no terminal. */
  readonly columns: number;
  readonly rows: number;
  /** The footer; null where nothing can be redrawn: no terminal, a dumb one, or stdout. */
  readonly footer: Footer | null;
}

/** The lines below everything else that is written to the terminal, whoever writes it. */
export interface Footer {
  /** Takes the place of the lines shown before; none takes the footer away. Each must fit the terminal's width. */
  show(lines: readonly string[]): void;
}

/** The parts of its process that a command uses. */
export interface Shell {
  /** The environment, with the variables of `.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts at the first Ctrl-C or SIGTERM, with an `Interrupted` as its reason. */
  readonly signal: AbortSignal;
  /** Aborts at the second: the command stops at once. */
  readonly forceStop: AbortSignal;
  /** The exit code of the process, 0 until a command that ends normally sets another. */
  exitCode: ExitCode;
}

/**
 * A module with one command, imported only when it is called. A file `tasks/commands/changes.ts` becomes `stockflow changes`,
 * and the first line of its leading doc comment is its summary in the help.
 */
export interface CommandModule {
  /** Adds arguments, options, help and the action. The action throws `CommandError`, or sets `shell.exitCode`. */
  configure(command: Command, shell: Shell): void;
}

/** Sets the help, which shows examples before it lists arguments and options. */
export function describe(
  command: Command,
  help: { readonly does: string; readonly examples: readonly string[] },
): Command {
  const examples = help.examples.map((example) => `  $ ${example}`);
  return command.description([help.does, '', 'Examples:', ...examples].join('\n'));
}
