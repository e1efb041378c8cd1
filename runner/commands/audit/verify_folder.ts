/** A folder that `audit export` wrote, compared with its manifest. Needs no database. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { errorCode } from '../../connections/postgres/errors.ts';
import type { Column } from '../../view/listing.ts';
import type { Shell } from '../cli/command.ts';
import { CommandError, EXIT } from '../cli/exit_code.ts';
import { notice, type OutputFormat, printListing } from '../output/output.ts';
import { MANIFEST, type Manifest, manifestSchema, SUMS } from './bundle.ts';

interface CheckedFile {
  readonly name: string;
  readonly rows: number | null;
  /** `ok`, or what is wrong with it. */
  readonly state: string;
}

const COLUMNS: readonly Column<CheckedFile>[] = [
  { key: 'name', value: ({ name }) => name },
  { key: 'rows', value: ({ rows }) => rows },
  {
    key: 'state',
    value: ({ state }) => state,
    state: ({ state }) => (state === 'ok' ? 'success' : 'failed'),
  },
];

export async function verifyFolder(shell: Shell, folder: string, output: OutputFormat): Promise<void> {
  const { manifest, sha256 } = await readManifest(folder);
  const rows: CheckedFile[] = [];
  for (const { name, rows: count, sha256: expected } of manifest.files) {
    const found = await sha256Of(path.join(folder, name));
    rows.push({ name, rows: count, state: stateOf(found, expected) });
  }
  rows.push(await checkSums(folder, manifest, sha256));
  const known = new Set([...manifest.files.map(({ name }) => name), MANIFEST, SUMS]);
  for (const name of (await readdir(folder)).filter((entry) => !known.has(entry)).sort())
    rows.push({ name, rows: null, state: 'not in the manifest: added' });
  printListing(shell, output, { columns: COLUMNS, rows });
  const problems = rows.filter(({ state }) => state !== 'ok').length;
  if (problems > 0) {
    shell.exitCode = EXIT.problem;
    notice(shell, output, `\n${folder} is not as it was exported`);
    return;
  }
  notice(shell, output, `\n${folder} is as it was exported if the sha256 of its manifest.json was ${sha256}`);
  if (manifest.head !== null) {
    notice(shell, output, `that the history still is: stockflow audit verify --head ${manifest.head.hash}`);
  }
}

async function readManifest(
  folder: string,
): Promise<{ readonly manifest: Manifest; readonly sha256: string }> {
  const file = path.join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(
      EXIT.notFound,
      `${file} cannot be read: ${folder} is not a folder of audit export`,
      {
        cause,
      },
    );
  }
  try {
    const manifest = manifestSchema.parse(JSON.parse(text));
    return { manifest, sha256: createHash('sha256').update(text).digest('hex') };
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new CommandError(EXIT.problem, `${file} is not as audit export writes it: ${why}`, { cause });
  }
}

async function checkSums(folder: string, manifest: Manifest, manifestSha256: string): Promise<CheckedFile> {
  const listed = [...manifest.files, { name: MANIFEST, sha256: manifestSha256 }];
  const expected = listed.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
  const found = await readSums(path.join(folder, SUMS));
  const state = found === null ? 'missing' : found === expected ? 'ok' : 'does not agree with manifest.json';
  return { name: SUMS, rows: null, state };
}

async function readSums(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function stateOf(found: string | null, expected: string): string {
  if (found === null) return 'missing';
  return found === expected ? 'ok' : `its sha256 is ${found}, not ${expected}: changed`;
}

/** Returns null where the file is missing. */
async function sha256Of(file: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  return hash.digest('hex');
}
