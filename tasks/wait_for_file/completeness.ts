/** Whether the writer of a file has done. */
import { setTimeout } from 'node:timers/promises';
import type { FileEntry, Files } from '../../runner/task.ts';
import { type Manifest, manifestName, parseManifest } from '../inventory/manifest.ts';
import { Refusal } from '../inventory/refusal.ts';
import type { Candidate } from './candidates.ts';

/** Between two looks at a file without a manifest: SFTP tells mtimes in whole seconds. */
const LOOKS_APART_MS = 1000;

export interface Viewer {
  readonly files: Files;
  readonly now: () => Temporal.Instant;
  readonly signal: AbortSignal;
  readonly stableForMs: number;
}

/** The task's output, or why the file is not complete yet. */
export type Look = { readonly file: FoundFileOutput } | { readonly file: null; readonly notYet: string };
type FoundFileOutput = ReturnType<typeof found>;

/** A manifest says when the file is whole; without one it must have stood still, here and on a second look. */
export async function lookAt(candidate: Candidate, viewer: Viewer): Promise<Look> {
  const location = manifestName(candidate.entry.location);
  if ((await viewer.files.stat(location)) !== null) return lookWithManifest(candidate, location, viewer);
  const { entry } = candidate;
  const ageMs = viewer.now().epochMilliseconds - entry.modifiedAt.epochMilliseconds;
  if (ageMs < viewer.stableForMs) {
    return notYet(
      `${entry.bytes} bytes, changed ${seconds(ageMs)} ago; it must stand still for ${seconds(viewer.stableForMs)}`,
    );
  }
  await setTimeout(Math.min(LOOKS_APART_MS, viewer.stableForMs), undefined, { signal: viewer.signal });
  const second = await viewer.files.stat(entry.location);
  if (second === null) return notYet('it was taken away');
  if (second.bytes !== entry.bytes || !second.modifiedAt.equals(entry.modifiedAt)) {
    return notYet(`still growing: ${entry.bytes} bytes, then ${second.bytes}`);
  }
  return { file: found(candidate, entry, null) };
}

async function lookWithManifest(candidate: Candidate, location: string, { files }: Viewer): Promise<Look> {
  let manifest: Manifest;
  try {
    manifest = parseManifest(new TextDecoder().decode(await files.read(location)));
  } catch (error) {
    if (error instanceof Refusal) return notYet(error.message);
    throw error;
  }
  if (!manifest.snapshot_at.equals(candidate.snapshotAt)) {
    return notYet(
      `its snapshot is ${candidate.snapshotAt} by its name and ${manifest.snapshot_at} by its manifest`,
    );
  }
  // Looked at after the manifest: what the manifest speaks of may have come after the listing.
  const entry = await files.stat(candidate.entry.location);
  if (entry === null) return notYet('it was taken away');
  if (entry.bytes !== manifest.bytes) {
    return notYet(`it has ${entry.bytes} bytes, and its manifest says ${manifest.bytes}`);
  }
  return { file: found(candidate, entry, manifest) };
}

function notYet(why: string): Look {
  return { file: null, notYet: why };
}

function found({ snapshotAt }: Candidate, entry: FileEntry, manifest: Manifest | null) {
  const facilities = Object.fromEntries(
    Object.entries(manifest?.facilities ?? {}).map(([facility, at]) => [facility, at.toString()]),
  );
  return {
    location: entry.location,
    name: entry.name,
    bytes: entry.bytes,
    modified_at: entry.modifiedAt.toString(),
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

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
