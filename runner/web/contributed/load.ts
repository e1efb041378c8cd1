/** Finds the pages of task authors: each `*.ts` or `*.js` directly in a registered folder, or in the folder `pages` of the task types. */
import { errorFacts } from '../../core/value/error_text.ts';
import type { ModuleFile } from '../../core/value/module_file.ts';
import type { Log } from '../../log.ts';
import type { NavEntry } from '../html/layout.ts';
import type { Page } from '../page.ts';
import { type BrokenFile, brokenPages } from './broken_page.ts';
import {
  type AuthorDownload,
  type Contribution,
  definitionProblem,
  isContribution,
  matchedPaths,
} from './definition.ts';
import { defaultExportOf, filesOf } from './files.ts';
import type { PageLink, RunToLink } from './run_link.ts';

export interface Contributed {
  /** Those of files that cannot be used too: such a page says why. */
  readonly pages: readonly Page[];
  readonly downloads: readonly AuthorDownload[];
  readonly nav: readonly NavEntry[];
  /** The files that cannot be used. */
  readonly broken: readonly BrokenFile[];
  /** Returns the links to the pages that say more about a run. */
  linksOfRun(run: RunToLink): readonly PageLink[];
}

/**
 * Loads every page. A file that cannot be used is an error in the log, and a page at its path that says so.
 * @param folders absolute; absent ones hold none
 */
export async function loadContributed(folders: readonly string[], log: Log): Promise<Contributed> {
  const good: Contribution[] = [];
  const broken: BrokenFile[] = [];
  const takenBy = new Map<string, string>();
  for (const found of (await Promise.all(folders.map(filesOf))).flat()) {
    const { file } = found;
    const loaded = await loadFile(found);
    if ('reason' in loaded) {
      broken.push(loaded);
      continue;
    }
    const paths = matchedPaths(loaded.path);
    const taken = paths.find((path) => takenBy.has(path));
    if (taken === undefined) {
      for (const path of paths) takenBy.set(path, file);
      good.push(loaded);
    } else {
      broken.push({
        file,
        path: loaded.path,
        reason: `its path ${loaded.path} is that of ${takenBy.get(taken)} too`,
      });
    }
  }
  for (const { file, path, reason } of broken) log.error('a page cannot be used', { file, path, reason });
  return contributedOf(good, broken, log);
}

function contributedOf(good: readonly Contribution[], broken: readonly BrokenFile[], log: Log): Contributed {
  const pages = good.filter((each) => each.kind === 'page');
  return {
    // Behind the good ones, as the first route that matches answers.
    pages: [...pages, ...brokenPages(broken)],
    downloads: good.filter((each) => each.kind === 'download'),
    nav: pages.flatMap(({ nav }) => nav ?? []),
    broken,
    linksOfRun: (run) =>
      pages.flatMap((page) => {
        try {
          return page.ofRun?.(run) ?? [];
        } catch (error) {
          const { errorText } = errorFacts(error);
          log.error('a page gave no link for a run', { path: page.path, runId: run.run.runId, errorText });
          return [];
        }
      }),
  };
}

async function loadFile({ name, file }: ModuleFile): Promise<Contribution | BrokenFile> {
  const path = `/${name}/*`;
  const loaded = await defaultExportOf(file);
  if ('reason' in loaded) return { file, path, reason: loaded.reason };
  const reason = definitionProblem(loaded.defined);
  if (reason === null && isContribution(loaded.defined)) return loaded.defined;
  return { file, path, reason: reason ?? 'it defines no page' };
}
