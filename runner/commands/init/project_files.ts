/** The files that a project gets from a template. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, PACKAGE_DIR, readManifest } from '../../manifest.ts';
import { type Layout, moveReferences, projectPath } from './layout.ts';
import { FACTS, type Template } from './templates.ts';

/** The folder of the files that every project gets. */
const SHARED = 'templates/shared';

/** Returns the texts of the project's files by their places in it: those of every project, the template's own, and what it copies. */
export async function projectFiles({
  folder,
  copies,
}: Pick<Template, 'folder' | 'copies'>): Promise<ReadonlyMap<string, string>> {
  const publicModules = publicModulesOf(readManifest());
  const texts = new Map<string, string>();
  const add = async (layout: Layout, files: readonly string[]) => {
    for (const file of files) {
      const place = projectPath(layout, file);
      if (place === null) throw new Error(`${file} has no place in a project`);
      texts.set(place, moveReferences(layout, file, await readFile(join(PACKAGE_DIR, file), 'utf8')));
    }
  };
  await add({ template: SHARED, copies: {}, publicModules }, filesBelow(SHARED));
  const own = filesBelow(folder).filter((file) => file !== `${folder}/${FACTS}`);
  await add({ template: folder, copies, publicModules }, [
    ...own,
    ...Object.keys(copies).flatMap(filesBelow),
  ]);
  return texts;
}

/** Returns the names that projects import public modules by, by the place of each module's source in the package. */
export function publicModulesOf({
  name,
  exports,
}: Pick<Manifest, 'name' | 'exports'>): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const [behind, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const source = target.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts');
    modules.set(source, `${name}${behind.slice(1)}`);
  }
  return modules;
}

/**
 * Returns a file itself, or all files below a folder, by their places in the package. Names that begin with a dot are no part of a
 * template: there lies what its tests leave behind.
 */
function filesBelow(place: string): readonly string[] {
  const cut = place.lastIndexOf('/');
  const entries = readdirSync(join(PACKAGE_DIR, place.slice(0, Math.max(cut, 0))), { withFileTypes: true });
  const entry = entries.find(({ name }) => name === place.slice(cut + 1));
  if (entry === undefined) throw new Error(`the package lacks ${place}`);
  if (!entry.isDirectory()) return [place];
  return readdirSync(join(PACKAGE_DIR, place))
    .filter((name) => !name.startsWith('.'))
    .sort()
    .flatMap((name) => filesBelow(`${place}/${name}`));
}
