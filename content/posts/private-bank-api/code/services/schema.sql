-- The database of one service. Each service has its own, and no other role may connect to it.

CREATE TABLE account (id text PRIMARY KEY, owner text, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE stop (op text PRIMARY KEY);  -- what the business refuses today
CREATE TABLE inbox (key text PRIMARY KEY, request jsonb, answer text);
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  event jsonb NOT NULL
);

CREATE FUNCTION step(command jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  stored inbox;
  verdict text;
BEGIN
  -- #region step
  INSERT INTO inbox (key, request) VALUES (command->>'key', command)
    ON CONFLICT DO NOTHING;  -- a twin waits here
  IF NOT FOUND THEN
    SELECT * INTO stored FROM inbox WHERE key = command->>'key';
    IF stored.request <> command THEN
      RAISE 'key % was used for another command', stored.key;
    END IF;
    RETURN stored.answer;  -- a refusal too
  END IF;
  verdict := CASE WHEN command ? 'undoes' THEN undo(command) ELSE perform(command) END;
  UPDATE inbox SET answer = verdict WHERE key = command->>'key';
  INSERT INTO outbox (event)
    SELECT command - 'to' || jsonb_build_object('answer', verdict);
  RETURN verdict;
  -- #endregion
END $$;

CREATE FUNCTION move(source text, target text, amount bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- One order for all, or `clear` and `undo clear` deadlock.
  PERFORM FROM account WHERE id IN (source, target) ORDER BY id FOR UPDATE;
  UPDATE account SET balance = balance - amount
    WHERE id = source AND balance >= amount;
  IF NOT FOUND THEN
    RETURN 'refused';
  END IF;
  UPDATE account SET balance = balance + amount WHERE id = target;
  RETURN 'ok';
END $$;

CREATE FUNCTION perform(command jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM stop WHERE op = command->>'op') THEN
    RETURN 'refused';
  END IF;
  IF command ? 'move' THEN
    RETURN move(command->'move'->>0, command->'move'->>1, (command->>'amount')::bigint);
  END IF;
  RETURN 'ok';
END $$;

CREATE FUNCTION undo(command jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  -- A step that has not arrived is refused in advance: a tombstone.
  INSERT INTO inbox (key, answer) VALUES (command->>'undoes', 'refused')
    ON CONFLICT DO NOTHING;
  PERFORM FROM inbox WHERE key = command->>'undoes' AND answer = 'ok';
  IF FOUND THEN
    RETURN move(command->'move'->>0, command->'move'->>1, (command->>'amount')::bigint);
  END IF;
  RETURN 'ok';
END $$;
