/** The runner's own commands: named here, so that the help need not import them. */
import type { CatalogItem } from './catalog_entry.ts';

export const CATALOG: readonly CatalogItem[] = [
  { name: 'up', summary: 'migrate, then schedule and work until Ctrl-C', load: () => import('../up.ts') },
  { name: 'worker', summary: 'schedule and work until Ctrl-C', load: () => import('../worker.ts') },
  { name: 'migrate', summary: 'bring the database up to date', load: () => import('../migrate.ts') },
  {
    name: 'doctor',
    summary: 'what keeps a night from working, with its fix',
    load: () => import('../doctor.ts'),
  },
  { name: 'status', summary: 'last night, one line per DAG', load: () => import('../status.ts') },
  {
    name: 'dags',
    summary: 'list, show, validate, next, plan, pause, resume, schema',
    commands: [
      { name: 'list', summary: 'all DAGs and when they run next', load: () => import('../dags/list.ts') },
      { name: 'show', summary: 'tasks, edges and times of a DAG', load: () => import('../dags/show.ts') },
      { name: 'validate', summary: 'every problem of DAG files', load: () => import('../dags/validate.ts') },
      { name: 'next', summary: 'the instants at which a DAG is due', load: () => import('../dags/next.ts') },
      {
        name: 'plan',
        summary: 'what an edit will do, before it is in force',
        load: () => import('../dags/plan.ts'),
      },
      {
        name: 'pause',
        summary: 'stop scheduling a DAG',
        load: () => import('../dags/pause.ts').then(({ pause }) => pause),
      },
      {
        name: 'resume',
        summary: 'schedule a paused DAG again',
        load: () => import('../dags/pause.ts').then(({ resume }) => resume),
      },
      {
        name: 'schema',
        summary: 'the JSON Schema of DAG or calendar files',
        load: () => import('../dags/schema.ts'),
      },
    ],
  },
  { name: 'trigger', summary: 'start a run of a DAG', load: () => import('../trigger.ts') },
  {
    name: 'backfill',
    summary: 'create, list, show, watch, cancel, retry-failed',
    commands: [
      { name: 'create', summary: 'work a range of dates', load: () => import('../backfill/create.ts') },
      { name: 'list', summary: 'backfills, newest first', load: () => import('../backfill/list.ts') },
      { name: 'show', summary: 'a backfill: date by date', load: () => import('../backfill/show.ts') },
      { name: 'watch', summary: 'follow a backfill to its end', load: () => import('../backfill/watch.ts') },
      { name: 'cancel', summary: 'begin no further date', load: () => import('../backfill/cancel.ts') },
      {
        name: 'retry-failed',
        summary: 'let the dates that failed go on',
        load: () => import('../backfill/retry_failed.ts'),
      },
    ],
  },
  {
    name: 'runs',
    summary: 'list, show, explain, watch, artifacts, cancel',
    commands: [
      { name: 'list', summary: 'runs, newest first', load: () => import('../runs/list.ts') },
      { name: 'show', summary: 'a run: what failed, and every task', load: () => import('../runs/show.ts') },
      { name: 'explain', summary: 'why its tasks are not running', load: () => import('../runs/explain.ts') },
      { name: 'watch', summary: 'follow a run to its end', load: () => import('../runs/watch.ts') },
      {
        name: 'artifacts',
        summary: 'the files that a run kept, or one of them',
        load: () => import('../runs/artifacts.ts'),
      },
      { name: 'cancel', summary: 'stop a run, or one task of it', load: () => import('../runs/cancel.ts') },
    ],
  },
  {
    name: 'tasks',
    summary: 'logs, clear, mark',
    commands: [
      { name: 'logs', summary: "a task's log", load: () => import('../tasks/logs.ts') },
      { name: 'clear', summary: 'let tasks run again', load: () => import('../tasks/clear.ts') },
      { name: 'mark', summary: 'mark by hand how a task ended', load: () => import('../tasks/mark.ts') },
      {
        name: 'approve',
        summary: 'approve what a task asks before it goes on',
        load: () => import('../tasks/approve.ts'),
      },
      { name: 'reject', summary: 'reject what a task asks', load: () => import('../tasks/reject.ts') },
    ],
  },
  {
    name: 'pools',
    summary: 'list, set',
    commands: [
      { name: 'list', summary: 'slots, and how many are in use', load: () => import('../pools/list.ts') },
      { name: 'set', summary: 'how many slots a pool has', load: () => import('../pools/set.ts') },
    ],
  },
  {
    name: 'connections',
    summary: 'test, fingerprint',
    commands: [
      {
        name: 'test',
        summary: 'log in, and check the folders that DAGs use',
        load: () => import('../connections/test.ts'),
      },
      {
        name: 'fingerprint',
        summary: 'the host key that an SFTP server shows',
        load: () => import('../connections/fingerprint.ts'),
      },
    ],
  },
  { name: 'init', summary: 'make a project of your own', load: () => import('../init.ts') },
  {
    name: 'alerts',
    summary: 'list, test',
    commands: [
      { name: 'list', summary: 'what was told to whom', load: () => import('../alerts/list.ts') },
      { name: 'test', summary: 'send a test message', load: () => import('../alerts/test.ts') },
    ],
  },
  {
    name: 'audit',
    summary: 'events, export, verify',
    commands: [
      { name: 'events', summary: 'who did what, when and why', load: () => import('../audit/events.ts') },
      { name: 'export', summary: 'a business date as a folder', load: () => import('../audit/export.ts') },
      { name: 'verify', summary: 'that no event was changed', load: () => import('../audit/verify.ts') },
    ],
  },
  {
    name: 'web',
    summary: 'serve the page and the HTTP API; user, token',
    self: { load: () => import('../web.ts') },
    commands: [
      {
        name: 'user',
        summary: 'add, list, passwd, remove',
        commands: [
          { name: 'add', summary: 'let a person log in', load: () => import('../web/user/add.ts') },
          { name: 'list', summary: 'who may log in, and as what', load: () => import('../web/user/list.ts') },
          { name: 'passwd', summary: 'set another password', load: () => import('../web/user/passwd.ts') },
          { name: 'remove', summary: 'let a person in no more', load: () => import('../web/user/remove.ts') },
        ],
      },
      {
        name: 'token',
        summary: 'create, list, revoke',
        commands: [
          {
            name: 'create',
            summary: 'let a program act for a person',
            load: () => import('../web/token/create.ts'),
          },
          { name: 'list', summary: 'tokens, newest first', load: () => import('../web/token/list.ts') },
          { name: 'revoke', summary: 'let a token in no more', load: () => import('../web/token/revoke.ts') },
        ],
      },
    ],
  },
  { name: 'prune', summary: 'delete logs, artifacts and history by age', load: () => import('../prune.ts') },
];
