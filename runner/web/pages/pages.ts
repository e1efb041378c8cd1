/** The runner's own pages. */
import type { Page } from '../page.ts';
import { alertsPage } from './alerts.ts';
import { auditPage } from './audit.ts';
import { backfillPage } from './backfill.ts';
import { backfillsPage } from './backfills.ts';
import { dagPage } from './dag.ts';
import { dagVersionPage } from './dag_version.ts';
import { dagsPage } from './dags.ts';
import { homePage } from './home.ts';
import { runPage } from './run.ts';
import { runsPage } from './runs.ts';
import { taskPage } from './task.ts';
import { workersPage } from './workers.ts';

export const PAGES: readonly Page[] = [
  homePage,
  runsPage,
  runPage,
  taskPage,
  dagsPage,
  dagPage,
  dagVersionPage,
  backfillsPage,
  backfillPage,
  alertsPage,
  auditPage,
  workersPage,
];
