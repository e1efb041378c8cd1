/** Makes a project of one's own: DAGs, task types and their tests, on this package. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readManifest } from '../manifest.ts';
import { describe, type Shell } from './cli/command.ts';
import { CommandError, EXIT } from './cli/exit_code.ts';
import { packageSpecifier } from './init/origin.ts';
import { projectPackageJson } from './init/package_json.ts';
import { projectFiles } from './init/project_files.ts';
import { readTemplates, type Template } from './init/templates.ts';

const DEFAULT_TEMPLATE = 'empty';
/** Named of what a folder holds already. */
const SHOWN = 3;

export function configure(command: Command, shell: Shell): void {
  const templates = readTemplates();
  const names = templates.map(({ name }) => name);
  const summaries = templates.map(({ name, summary }) => `${name}: ${summary}`).join('; ');
  describe(command, {
    does: 'Makes a project of your own in an empty folder: DAGs, task types, their tests, and what npm and an editor need.',
    examples: [
      'stockflow init shop',
      ...names
        .filter((name) => name !== DEFAULT_TEMPLATE)
        .map((name) => `stockflow init shop --template ${name}`),
    ],
  })
    .argument('[folder]', 'absent or empty', '.')
    .addOption(new Option('--template <name>', summaries).choices(names).default(DEFAULT_TEMPLATE))
    .action(async (folder: string, options: { readonly template: string }) => {
      const template = templates.find(({ name }) => name === options.template);
      if (template === undefined) throw new Error(`no template ${options.template}`);
      await init(shell, resolve(folder), template);
    });
}

async function init(shell: Shell, folder: string, template: Template): Promise<void> {
  await refuseUsed(folder);
  const files = await projectFiles(template);
  await mkdir(folder, { recursive: true });
  const packageJson = projectPackageJson(readManifest(), {
    folder: basename(folder),
    specifier: await packageSpecifier(folder, shell.signal),
    files,
  });
  for (const [file, text] of [['package.json', packageJson] as const, ...files]) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    // Never over a file that another process made meanwhile.
    await writeFile(join(folder, file), text, { flag: 'wx' });
  }
  const to = relative(process.cwd(), folder);
  shell.stderr.write(
    [
      `made ${to === '' ? 'a project here' : to}: ${template.summary} (${files.size + 1} files)\n`,
      ...(to === '' ? [] : [`  cd ${to}`]),
      '  npm install',
      '  npm test',
      '  npx stockflow up\n',
      'README.md says what lies where\n',
    ].join('\n'),
  );
}

/** @throws CommandError for a folder that holds anything but a repository of git, naming what */
async function refuseUsed(folder: string): Promise<void> {
  const held = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code !== 'ENOTDIR') throw error;
    throw new CommandError(EXIT.usage, `${folder} is a file, and a project is a folder`);
  });
  const names = held.filter((name) => name !== '.git').sort();
  if (names.length === 0) return;
  const more = names.length - SHOWN;
  const shown = `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  throw new CommandError(
    EXIT.usage,
    `${folder} holds ${shown}: a project is made in an empty folder; name another one: stockflow init <folder>`,
  );
}
