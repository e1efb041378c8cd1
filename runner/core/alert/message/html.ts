/**
 * The HTML of a mail: one column with large type, styles in the elements because mail readers drop style sheets, and
 * nothing that is loaded from elsewhere.
 */
import type { AlertMessage } from './message.ts';
import { factLines } from './text.ts';

const COLOURS: Readonly<Record<AlertMessage['kind'], string>> = {
  failed: '#b3261e',
  deadline_missed: '#b3261e',
  not_started: '#b3261e',
  slow: '#8a5300',
  warning: '#8a5300',
  recovered: '#1b6e3c',
  test: '#44546a',
};

const FONT = 'font-family:-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const P = 'margin:0 0 14px;font-size:16px;line-height:1.45';
const CODE =
  'margin:0 0 8px;padding:10px;background:#f2f3f5;border-radius:6px;font:14px/1.4 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere';
const BUTTON =
  'display:inline-block;padding:11px 18px;border-radius:6px;background:#1f4e8c;color:#ffffff;text-decoration:none;font-size:16px';

export function messageHtml(message: AlertMessage): string {
  const { kind, title, sentence, items, commands, link } = message;
  const paragraphs = [sentence, ...factLines(message)].map(
    (text) => `<p style="${P}">${escapeHtml(text)}</p>`,
  );
  const [lead = '', ...facts] = paragraphs;
  const list = items.map((item) => `<li style="margin:0 0 6px">${escapeHtml(item)}</li>`).join('');
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light">',
    `<title>${escapeHtml(title)}</title></head>`,
    `<body style="margin:0;padding:16px;background:#ffffff;color:#1c1c1e;${FONT};overflow-wrap:anywhere">`,
    `<div style="max-width:600px;border-left:5px solid ${COLOURS[kind]};padding-left:14px">`,
    `<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3;color:${COLOURS[kind]}">${escapeHtml(title)}</h1>`,
    lead,
    list === '' ? '' : `<ul style="${P};padding-left:20px">${list}</ul>`,
    ...facts,
    ...commands.map((command) => `<p style="${CODE}">${escapeHtml(command)}</p>`),
    link === null
      ? ''
      : `<p style="margin:16px 0 0"><a href="${escapeHtml(link)}" style="${BUTTON}">Open the page</a></p>`,
    '</div></body></html>',
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
