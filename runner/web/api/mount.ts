/** Serves the HTTP API under `/api/v1`, its OpenAPI document, and the probes. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Hono } from 'hono';
import { errorFacts } from '../../core/value/error_text.ts';
import type { WebContext } from '../context.ts';
import type { WebEnv } from '../env.ts';
import { refuseUnlessRole } from '../page.ts';
import { DOCUMENT_HEAD, routeConfigOf, SECURITY_SCHEMES } from './document.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { mountProbes } from './probes.ts';
import { answerProblem, headersOf, problemOf } from './problem.ts';
import { ENDPOINTS } from './routes/routes.ts';

export const API_BASE = '/api/v1';
const RETRY_AFTER_S = '5';

export function mountApi(app: Hono<WebEnv>, context: WebContext): void {
  const api = new OpenAPIHono<WebEnv>();
  api.onError((error, c) => answerError(c, context, error));
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES))
    api.openAPIRegistry.registerComponent('securitySchemes', name, scheme);
  for (const endpoint of ENDPOINTS) mountEndpoint(api, context, endpoint);
  mountProbes(api, context);
  let text: string | null = null;
  api.get(`${API_BASE}/openapi.json`, (c) => {
    text ??= JSON.stringify(api.getOpenAPI31Document(DOCUMENT_HEAD));
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
  api.all('/api/*', (c) =>
    answerProblem(c, {
      status: 404,
      detail: `there is nothing at ${c.req.method} ${c.req.path}; ${API_BASE}/openapi.json lists what there is`,
      facts: {},
    }),
  );
  app.route('/', api);
}

function mountEndpoint(api: OpenAPIHono<WebEnv>, context: WebContext, endpoint: Endpoint): void {
  const { operation, role } = endpoint;
  const path = `${API_BASE}${operation.path}`;
  api.openAPIRegistry.registerPath(routeConfigOf(endpoint, path));
  api.on(operation.method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
    refuseUnlessRole(c.get('viewer'), role);
    const answer = await endpoint.answer({
      context,
      viewer: c.get('viewer'),
      url: new URL(c.req.url),
      params: c.req.param(),
      request: c.req.raw,
    });
    return answerWith(c, answer);
  });
}

function answerWith(c: Context<WebEnv>, { status, body, headers }: Answer): Response {
  if (body instanceof ReadableStream) return c.body(body, status, headers);
  return c.body(`${JSON.stringify(body)}\n`, status, { 'content-type': 'application/json', ...headers });
}

function answerError(c: Context<WebEnv>, { log }: WebContext, error: Error): Response {
  const problem = problemOf(error);
  for (const [name, value] of Object.entries(headersOf(error))) c.header(name, value);
  if (problem?.status === 503) c.header('retry-after', RETRY_AFTER_S);
  if (problem !== null) return answerProblem(c, problem);
  const requestId = c.get('requestId');
  const { errorText } = errorFacts(error);
  log.error('request failed', {
    requestId,
    method: c.req.method,
    path: c.req.path,
    error: errorText,
    stack: error.stack,
  });
  const detail = `an error on our side; the log of this server has a line with requestId=${requestId}`;
  return answerProblem(c, { status: 500, detail, facts: {} });
}
