/** Serves downloads: files that are made while they are sent. */
import type { Hono } from 'hono';
import type { WebContext } from '../context.ts';
import type { WebEnv } from '../env.ts';
import { pageRequest } from '../mount_pages.ts';
import type { AuthorDownload } from './definition.ts';
import { Turns } from './turns.ts';

/** Each may hold a session of a database for as long as its reader takes; pages need some too. */
const DOWNLOADS_AT_ONCE = 2;

export function mountDownloads(
  app: Hono<WebEnv>,
  context: WebContext,
  downloads: readonly AuthorDownload[],
): void {
  const turns = new Turns(DOWNLOADS_AT_ONCE);
  for (const download of downloads) {
    app.get(download.path, async (request) => {
      const { fileName, contentType, chunks } = await download.open(pageRequest(request, context));
      return request.body(ReadableStream.from(encoded(chunks, turns)), 200, {
        'content-type': contentType,
        'content-disposition': `attachment; filename="${fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
        'cache-control': 'no-store',
      });
    });
  }
}

/** Waits for its turn when the first part is asked for: an answer that nobody reads takes none. */
async function* encoded(
  chunks: AsyncIterable<string>,
  turns: Turns,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using _turn = await turns.take();
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(chunk);
}
