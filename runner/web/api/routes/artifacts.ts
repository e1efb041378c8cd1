/** The artifacts of a run: their list, and the bytes of one. */
import { Buffer } from 'node:buffer';
import { z } from '@hono/zod-openapi';
import type { Pool } from 'pg';
import {
  type Artifact,
  artifactChunks,
  listArtifacts as artifactRows,
} from '../../../store/task/artifact.ts';
import { rowObject } from '../../../view/listing.ts';
import { ARTIFACT_COLUMNS, existingArtifact } from '../../../view/run/artifacts.ts';
import { findNamedRun } from '../../../view/run/find.ts';
import { NO_QUERY, ok, reading } from '../endpoint.ts';
import { runPath } from '../fields.ts';
import { artifactList } from '../schema/task.ts';

export const listArtifacts = reading({
  path: '/runs/{run}/artifacts',
  id: 'listArtifacts',
  tag: 'runs',
  summary: 'The artifacts that tasks of a run kept.',
  params: runPath,
  query: NO_QUERY,
  schema: artifactList,
  returns: 'The artifacts, by name.',
  async handle({ context, params }) {
    const { runId } = await findNamedRun(context.pool, params.run);
    const rows = await artifactRows(context.pool, runId);
    return ok({ artifacts: rows.map((row) => rowObject(ARTIFACT_COLUMNS, row)) });
  },
});

export const getArtifact = reading({
  path: '/runs/{run}/artifacts/{artifact}',
  id: 'getArtifact',
  tag: 'runs',
  summary: 'The bytes of an artifact.',
  description:
    'The header Repr-Digest has its sha256. An answer that ends before Content-Length was replaced by a task meanwhile.',
  params: z.strictObject({
    ...runPath.shape,
    artifact: z
      .string()
      .openapi({ description: 'The name of an artifact.', param: { name: 'artifact', in: 'path' } }),
  }),
  query: NO_QUERY,
  schema: null,
  returns: 'The bytes.',
  async handle({ context, params }) {
    const { runId } = await findNamedRun(context.pool, params.run);
    const artifact = await existingArtifact(context.pool, runId, params.artifact);
    return { status: 200, body: bytesOf(context.pool, artifact), headers: headersOf(artifact) };
  },
});

function headersOf({ name, bytes, sha256 }: Artifact): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
    'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  };
}

/** Reads one stored chunk whenever the client can take more. An error breaks the transfer off. */
function bytesOf(pool: Pool, artifact: Artifact): ReadableStream<Uint8Array> {
  const replaced = () => new Error(`artifact ${artifact.name} was replaced while it was read`);
  return ReadableStream.from(artifactChunks(pool, artifact, replaced));
}
