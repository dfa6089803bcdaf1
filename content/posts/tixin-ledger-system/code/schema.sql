-- Three records of the same money, and the balance that they must agree with.
-- Amounts are paise. A sale and a payout each have a key; whoever posts to the
-- ledger derives the key from them, so one cause can be posted only once.

-- #region tables
CREATE TABLE account (id int PRIMARY KEY CHECK (id = 1), balance bigint NOT NULL);

CREATE TABLE sale (          -- event analytics: revenue per event is a sum of these
  key text PRIMARY KEY, event text NOT NULL, amount bigint NOT NULL CHECK (amount > 0),
  at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE TABLE payout (        -- to organisers, and to buyers as refunds
  key text PRIMARY KEY, status text NOT NULL CHECK (status IN ('processing', 'completed')),
  approved bigint NOT NULL CHECK (approved > 0),
  at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE TABLE entry (         -- the ledger; side is 1 for a credit, -1 for a debit
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  side int NOT NULL CHECK (side IN (1, -1)), amount bigint NOT NULL,
  balance_after bigint NOT NULL,
  ref_type text NOT NULL CHECK (ref_type IN ('event-revenue', 'payout', 'restate')),
  ref_id text NOT NULL, key text UNIQUE,
  CHECK (amount > 0 OR amount = 0 AND ref_type = 'restate'));
-- #endregion

-- Every repair is counted here by the pattern that it answered.
CREATE TABLE repair (
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  pattern text NOT NULL, kind text NOT NULL, key text, amount bigint NOT NULL);

INSERT INTO account VALUES (1, 0);

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger entries are immutable: append a correction';
END $$;
CREATE TRIGGER entry_is_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse();

-- The honest way to write to the ledger: lock first, read after the lock, post a key once.
-- Returns false if the key has been posted already.
-- #region post
CREATE FUNCTION post(sign int, paise bigint, type text, ref text, cause text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM account FOR UPDATE;
  INSERT INTO entry (side, amount, balance_after, ref_type, ref_id, key)
  SELECT sign, paise, balance + sign * paise, type, ref, cause FROM account
  ON CONFLICT (key) DO NOTHING;
  IF FOUND THEN
    UPDATE account SET balance = balance + sign * paise;
    RETURN true;
  END IF;
  RETURN false;
END $$;
-- #endregion
