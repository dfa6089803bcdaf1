-- Money leaves in two steps. Between them the gateway is asked, and the amount stays reserved
-- until the answer, or the settlement report, says what became of it.

-- What may be paid out now, or 0. A sale that has not reached the ledger is no reason to
-- refuse, because it only makes the balance too small. Every other difference is a reason.
-- #region payable
CREATE FUNCTION payable() RETURNS bigint LANGUAGE sql AS $$
  SELECT CASE WHEN EXISTS (SELECT FROM difference WHERE posted <> 0 OR side = -1)
                OR balance <> tip OR balance <> credits - debits THEN 0
         ELSE greatest(0, balance - reserved) END
  FROM totals, (SELECT coalesce(sum(approved), 0)::bigint AS reserved
                FROM payout WHERE status = 'processing') AS processing
$$;
-- #endregion

CREATE FUNCTION begin_payout(cause text, paise bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM account FOR UPDATE;           -- until the reservation is committed
  INSERT INTO payout (key, status, approved)
  SELECT cause, 'processing', paise WHERE paise <= payable() ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

-- Status and debit change together, so no honest payout is ever between two records.
CREATE FUNCTION complete_payout(cause text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM account FOR UPDATE;
  PERFORM post(-1, approved, 'payout', key, key)
  FROM payout WHERE key = cause AND status = 'processing';
  UPDATE payout SET status = 'completed' WHERE key = cause;
END $$;
