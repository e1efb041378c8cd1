import { html } from '../html/html.ts';
import type { Page } from '../page.ts';

export interface BrokenFile {
  readonly file: string;
  /** The path of the page; where it is not known, all paths that begin with the file's name. */
  readonly path: string;
  readonly reason: string;
}

/** Returns pages that stand where those of files that cannot be used would stand, and say why. */
export function brokenPages(files: readonly BrokenFile[]): readonly Page[] {
  return files.map(({ file, path, reason }) => ({
    path,
    open: async () => ({
      title: 'A page that cannot be shown',
      topics: [],
      status: 500,
      body: () => html`<h1>This page cannot be shown</h1>
<div class="notice failed"><p>Its file <span class="mono">${file}</span> cannot be used: ${reason}</p>
<p>Every other page works. The file is read again when the page server is started again.</p></div>`,
    }),
  }));
}
