/** The runner's own pages. */
import type { Page } from '../page.ts';
import { backfillPage } from './backfill.ts';
import { backfillsPage } from './backfills.ts';
import { dagVersionPage } from './dag_version.ts';
import { dagsPage } from './dags.ts';
import { homePage } from './home.ts';

export const PAGES: readonly Page[] = [homePage, dagsPage, dagVersionPage, backfillsPage, backfillPage];
