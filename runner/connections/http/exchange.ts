import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { ConnectionError, type ConnectionErrorKind } from '../connection_error.ts';
import { answered } from './answered.ts';
import type { HttpConfig } from './config.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface RawRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** The certificates that are trusted besides those of the system; null for none. */
  readonly ca: string | null;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal;
}

/** Sends one request on a connection of its own. @throws ConnectionError, or the signal's reason */
export async function exchange(config: HttpConfig, raw: RawRequest): Promise<RawAnswer> {
  const { url, method, headers, body, ca, signal } = raw;
  const send = config.isTls ? httpsRequest : httpRequest;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  let response: IncomingMessage | null = null;
  try {
    const request = send(url, {
      method,
      headers: { ...headers, ...length },
      signal,
      agent: false,
      ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
    });
    response = await answered(request, body, config.isTls ? 'secureConnect' : 'connect');
    const whole = await wholeBody(config, response, raw.maxResponseBytes);
    return { status: response.statusCode ?? 0, headers: response.headers, body: whole };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ConnectionError) throw error;
    throw networkError(config, error, response === null ? 'unreachable' : 'lost');
  }
}

async function wholeBody(config: HttpConfig, response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      throw new ConnectionError(
        'unsupported',
        `${config.id}: ${config.display} answered ${response.statusCode} with more than ${maxBytes} bytes`,
        { server: config },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const UNTRUSTED = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/;

function networkError(config: HttpConfig, error: unknown, otherwise: ConnectionErrorKind): ConnectionError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = error instanceof Error && error.message !== '' ? error.message : code;
  const kind = UNTRUSTED.test(code) ? 'host_key' : otherwise;
  // No cause: an error of the library may hold the headers that were sent.
  return new ConnectionError(kind, `${config.id}: ${config.display}: ${why}`, { server: config });
}
