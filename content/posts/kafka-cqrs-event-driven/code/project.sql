-- $1 entities, $2 versions, $3 documents
INSERT INTO view AS v (entity, version, doc)
SELECT DISTINCT ON (entity) entity, version, doc
FROM unnest($1::int[], $2::bigint[], $3::jsonb[]) AS d (entity, version, doc)
ORDER BY entity, version DESC
ON CONFLICT (entity) DO UPDATE
SET version = excluded.version, doc = excluded.doc
WHERE v.version < excluded.version; -- a stale version is a no-op, not an error
