-- The repair. It appends what a source proves, stops at what nothing proves, and obeys a ceiling.

-- A source record younger than this may still be on its way to the ledger.
CREATE FUNCTION settle() RETURNS interval LANGUAGE sql IMMUTABLE AS $$ SELECT interval '60 s' $$;
-- One missing debit is a lost write. More than twenty in a minute are a bad deployment.
CREATE FUNCTION most_repairs() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 20::bigint $$;
-- The most that one run may move, in paise (10,000 rupees): what a person need not see first.
CREATE FUNCTION most_moved() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 1000000::bigint $$;

CREATE FUNCTION heal(settle interval DEFAULT settle()) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  seen text; missing difference[]; moved bigint; sums bigint; drift bigint; stale bigint;
BEGIN
  -- Writers wait for the account too. After the first guard every entry is proved, so their
  -- sum is the right balance.
  -- #region guards
  PERFORM FROM account FOR UPDATE;
  IF EXISTS (SELECT FROM difference WHERE posted <> 0) THEN
    RETURN 'stopped: unproven';        -- no record proves a subtraction
  END IF;
  SELECT array_agg(d ORDER BY key), coalesce(sum(owed), 0) INTO missing, moved
  FROM difference d WHERE at <= clock_timestamp() - heal.settle;
  SELECT credits - debits, credits - debits - balance, credits - debits - tip
  INTO sums, drift, stale FROM totals;
  IF cardinality(missing) > most_repairs() OR moved + abs(drift) > most_moved() THEN
    RETURN 'stopped: ceiling';
  END IF;
  -- #endregion

  SELECT pattern INTO seen FROM pattern;
  INSERT INTO entry (side, amount, balance_after, ref_type, ref_id, key)
  SELECT side, owed, sums + sum(side * owed) OVER (ORDER BY key), ref_type, ref_id, key
  FROM unnest(missing) ORDER BY key;
  IF stale <> 0 AND missing IS NULL THEN     -- an entry of zero states the right balance
    INSERT INTO entry (side, amount, balance_after, ref_type, ref_id)
    VALUES (1, 0, sums, 'restate', seen);
  END IF;
  UPDATE account SET balance = credits - debits FROM totals
  WHERE account.balance <> credits - debits;

  INSERT INTO repair (pattern, kind, key, amount)
  SELECT seen, 'append', key, side * owed FROM unnest(missing)
  UNION ALL SELECT seen, 'restate', NULL, stale WHERE stale <> 0
  UNION ALL SELECT seen, 'balance', NULL, drift WHERE drift <> 0;
  RETURN CASE WHEN FOUND THEN 'healed' ELSE 'nothing due' END;
END $$;
