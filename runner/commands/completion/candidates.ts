/** The words that can stand at the end of an unfinished command line. */
import { type Argument, Command, type Option } from 'commander';
import { dagFileOf, dagFilesIn, dagIdOfFile, readDag } from '../../view/dag/files.ts';
import { InvalidDag, NotFound } from '../../view/errors.ts';
import { type CatalogItem, entryOf, findItem } from '../cli/catalog_entry.ts';
import type { Shell } from '../cli/command.ts';
import type { Settings } from '../cli/settings.ts';

export interface UnfinishedLine {
  /** After `stockflow`, without the last one. */
  readonly words: readonly string[];
  /** The one that is being typed; empty at its beginning. */
  readonly current: string;
}

/** Returns the words in the order of the help; none where anything may stand, as a file name. */
export async function candidates(
  shell: Shell,
  settings: Settings,
  items: readonly CatalogItem[],
  line: UnfinishedLine,
): Promise<readonly string[]> {
  const [first, ...afterFirst] = line.words;
  const names = namesOf(items);
  if (first === undefined) return beginning(line.current, [...names, 'help']);
  const named = first === 'help' ? afterFirst : line.words;
  if (named.length === 0) return beginning(line.current, names);
  const found = findItem(items, named);
  if (found === null) return [];
  const { item, rest: words } = found;
  const inGroup = 'commands' in item && words.length === 0 ? namesOf(item.commands) : [];
  const entry = entryOf(item, words);
  if (entry === null) return beginning(line.current, inGroup);
  const command = new Command(item.name);
  (await entry.load()).configure(command, shell);
  const own = await wordsFor(command, settings, { words, current: line.current });
  return beginning(line.current, [...inGroup, ...own]);
}

function namesOf(items: readonly CatalogItem[]): readonly string[] {
  return items.map(({ name }) => name);
}

async function wordsFor(
  command: Command,
  settings: Settings,
  { words, current }: UnfinishedLine,
): Promise<readonly string[]> {
  const { given, expecting } = readWords(command, words);
  if (expecting !== null) return expecting.argChoices ?? [];
  if (current.startsWith('-')) {
    const used = new Set(words);
    return [...command.options.map(({ long }) => long ?? ''), '--help'].filter((flag) => !used.has(flag));
  }
  const { registeredArguments } = command;
  const argument = registeredArguments[given.length] ?? registeredArguments.find(({ variadic }) => variadic);
  return argument === undefined ? [] : await valuesOf(argument, settings, given);
}

/** The arguments among the words, and the option that still lacks its value. */
function readWords(
  command: Command,
  words: readonly string[],
): { readonly given: readonly string[]; readonly expecting: Option | null } {
  const given: string[] = [];
  let expecting: Option | null = null;
  for (const word of words) {
    if (expecting !== null) expecting = null;
    else if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => long === word || short === word);
      expecting = option !== undefined && !option.isBoolean() ? option : null;
    } else given.push(word);
  }
  return { given, expecting };
}

async function valuesOf(
  argument: Argument,
  settings: Settings,
  given: readonly string[],
): Promise<readonly string[]> {
  if (argument.argChoices !== undefined) return argument.argChoices;
  switch (argument.name()) {
    case 'dag':
    case 'run':
    case 'backfill':
      return (await dagFilesIn(settings.dagsDir)).map(dagIdOfFile);
    case 'task':
      return await taskIds(settings, given[0] ?? '');
    default:
      return [];
  }
}

/** Returns the names from the DAG's file; none where it is invalid or absent, which Tab does not report. */
async function taskIds(settings: Settings, dagId: string): Promise<readonly string[]> {
  try {
    const file = await dagFileOf(settings.dagsDir, dagId);
    return file === null ? [] : (await readDag(file)).tasks.map(({ taskId }) => taskId);
  } catch (error) {
    if (error instanceof NotFound || error instanceof InvalidDag) return [];
    throw error;
  }
}

function beginning(current: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(current));
}
