/** Serves downloads: files that are made while they are sent. */
import type { Hono } from 'hono';
import type { WebContext } from '../context.ts';
import type { WebEnv } from '../env.ts';
import { pageRequest } from '../mount_pages.ts';
import type { AuthorDownload } from './definition.ts';

export function mountDownloads(
  app: Hono<WebEnv>,
  context: WebContext,
  downloads: readonly AuthorDownload[],
): void {
  for (const download of downloads) {
    app.get(download.path, async (request) => {
      const { fileName, contentType, chunks } = await download.open(pageRequest(request, context));
      return request.body(ReadableStream.from(encoded(chunks)), 200, {
        'content-type': contentType,
        'content-disposition': `attachment; filename="${fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
        'cache-control': 'no-store',
      });
    });
  }
}

async function* encoded(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) yield encoder.encode(chunk);
}
