-- Some SFTP servers do not tell when a file was modified.
alter table oms.inventory_delta_file alter column modified_at drop not null;
comment on column oms.inventory_delta_file.modified_at is
  'The file''s mtime, as the server told it when it was judged; null where the server tells none.';
