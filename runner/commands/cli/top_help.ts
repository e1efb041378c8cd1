/**
 * The help of `stockflow` itself. Made without commander, which brings Node's child processes and sockets along: this is
 * what people wait for first, and it answers in little more than the time that Node takes to start.
 */
import { readManifest } from '../../manifest.ts';
import type { CatalogItem } from './catalog_entry.ts';
import type { Shell } from './command.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { allCommands } from './found_commands.ts';

const EXAMPLES = [
  ['stockflow up', 'schedule and work until Ctrl-C'],
  ['stockflow status', 'what happened last night'],
  ['stockflow trigger nightly_load --wait', 'run a DAG now'],
  ['stockflow dags validate', 'check every DAG file'],
] as const;

const OPTIONS = [
  ['-V, --version', 'the version'],
  ['-h, --help', 'this help; stockflow trigger --help shows one command'],
] as const;

/** Answers what asks for no command; null for everything else. */
export function answerTop(
  words: readonly string[],
  shell: Shell,
  commandFolders: readonly string[],
): ExitCode | null {
  const [first] = words;
  if (first === '-V' || first === '--version') {
    shell.stdout.write(`${readManifest().version}\n`);
  } else if (first === '-h' || first === '--help' || (first === 'help' && words.length === 1)) {
    shell.stdout.write(topHelp(allCommands(commandFolders)));
  } else if (first === undefined) {
    shell.stderr.write(topHelp(allCommands(commandFolders)));
    return EXIT.usage;
  } else {
    return null;
  }
  return EXIT.ok;
}

function topHelp(commands: readonly CatalogItem[]): string {
  return [
    'Usage: stockflow <command>\n',
    'Runs DAGs of tasks, described in YAML, on Postgres.\n',
    section('Examples', EXAMPLES),
    section(
      'Commands',
      commands.map(({ name, summary }) => [name, summary]),
    ),
    section('Options', OPTIONS),
  ].join('\n');
}

function section(title: string, lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return `${title}:\n${lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('')}`;
}
