-- Fulfilment keeps no tables of its own: its functions move rows of the modules below it.
create schema fulfilment;
grant usage on schema fulfilment to quanshu_app;
