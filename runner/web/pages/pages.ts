/** The runner's own pages. */
import type { Page } from '../page.ts';
import { auditPage } from './audit.ts';
import { backfillPage } from './backfill.ts';
import { backfillsPage } from './backfills.ts';
import { dagPage } from './dag.ts';
import { dagVersionPage } from './dag_version.ts';
import { dagsPage } from './dags.ts';
import { homePage } from './home.ts';
import { workersPage } from './workers.ts';

export const PAGES: readonly Page[] = [
  homePage,
  dagsPage,
  dagPage,
  dagVersionPage,
  backfillsPage,
  backfillPage,
  auditPage,
  workersPage,
];
