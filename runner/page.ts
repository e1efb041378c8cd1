/**
 * For authors of pages: a file in `tasks/pages/` whose default export is made by `definePage` is a page of the web interface,
 * and one made by `defineDownload` a file to download. What a page reads of runs and connections comes from `history.ts`.
 */
export {
  type AuthorDownload,
  type AuthorPage,
  defineDownload,
  definePage,
  type OpenDownload,
} from './web/contributed/definition.ts';
export type { PageLink, RunToLink } from './web/contributed/run_link.ts';
export { type Choice, checkField, type Field, hiddenField, selectField, textField } from './web/html/form.ts';
export { dagHref, runHref, taskHref } from './web/html/href.ts';
export { each, type Html, html, NOTHING } from './web/html/html.ts';
export { markOf, shapeMark, stateMark } from './web/html/mark.ts';
export { type TableOptions, table } from './web/html/table.ts';
export { dateText, type TimeStyle, timeTag, timeText } from './web/html/time.ts';
export { HttpError } from './web/http_error.ts';
export type { OpenPage, PageRequest, Reader } from './web/page.ts';
