-- The schema that a worker's code knows, so that a migration which that code cannot work with waits until the worker has left.
-- compatible_from: 0021
-- Workers of versions that do not say it know 0021 at most.
alter table stockflow.worker add column schema_version integer not null default 21;
comment on column stockflow.worker.schema_version is 'The number of the newest migration that its code knows';
