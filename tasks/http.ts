import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineTask, FailTask, type HttpResponse, type Json, TaskError } from '../runner/task.ts';
import { instanceKey } from './attempt/instance_key.ts';
import { mismatch } from './http/expected_json.ts';
import { type HttpParams, httpParams } from './http/params.ts';
import { errorOfStatus } from './http/verdict.ts';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD'];

/**
 * Sends one request to the server of a connection. The `Idempotency-Key` is the same for every attempt of a task instance, so
 * that a server which honours it acts once, even if the worker dies between the request and the answer.
 */
export default defineTask({
  type: 'http',
  description: 'Sends a request to the HTTP server of a connection and checks its answer',
  params: httpParams,
  async run(context) {
    const { params, attempt, connections, log, meter, now, signal } = context;
    const { method, path } = params;
    const server = await connections.http(params.connection);
    const key = createHash('sha256').update(instanceKey(context)).digest('hex').slice(0, 32);
    const body = params.json === undefined ? undefined : JSON.stringify(params.json);
    const response = await server.request({
      method,
      path,
      query: textValues(params.query),
      headers: {
        accept: 'application/json',
        ...params.headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...(SAFE_METHODS.includes(method) ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: params.timeout,
      maxResponseBytes: params.max_response_bytes,
      signal,
    });
    meter({ bytesOut: body === undefined ? 0 : Buffer.byteLength(body), bytesIn: response.bytes });
    log.info('the server answered', { method, path, status: response.status, bytes: response.bytes });
    const asked = { params, display: server.display, startedAt: attempt.startedAt, now: now() };
    const error = errorOfStatus(asked, response);
    if (error !== null) throw error;
    return outputOf(params, response);
  },
});

function textValues(query: HttpParams['query']): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

/** @throws TaskError if the answer is not as expected: a later one may be */
function outputOf({ method, path, expect, output }: HttpParams, { status, text }: HttpResponse): Json {
  const json = parsed(text);
  if (expect.json !== undefined) {
    const problem = json === undefined ? 'the answer is not JSON' : mismatch(expect.json, json);
    if (problem !== null) throw new TaskError(`${method} ${path} answered ${status}, but ${problem}`);
  }
  if (output === 'status' || text === '') return { status };
  return json === undefined ? { status, text: storable(text) } : { status, json };
}

function parsed(text: string): Json | undefined {
  try {
    return z.json().parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function storable(text: string): string {
  if (!text.includes('\0')) return text.toWellFormed();
  throw new FailTask('the answer is neither JSON nor text: write output: status');
}
