/** Finds the modules of a task author in a folder: task types, commands, pages, metrics. */

const MODULE_NAME = /^([a-z][a-z0-9_]*)\.(ts|js)$/;

export interface ModuleFile {
  /** The name without its ending. */
  readonly name: string;
  /** The name in its folder, such as `load_deliveries.ts`. */
  readonly file: string;
}

/**
 * Returns the modules among the names of a folder's files, by name. Declarations and tests, `x.d.ts` and `x.test.ts`, are none. Of
 * `x.ts` and the `x.js` that a compiler put beside it, the source counts.
 */
export function moduleFiles(files: readonly string[]): readonly ModuleFile[] {
  const byName = new Map<string, string>();
  // Descending, so that x.ts comes before x.js.
  for (const file of files.toSorted().toReversed()) {
    const name = MODULE_NAME.exec(file)?.[1];
    if (name !== undefined && !byName.has(name)) byName.set(name, file);
  }
  return [...byName].map(([name, file]) => ({ name, file })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
