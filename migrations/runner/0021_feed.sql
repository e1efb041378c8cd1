-- What is sent to a backend of traces or of lineage is read from the history itself, so that a run that nobody watches
-- costs nothing more. These two tables hold only how far each has come.
create table stockflow.feed_run (
  feed           text not null,
  run_id         bigint not null references stockflow.dag_run on delete cascade,
  -- Until then no worker looks at the run for this feed: one is at work on it, or waits before the next try.
  next_at        timestamptz not null,
  -- The end of the run that was sent, null before. A run that is cleared ends again later.
  closed_at      timestamptz,
  failing_since  timestamptz,
  failure_count  integer not null default 0,
  error_text     text,
  -- The receiver failed for too long: the rest of the run is not sent.
  given_up_at    timestamptz,
  primary key (feed, run_id),
  constraint feed_is_known check (feed in ('traces', 'lineage')),
  constraint error_iff_failing check ((failing_since is not null) = (error_text is not null))
);

-- What was sent of a run: its own start (instance 0), and the start and the end of each attempt.
create table stockflow.feed_sent (
  feed              text not null,
  run_id            bigint not null,
  task_instance_id  bigint not null,
  attempt_number    integer not null,
  moment            text not null,
  sent_at           timestamptz not null default now(),
  primary key (feed, run_id, task_instance_id, attempt_number, moment),
  foreign key (feed, run_id) references stockflow.feed_run on delete cascade,
  constraint moment_is_known check (moment in ('start', 'end'))
);

-- The runs that ended lately, without reading the others.
create index dag_run_finished on stockflow.dag_run (finished_at) where finished_at is not null;
