/** Finds the dependency by which a project gets this package: the one by which this very package was got. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PACKAGE_DIR, readManifest } from '../../manifest.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';

/** Beside what is installed, npm keeps where it came from. */
const LOCK = '.package-lock.json';
const lockSchema = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ resolved: z.string().optional() })),
});

/** Room for npm's list of all files of the package. */
const LISTING_BYTES = 64 * 1024 ** 2;

/** The folder of the project that keeps the package's file where no registry has it: a copy elsewhere would be missing on other machines. */
const VENDOR = 'vendor';

/**
 * Returns how the project's package.json names this package: as a file in the project's `vendor/`, which this puts there, if it was
 * installed from a file or is a clone, and by its version else.
 * @throws CommandError if the clone cannot be packed, or the file is gone
 */
export async function packageSpecifier(projectDir: string, signal: AbortSignal): Promise<string> {
  const { name, version } = readManifest();
  if (existsSync(join(PACKAGE_DIR, 'runner/cli.ts'))) return await vendorClone(projectDir, signal);
  const modules = join(PACKAGE_DIR, ...name.split('/').map(() => '..'));
  const resolved = resolvedFrom(join(modules, LOCK), `node_modules/${name}`);
  if (!resolved?.startsWith('file:')) return version;
  return await vendorFile(
    projectDir,
    resolve(modules, '..', decodeURIComponent(resolved.slice('file:'.length))),
  );
}

function resolvedFrom(lockFile: string, place: string): string | undefined {
  if (!existsSync(lockFile)) return undefined;
  return lockSchema.parse(JSON.parse(readFileSync(lockFile, 'utf8'))).packages[place]?.resolved;
}

async function vendorFile(projectDir: string, file: string): Promise<string> {
  if (!existsSync(file)) {
    throw new CommandError(
      EXIT.problem,
      `${file}, which this package was installed from, is gone: put it there again, or install the package anew`,
    );
  }
  await mkdir(join(projectDir, VENDOR), { recursive: true });
  await copyFile(file, join(projectDir, VENDOR, basename(file)));
  return `file:${VENDOR}/${basename(file)}`;
}

async function vendorClone(projectDir: string, signal: AbortSignal): Promise<string> {
  await using packs = await mkdtempDisposable(join(tmpdir(), 'stockflow-pack-'));
  const pack = ['pack', '--json', '--pack-destination', packs.path];
  const options = { cwd: PACKAGE_DIR, signal, maxBuffer: LISTING_BYTES };
  const { stdout } = await promisify(execFile)('npm', pack, options).catch((cause: unknown) => {
    throw new CommandError(EXIT.problem, `\`npm pack\` failed in ${PACKAGE_DIR}`, { cause });
  });
  const [packed] = z.array(z.looseObject({ filename: z.string() })).parse(JSON.parse(stdout));
  if (packed === undefined) throw new Error('npm pack named no file');
  return await vendorFile(projectDir, join(packs.path, packed.filename));
}
