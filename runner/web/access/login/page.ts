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
${problem === null ? NOTHING : html`<div class="notice failed" role="alert"><p>${problem}</p></div>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<div class="field"><label for="f-name">Name</label>
<input id="f-name" name="name" type="text" value="${name}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100"${name === '' ? html` autofocus` : NOTHING}></div>
<div class="field"><label for="f-password">Password</label>
<input id="f-password" name="password" type="password" autocomplete="current-password" required${name === '' ? NOTHING : html` autofocus`}></div>
<p class="ways"><button class="primary">Log in</button></p>
</form>`;
  return layout(
    { title: 'Log in', path: '/login', nav: [], viewer: null, assets, liveUrl: null, done: null },
    body,
  );
}
