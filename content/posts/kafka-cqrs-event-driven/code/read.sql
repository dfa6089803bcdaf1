-- The read side, in a database of its own. One document an entity: its latest event.
CREATE TABLE view (
  entity int PRIMARY KEY, version bigint NOT NULL, doc jsonb NOT NULL);
