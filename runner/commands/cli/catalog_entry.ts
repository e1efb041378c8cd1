/** A command as the help lists it; its module is imported when it is called. */
import type { CommandModule } from './command.ts';

export interface CatalogEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}

export interface CatalogGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CatalogItem[];
  /** The command that the group is itself, where none of its commands is named. */
  readonly self?: Pick<CatalogEntry, 'load'>;
}

export type CatalogItem = CatalogEntry | CatalogGroup;

/** A command with the words that call it, `web user add`. */
export interface CalledEntry extends Pick<CatalogEntry, 'load'> {
  readonly words: string;
}

/** Returns every command of a tree, a group's own before those in it. */
export function commandsOf(items: readonly CatalogItem[], prefix = ''): readonly CalledEntry[] {
  return items.flatMap((item): readonly CalledEntry[] => {
    const words = `${prefix}${item.name}`;
    if (!('commands' in item)) return [{ words, load: item.load }];
    const self = item.self === undefined ? [] : [{ words, load: item.self.load }];
    return [...self, ...commandsOf(item.commands, `${words} `)];
  });
}

/** A command or group that words lead to, and the words behind its name. */
export interface FoundItem {
  readonly item: CatalogItem;
  readonly rest: readonly string[];
}

/** Returns the command or group that the words lead to; null where the first one names none. */
export function findItem(items: readonly CatalogItem[], words: readonly string[]): FoundItem | null {
  const [name, ...rest] = words;
  const item = items.find((known) => known.name === name);
  if (item === undefined) return null;
  return ('commands' in item ? findItem(item.commands, rest) : null) ?? { item, rest };
}

/** Returns the command that words behind an item's name call: none where they are about the commands of a group. */
export function entryOf(item: CatalogItem, rest: readonly string[]): Pick<CatalogEntry, 'load'> | null {
  if (!('commands' in item)) return item;
  const [next] = rest;
  return next === undefined || next.startsWith('-') ? (item.self ?? null) : null;
}
