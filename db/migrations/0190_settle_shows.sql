-- Its answer brings what waiting pages show, as json; a function's type of answer cannot be replaced.
drop function if exists fulfilment.settle(bigint, jsonb);
