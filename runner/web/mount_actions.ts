/** Serves actions: the form at GET, the deed at POST, and the form again with the reason when it was refused. */
import type { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { actorOf } from './access/role.ts';
import type { Action } from './action.ts';
import type { WebEnv } from './env.ts';
import { html } from './html/html.ts';
import { HttpError, refusalOf } from './http_error.ts';
import { DONE_COOKIE, type Mounted, pageRequest, respondWith } from './mount_pages.ts';
import { refuseUnlessRole } from './page.ts';

const DONE_FOR_S = 30;

export function mountActions(app: Hono<WebEnv>, mounted: Mounted, actions: readonly Action[]): void {
  for (const action of actions) {
    app.get(action.path, async (request) => {
      refuseUnlessRole(request.get('viewer'), action.role);
      const { title, body } = await action.open(pageRequest(request, mounted.context));
      return respondWith(request, mounted, { title, body, topics: [], status: 200 });
    });
    app.post(action.path, async (request) => {
      const viewer = request.get('viewer');
      refuseUnlessRole(viewer, action.role);
      const sent = { ...pageRequest(request, mounted.context), query: await sentForm(request.req.raw) };
      try {
        const { location, sentence } = await action.act(sent, actorOf(viewer));
        setCookie(request, DONE_COOKIE, sentence, {
          path: '/',
          httpOnly: true,
          sameSite: 'Strict',
          maxAge: DONE_FOR_S,
        });
        return request.redirect(location, 303);
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === null) throw error;
        const { title, body } = await action.open(sent);
        const above = html`<div class="notice failed" role="alert"><h2>Not done</h2><p>${refusal.sentence}</p></div>`;
        return respondWith(request, mounted, {
          title,
          body: html`${above}${body}`,
          topics: [],
          status: refusal.status,
        });
      }
    });
  }
}

/** Reads what a form sent: each name once, as text. */
async function sentForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded'))
    throw new HttpError(415, 'a form is sent as application/x-www-form-urlencoded');
  return new URLSearchParams(await request.text());
}
