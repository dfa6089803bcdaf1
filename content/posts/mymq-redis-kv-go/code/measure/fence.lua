-- XACK that asks whose entry it is and whether the lease still runs.
-- No two workers may share a consumer name.
-- KEYS[1] stream; ARGV: group, entry, consumer, lease in milliseconds.
local stream, group, entry = KEYS[1], ARGV[1], ARGV[2]
local held = redis.call('XPENDING', stream, group, entry, entry, 1)[1]
if not held or held[2] ~= ARGV[3] or held[3] >= tonumber(ARGV[4]) then
  return 0
end
return redis.call('XACK', stream, group, entry)
