/** Refuses requests with a body that is too large, also where the client does not say its length beforehand. */
import type { Context, MiddlewareHandler } from 'hono';

/** @param tooLarge answers a request whose body is larger than `maxBytes` */
export function limitBodies(
  maxBytes: number,
  tooLarge: (c: Context) => Response | Promise<Response>,
): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req;
    if (c.req.header('transfer-encoding') === undefined) {
      // HTTP/1.1 ends the body where the length says; without one there is no body.
      return Number(c.req.header('content-length') ?? 0) > maxBytes ? await tooLarge(c) : await next();
    }
    const body = await readAtMost(raw.body, maxBytes);
    if (body === null) return await tooLarge(c);
    const { url, method, headers, signal } = raw;
    c.req.raw = new Request(url, { method, headers, signal, body });
    return await next();
  };
}

/** Returns the bytes; null for more than `maxBytes`. */
async function readAtMost(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}
