/** The log-in page: a plain form. */

import { type Html, html, NOTHING } from '../../html/html.ts';
import { type AssetUrls, layout } from '../../html/layout.ts';

export interface LoginForm {
  /** A path of this page. */
  readonly next: string;
  readonly name: string;
  /** Why the last attempt did not succeed; null at the first. */
  readonly problem: string | null;
}

export function loginPage(assets: AssetUrls, { next, name, problem }: LoginForm): Html {
  const body = html`<h1>Log in</h1>
${problem === null ? NOTHING : html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="/login" class="login">
<input type="hidden" name="next" value="${next}">
<label>Name <input name="name" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100"${name === '' ? html` autofocus` : NOTHING}></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required${name === '' ? NOTHING : html` autofocus`}></label>
<button class="primary">Log in</button>
</form>`;
  return layout(
    { title: 'Log in', path: '/login', nav: [], viewer: null, assets, liveUrl: null, done: null },
    body,
  );
}
