-- What the worker reads. Each view is one statement, so it sees one snapshot.

CREATE FUNCTION mark(difference bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE sign(difference) WHEN 1 THEN '+' WHEN -1 THEN '-' ELSE '.' END
$$;

CREATE VIEW totals AS
SELECT
  (SELECT balance FROM account) AS balance,
  (SELECT coalesce(sum(amount), 0) FROM sale)::bigint AS revenue,
  (SELECT coalesce(sum(approved), 0) FROM payout WHERE status = 'completed')::bigint AS payouts,
  coalesce((SELECT balance_after FROM entry ORDER BY seq DESC LIMIT 1), 0) AS tip,
  coalesce(sum(amount) FILTER (WHERE side = 1), 0)::bigint AS credits,
  coalesce(sum(amount) FILTER (WHERE side = -1), 0)::bigint AS debits
FROM entry;

-- #region audit
CREATE VIEW audit AS
SELECT balance - (revenue - payouts) AS d1,
       balance - tip                 AS d2,
       credits - revenue             AS d3,
       debits - payouts              AS d4
FROM totals;
-- #endregion

CREATE VIEW pattern AS       -- a dot holds; a sign says which way it fails
SELECT concat_ws(' ', mark(d1), mark(d2), mark(d3), mark(d4)) AS pattern FROM audit;

-- Totals can cancel, so the repair works per key. Without a source, owed is 0.
-- #region difference
CREATE VIEW difference AS
WITH source AS (
  SELECT 1 AS side, 'event-revenue' AS ref_type, event AS ref_id, key, amount, at
  FROM sale
  UNION ALL
  SELECT -1, 'payout', key, key, approved, at FROM payout WHERE status = 'completed'
)
SELECT side, ref_type, ref_id, key, at,
       coalesce(source.amount, 0) AS owed, coalesce(entry.amount, 0) AS posted
FROM source FULL JOIN (SELECT * FROM entry WHERE ref_type <> 'restate') entry
     USING (side, ref_type, ref_id, key)     -- a key is posted once: no sums are needed
WHERE source.amount IS DISTINCT FROM entry.amount;
-- #endregion
