/** docs/cli.md, made from what the commands say of themselves: `npm run docs` writes it, a test holds it to that. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Argument, Command } from 'commander';
import { type CalledEntry, commandsOf } from '../../../runner/commands/cli/catalog_entry.ts';
import type { ExitCode } from '../../../runner/commands/cli/exit_code.ts';
import { allCommands, commandFolders } from '../../../runner/commands/cli/found_commands.ts';
import { keptShell } from '../../support/kept_shell.ts';
import { ROOT } from '../pages.ts';

/** A shell for configuring commands without running them. */
export const NO_SHELL = keptShell().shell;

export const ALL_COMMANDS = allCommands(commandFolders({ STOCKFLOW_TASKS: path.join(ROOT, 'tasks') }));

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'the run failed, or a check found a problem',
  2: 'the command line or a setting is wrong',
  3: 'a DAG file is invalid',
  4: 'there is no such DAG, run, task or file',
  5: 'the database or an SFTP server cannot be reached or used',
  6: 'confirmation is required: on a terminal it asks, elsewhere pass `-y`',
  7: 'the wait timed out; the run goes on',
  8: 'the schema of the database and this version [do not fit](upgrades.md#when-they-do-not-fit)',
  130: 'Ctrl-C',
};

export async function cliPage(): Promise<string> {
  const sections: string[] = [];
  for (const entry of commandsOf(ALL_COMMANDS)) sections.push(await sectionOf(entry));
  return [
    '# The command line',
    'In a clone every line begins with `npx`. Data goes to stdout, everything else to stderr; `-o json`, `jsonl` and `csv`\n' +
      'give the data to programs. On a terminal there are colours and progress, unless `NO_COLOR` is set.',
    table(['exit code', 'meaning'], Object.entries(MEANINGS)),
    'This page is what `stockflow help <command>` says, command by command.',
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}

async function sectionOf(entry: CalledEntry): Promise<string> {
  const command = new Command(entry.words);
  (await entry.load()).configure(command, NO_SHELL);
  const [does = '', examples = ''] = command.description().split('\n\nExamples:\n');
  const commands = examples.split('\n').map((line) => line.replace(/^ {2}\$ /, ''));
  const help = command.createHelp();
  const words = [
    ...command.registeredArguments.map((argument) => [
      code(argumentText(argument)),
      help.argumentDescription(argument),
    ]),
    ...help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map((option) => [code(option.flags), help.optionDescription(option)]),
  ];
  return [
    `## ${entry.words}`,
    does,
    `\`\`\`sh\n${commands.join('\n')}\n\`\`\``,
    ...(words.length === 0 ? [] : [table(['takes', 'meaning'], words)]),
  ].join('\n\n');
}

function argumentText(argument: Argument): string {
  const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${text}>` : `[${text}]`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `|${cells.map((text) => (text === '---' ? '---' : ` ${cell(text)} `)).join('|')}|`)
    .join('\n');
}

if (import.meta.main) await writeFile(path.join(ROOT, 'docs/cli.md'), await cliPage());
