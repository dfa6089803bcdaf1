-- The database of the notices service: its inbox and its outgoing post are one table.

CREATE TABLE notice (key text PRIMARY KEY, text text NOT NULL);
