/**
 * Commands outside of the runner, found in registered folders and in the folder `commands` of the task types. A file
 * `changes.ts`, or `changes.js`, is the command `changes`, and a folder `stock/` with `check.ts` the group `stock` with `check`. A folder with a
 * file of its name beside it holds that command's own code.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleFiles } from '../../core/value/module_file.ts';
import { registeredFolders } from '../../manifest.ts';
import { CATALOG } from './catalog.ts';
import type { CatalogEntry, CatalogGroup, CatalogItem } from './catalog_entry.ts';
import type { CommandModule, Shell } from './command.ts';
import { CommandError, EXIT } from './exit_code.ts';

// Not imported: an ESM import of node:fs loads its streams too, a tenth of the time that help takes.
const { closeSync, openSync, readdirSync, readSync } = process.getBuiltinModule('node:fs');

const FOLDER_NAME = /^[a-z][a-z0-9_]*$/;
/** The first line of the leading comment lies within these bytes. */
const HEAD_BYTES = 400;
const LEADING_COMMENT = /^\/\*\*\s*(?:\*\s)?([^\n]*?)\s*(?:\*\/|\r?\n)/;

/** Returns the folders with further commands: those that package.json registers, and that of the project's task types. */
export function commandFolders(env: Shell['env']): readonly string[] {
  return registeredFolders('commands', env);
}

/**
 * The runner's commands, and those found beside it; a name that the runner has is the runner's.
 * @param folders absolute, such as `/project/tasks/commands`; absent ones hold none
 */
export function allCommands(folders: readonly string[]): readonly CatalogItem[] {
  const own: readonly CatalogItem[] = [...CATALOG, completion(() => all)];
  const taken = new Set(own.map(({ name }) => name));
  const all = [...findCommands(folders).filter(({ name }) => !taken.has(name)), ...own];
  return all;
}

/** Returns the command that completes: its entry is made here, since it has to know every other command. */
function completion(all: () => readonly CatalogItem[]): CatalogEntry {
  return {
    name: 'completion',
    summary: 'complete commands and DAGs on Tab',
    load: async () => (await import('../completion.ts')).completionOf(all()),
  };
}

function findCommands(folders: readonly string[]): readonly CatalogItem[] {
  return folders.flatMap(commandsIn);
}

function commandsIn(folder: string): readonly CatalogItem[] {
  const entries = entriesOf(folder);
  const files = moduleFiles(entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name));
  const taken = new Set(files.map(({ name }) => name));
  const groups = entries.filter(
    (entry) => entry.isDirectory() && FOLDER_NAME.test(entry.name) && !taken.has(entry.name),
  );
  return [
    ...files.map(({ name, file }) => entryOf(join(folder, file), name)),
    ...groups.flatMap(({ name }) => groupOf(join(folder, name), name) ?? []),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entryOf(file: string, name: string): CatalogEntry {
  return { name: commandName(name), summary: summaryOf(file), load: () => loadCommand(file) };
}

/** Returns the group of a folder's commands, and null where it holds none. */
function groupOf(folder: string, name: string): CatalogGroup | null {
  const commands = commandsIn(folder);
  if (commands.length === 0) return null;
  return { name: commandName(name), summary: commands.map((command) => command.name).join(', '), commands };
}

function commandName(name: string): string {
  return name.replaceAll('_', '-');
}

/** Returns what a folder holds; nothing where it is absent. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function summaryOf(file: string): string {
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    const bytes = readSync(descriptor, head);
    const line = LEADING_COMMENT.exec(head.toString('utf8', 0, bytes))?.[1] ?? '';
    return line.replace(/\.$/, '').replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  } finally {
    closeSync(descriptor);
  }
}

async function loadCommand(file: string): Promise<CommandModule> {
  let module: Partial<CommandModule>;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new CommandError(EXIT.problem, `the command in ${file} cannot be loaded`, { cause });
  }
  const { configure } = module;
  if (typeof configure !== 'function') {
    throw new CommandError(EXIT.problem, `${file} exports no function configure(command, shell)`);
  }
  return { configure };
}
