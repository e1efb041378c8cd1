/** Places the files of a template in a project, and moves what they refer to along. */
import { posix } from 'node:path';

export interface Layout {
  /** The template's own folder in the package, such as `templates/empty`. */
  readonly template: string;
  /** Further files and folders that the project gets: their place in the package, and in the project. */
  readonly copies: Readonly<Record<string, string>>;
  /** The name under which a project imports each public module, by the module's place, such as `runner/task.ts`. */
  readonly publicModules: ReadonlyMap<string, string>;
}

/** Modules import with these, and a DAG file names its schema with the last one. */
const REFERENCES = [
  /^(?:import|export)\b[^'";]*?\bfrom '(\.[^']+)'/gm,
  /^import '(\.[^']+)'/gm,
  /\bimport\('(\.[^']+)'\)/g,
  /^# yaml-language-server: \$schema=(\.\S+)/gm,
];

/**
 * Returns where a file of the package lies in the project; null where the project gets no such file. A part of a path that begins
 * with `_` begins with a dot in the project: a package holds no `.gitignore`.
 */
export function projectPath({ template, copies }: Layout, file: string): string | null {
  const own = below(template, file);
  if (own !== null) return own.replaceAll(/(^|\/)_/g, '$1.');
  for (const [from, to] of Object.entries(copies)) {
    const rest = below(from, file);
    if (rest !== null) return posix.join(to, rest);
  }
  return null;
}

/**
 * Returns the text with each reference as it must be in the project: to the package for a public module of the runner, and to the new
 * place of every other file.
 * @throws Error for a reference to a file that the project does not get
 */
export function moveReferences(layout: Layout, file: string, text: string): string {
  const moved = (reference: string) => {
    const target = posix.join(posix.dirname(file), reference);
    const exported = layout.publicModules.get(target);
    if (exported !== undefined) return exported;
    const from = projectPath(layout, file);
    const to = projectPath(layout, target);
    if (from === null || to === null) throw new Error(`${file} refers to ${reference}, which no project has`);
    const relative = posix.relative(posix.dirname(from), to);
    return relative.startsWith('.') ? relative : `./${relative}`;
  };
  return REFERENCES.reduce(
    (result, pattern) =>
      result.replaceAll(pattern, (whole, reference: string) => whole.replace(reference, moved(reference))),
    text,
  );
}

/** Returns the packages that a module imports, such as `zod` and `@scope/name`; Node's own are none. */
export function importedPackages(text: string): readonly string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^'";]*?\bfrom '([^'.][^']*)'/gm),
    ...text.matchAll(/\bimport\('([^'.][^']*)'\)/g),
  ].map(([, specifier = '']) => specifier);
  const names = specifiers.filter((specifier) => !specifier.startsWith('node:')).map(packageOf);
  return [...new Set(names)].sort();
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Returns the path below a file or folder, empty for itself; null for what lies elsewhere. */
function below(parent: string, file: string): string | null {
  if (file === parent) return '';
  return file.startsWith(`${parent}/`) ? file.slice(parent.length + 1) : null;
}
