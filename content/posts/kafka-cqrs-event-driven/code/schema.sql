-- #region tables
CREATE TABLE event (               -- canonical: each fact once
  event_id bigint PRIMARY KEY, entity int NOT NULL, amount bigint NOT NULL);
CREATE TABLE total (               -- canonical: the sum of the facts
  entity int PRIMARY KEY, amount bigint NOT NULL, events bigint NOT NULL);
CREATE TABLE progress (            -- the next offset to apply
  part int PRIMARY KEY, next bigint NOT NULL);
-- #endregion
CREATE TABLE refused (             -- records that no retry will apply
  part int, pos bigint, record jsonb NOT NULL, reason text NOT NULL, PRIMARY KEY (part, pos));
INSERT INTO progress SELECT part, 0 FROM generate_series(0, 95) AS part;
