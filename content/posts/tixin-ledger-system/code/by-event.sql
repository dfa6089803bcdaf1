-- The first design, kept for comparison: it compares totals per event, because the analytics
-- know no more, and it has no key. Its grace period runs from an event's latest sale.
CREATE FUNCTION heal_by_event(grace interval, at_surplus text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM account FOR UPDATE;
  CREATE TEMP TABLE event_gap ON COMMIT DROP AS
  WITH revenue AS (SELECT event, sum(amount) AS owed, max(at) AS at FROM sale GROUP BY event),
  posted AS (SELECT ref_id AS event, sum(amount) AS posted FROM entry
             WHERE ref_type = 'event-revenue' GROUP BY ref_id)
  SELECT event, coalesce(owed, 0) - coalesce(posted, 0) AS amount, at
  FROM revenue FULL JOIN posted USING (event);

  IF at_surplus = 'stop' AND EXISTS (SELECT FROM event_gap WHERE amount < 0) THEN RETURN; END IF;
  DELETE FROM event_gap WHERE amount <= 0 OR at > clock_timestamp() - grace;
  INSERT INTO entry (side, amount, balance_after, ref_type, ref_id)
  SELECT 1, amount, (SELECT coalesce(sum(side * amount), 0) FROM entry)
                    + sum(amount) OVER (ORDER BY event), 'event-revenue', event
  FROM event_gap ORDER BY event;
  UPDATE account SET balance = (SELECT coalesce(sum(side * amount), 0) FROM entry);
END $$;
