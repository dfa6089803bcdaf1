-- $1 partition, $2 its first offset here, $3 the offset after the last,
-- $4 offsets, $5 event ids, $6 entities, $7 amounts
WITH mine AS (                     -- one writer a partition, also while owners change
  SELECT next FROM progress
  WHERE part = $1::int AND next >= $2::bigint FOR UPDATE
), fresh AS (                      -- above the stored offset, and never seen
  INSERT INTO event
  SELECT b.id, b.entity, b.amount
  FROM mine, unnest($4::bigint[], $5::bigint[], $6::int[], $7::bigint[])
    AS b (pos, id, entity, amount)
  WHERE b.pos >= mine.next ORDER BY b.id
  ON CONFLICT (event_id) DO NOTHING
  RETURNING entity, amount
), folded AS (
  INSERT INTO total AS t
  SELECT entity, sum(amount), count(*) FROM fresh
  GROUP BY entity ORDER BY entity  -- locks in one order: no deadlock
  ON CONFLICT (entity) DO UPDATE
  SET amount = t.amount + excluded.amount,
      events = t.events + excluded.events
)
UPDATE progress SET next = greatest(progress.next, $3::bigint)
FROM mine WHERE part = $1::int
RETURNING (SELECT count(*) FROM fresh)::int AS applied;
