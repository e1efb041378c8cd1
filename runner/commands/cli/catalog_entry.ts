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
  readonly commands: readonly CatalogEntry[];
}
