/** Makes the package.json of a project. */
import type { Manifest } from '../../manifest.ts';
import { importedPackages } from './layout.ts';

export interface ProjectFacts {
  /** The name of its folder. */
  readonly folder: string;
  /** The version, file or address of this package, as package.json names it. */
  readonly specifier: string;
  /** The texts of the project's files by their places. */
  readonly files: ReadonlyMap<string, string>;
}

/** Types and programs that every project needs to be edited and tested; the Node makes an older one of the machine do. */
const TOOLS = ['@types/node', 'node', 'typescript'];

/** Holds, where there is one, what all tests of the project need. */
const SETUP = 'test/setup.ts';

/** Returns its text: with this package, and what the modules import at the versions that the package was made with. */
export function projectPackageJson(own: Manifest, project: ProjectFacts): string {
  const versions = { ...own.devDependencies, ...own.dependencies, ...own.peerDependencies };
  const modules = [...project.files].filter(([file]) => file.endsWith('.ts')).map(([, text]) => text);
  const imported = modules.flatMap(importedPackages).filter((name) => name !== own.name);
  const setup = project.files.has(SETUP) ? ` --test-global-setup=${SETUP}` : '';
  const versionOf = (name: string): readonly [string, string] => {
    const version = versions[name];
    if (version === undefined)
      throw new Error(`the package has no version of ${name}, which a template imports`);
    return [name, version];
  };
  const typings = imported.map((name) => `@types/${name}`).filter((name) => name in versions);
  const content = {
    name: packageName(project.folder),
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'stockflow up',
      test: `node --test${setup} "test/**/*.test.ts"`,
      typecheck: 'tsc --noEmit',
      schema: 'stockflow dags schema > dag.schema.json',
    },
    dependencies: sorted([[own.name, project.specifier], ...imported.map(versionOf)]),
    devDependencies: sorted([...TOOLS, ...typings].map(versionOf)),
    allowScripts: own.allowScripts,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Returns a name that npm takes, made of that of a folder. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[._-]+/, '')
    .replace(/-+$/, '');
  return name === '' ? 'dags' : name.slice(0, 200);
}

function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
