/** The artifacts that tasks of a run kept. */
import type { Queryable } from '../../store/queryable.ts';
import { type Artifact, findArtifact, listArtifacts } from '../../store/task/artifact.ts';
import { NotFound } from '../errors.ts';
import type { Column } from '../listing.ts';
import { bytesText } from '../time_text.ts';

export const ARTIFACT_COLUMNS: readonly Column<Artifact>[] = [
  { key: 'name', value: ({ name }) => name },
  { key: 'rows', value: ({ rows }) => rows },
  { key: 'bytes', value: ({ bytes }) => bytes, text: ({ bytes }) => bytesText(bytes) },
  { key: 'created_at', value: ({ createdAt }) => createdAt },
  { key: 'sha256', value: ({ sha256 }) => sha256 },
];

/** @throws NotFound */
export async function existingArtifact(db: Queryable, runId: number, name: string): Promise<Artifact> {
  const artifact = await findArtifact(db, runId, name);
  if (artifact !== null) return artifact;
  const known = (await listArtifacts(db, runId)).map((other) => other.name);
  throw new NotFound({ noun: 'artifact', name, known }, `run ${runId} has no artifact ${name}`);
}
