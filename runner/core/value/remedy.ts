/** The action that helps after an error, as facts. The command line puts it into words of its own. */
export type Remedy =
  | { readonly action: 'list_dags' }
  | { readonly action: 'list_runs' }
  | { readonly action: 'list_backfills' }
  | { readonly action: 'validate_dag_file'; readonly file: string }
  /** One date can be run without a schedule. */
  | { readonly action: 'trigger_date'; readonly dagId: string; readonly date: Temporal.PlainDate }
  /** A new run of the date takes the version in force. */
  | { readonly action: 'trigger_again'; readonly dagId: string; readonly date: Temporal.PlainDate }
  | { readonly action: 'end_backfill'; readonly backfillId: number };
