-- What really happened to the money. Only the fault injector writes here, and only the
-- harness reads: no worker of the article knows the truth.
CREATE TABLE world (
  side int NOT NULL, amount bigint NOT NULL,
  through text NOT NULL CHECK (through IN ('gateway', 'cash')));

CREATE VIEW truth AS SELECT coalesce(sum(side * amount), 0)::bigint AS money FROM world;

-- A fifth and a sixth check, against the settlement report of the gateway.
CREATE VIEW settlement AS
SELECT (revenue - coalesce(sum(amount) FILTER (WHERE side = 1), 0))::bigint AS d5,
       (payouts - coalesce(sum(amount) FILTER (WHERE side = -1), 0))::bigint AS d6
FROM totals LEFT JOIN world ON through = 'gateway' GROUP BY revenue, payouts;
