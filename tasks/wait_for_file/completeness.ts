/** Decides whether the writer of a file has finished. */
import { setTimeout } from 'node:timers/promises';
import type { FileEntry, Files } from '../../runner/task.ts';
import { changedMeanwhile, checkFirstListing } from '../files/stability.ts';
import { InvalidFileError } from '../inventory/file/invalid_file.ts';
import { type Manifest, manifestName, parseManifest } from '../inventory/file/manifest.ts';
import type { Candidate } from './candidates.ts';

export interface CheckContext {
  readonly files: Files;
  readonly now: () => Temporal.Instant;
  readonly signal: AbortSignal;
  readonly stableForMs: number;
}

/** The task's output, or why the file is not complete yet. */
export type CandidateCheck =
  | { readonly file: FoundFileOutput }
  | { readonly file: null; readonly notYet: string };
export type FoundFileOutput = ReturnType<typeof found>;

/** Checks that the candidate is complete and that its manifest states the same snapshot. */
export async function checkCandidate(candidate: Candidate, check: CheckContext): Promise<CandidateCheck> {
  const whole = await checkComplete(candidate.entry, check);
  if (whole.entry === null) return { file: null, notYet: whole.notYet };
  const { entry, manifest } = whole;
  if (manifest !== null && !manifest.snapshot_at.equals(candidate.snapshotAt)) {
    const { snapshotAt, saidBy } = candidate;
    const why =
      saidBy === 'name'
        ? `its snapshot is ${snapshotAt} by its name and ${manifest.snapshot_at} by its manifest`
        : `its snapshot is ${snapshotAt} by its rows and ${manifest.snapshot_at} by its manifest`;
    return { file: null, notYet: why };
  }
  return { file: found(candidate, entry, manifest) };
}

/** The complete file, or why it is not complete yet. */
export type CompleteCheck =
  | { readonly entry: FileEntry; readonly manifest: Manifest | null }
  | { readonly entry: null; readonly notYet: string };

/** Decides by the manifest, if there is one; otherwise the file must be unchanged on a second listing. */
export async function checkComplete(entry: FileEntry, check: CheckContext): Promise<CompleteCheck> {
  const location = manifestName(entry.location);
  if ((await check.files.stat(location)) !== null) return checkWithManifest(entry, location, check);
  const first = checkFirstListing(entry, check);
  if (!first.isStable) return notYet(first.why);
  await setTimeout(first.relistAfterMs, undefined, { signal: check.signal });
  const changed = changedMeanwhile(entry, await check.files.stat(entry.location));
  return changed === null ? { entry, manifest: null } : notYet(changed);
}

async function checkWithManifest(
  listed: FileEntry,
  location: string,
  { files }: CheckContext,
): Promise<CompleteCheck> {
  let manifest: Manifest;
  try {
    manifest = parseManifest(new TextDecoder().decode(await files.read(location)));
  } catch (error) {
    if (error instanceof InvalidFileError) return notYet(error.message);
    throw error;
  }
  // Listed after the manifest: the file that the manifest describes may have arrived after the first listing.
  const entry = await files.stat(listed.location);
  if (entry === null) return notYet('it was removed');
  if (entry.bytes !== manifest.bytes) {
    return notYet(`it has ${entry.bytes} bytes, and its manifest says ${manifest.bytes}`);
  }
  return { entry, manifest };
}

function notYet(why: string): CompleteCheck {
  return { entry: null, notYet: why };
}

function found(candidate: Candidate, entry: FileEntry, manifest: Manifest | null) {
  const { snapshotAt } = candidate;
  const facilities = Object.fromEntries(
    Object.entries(manifest?.facilities ?? candidate.facilities).map(([facility, at]) => [
      facility,
      at.toString(),
    ]),
  );
  return {
    location: entry.location,
    name: entry.name,
    bytes: entry.bytes,
    modified_at: entry.modifiedAt?.toString() ?? null,
    snapshot_at: snapshotAt.toString(),
    facilities,
    manifest:
      manifest === null
        ? null
        : {
            sha256: manifest.sha256,
            bytes: manifest.bytes,
            rows: manifest.rows,
            snapshot_at: manifest.snapshot_at.toString(),
            facilities,
          },
  };
}
