/** Serves the artifacts of runs as files to keep, never as pages of this site. */
import type { Hono } from 'hono';
import { type Artifact, artifactChunks } from '../store/task/artifact.ts';
import { existingArtifact } from '../view/run/artifacts.ts';
import { findNamedRun } from '../view/run/find.ts';
import type { WebContext } from './context.ts';
import type { WebEnv } from './env.ts';

export function mountArtifacts(app: Hono<WebEnv>, { pool }: WebContext): void {
  app.get('/runs/:run/artifacts/:name', async (request) => {
    const { runId } = await findNamedRun(pool, request.req.param('run'));
    const name = request.req.param('name');
    const artifact = await existingArtifact(pool, runId, name);
    // An error in the middle breaks the transfer off, so that no shortened file passes for a whole one.
    const chunks = artifactChunks(
      pool,
      artifact,
      () => new Error(`artifact ${name} of run ${runId} was replaced while it was sent`),
    );
    return request.body(ReadableStream.from(chunks), 200, headersOf(artifact));
  });
}

function headersOf({ name }: Artifact): Readonly<Record<string, string>> {
  const [, ending = ''] = /\.([a-z]+)$/.exec(name) ?? [];
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return {
    'content-type': TYPES[ending] ?? 'application/octet-stream',
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}

/** Types that a browser does not run. */
const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  json: 'application/json',
};
