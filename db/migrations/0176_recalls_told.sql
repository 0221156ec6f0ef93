-- What the buyer of a recalled piece was last told, and how far those of a withdrawn recall have been told that theirs are good.
alter table vault.recall_pieces add column told text not null default 'recalled' check (told in ('recalled', 'cleared'));
alter table vault.recalls add column clearing_to bigint;
