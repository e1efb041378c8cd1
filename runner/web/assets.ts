/** The files that pages load: our own, and htmx from its package. Their URLs hold their content's checksum. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PACKAGE_DIR } from '../manifest.ts';
import type { AssetUrls } from './html/layout.ts';

export interface Asset {
  /** `/assets/3f9a0c11/style.css` */
  readonly url: string;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

const OWN = join(PACKAGE_DIR, 'runner/web/assets');
const HTMX = join(dirname(createRequire(import.meta.url).resolve('htmx.org/package.json')), 'dist');

const STYLE = join(OWN, 'style.css');
/**
 * In the order in which a page runs them. They are one file, as htmx starts by a timer once it is loaded: an extension in
 * a file that came later would be too late for the page.
 */
const SCRIPTS = [
  join(HTMX, 'htmx.min.js'),
  join(HTMX, 'ext/hx-sse.min.js'),
  join(OWN, 'live.js'),
  join(OWN, 'app.js'),
];

/** Reads the assets. */
export function readAssets(): { readonly urls: AssetUrls; readonly byUrl: ReadonlyMap<string, Asset> } {
  const style = assetOf('style.css', 'text/css; charset=utf-8', [STYLE]);
  const script = assetOf('page.js', 'text/javascript; charset=utf-8', SCRIPTS);
  return {
    urls: { style: style.url, script: script.url },
    byUrl: new Map([style, script].map((asset) => [asset.url, asset])),
  };
}

function assetOf(name: string, contentType: string, files: readonly string[]): Asset {
  const body = new TextEncoder().encode(files.map((file) => readFileSync(file, 'utf8')).join('\n;\n'));
  const checksum = createHash('sha256').update(body).digest('hex').slice(0, 12);
  return { url: `/assets/${checksum}/${name}`, contentType, body };
}
