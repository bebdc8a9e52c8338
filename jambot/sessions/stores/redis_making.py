"""Scripts that make sessions."""

from __future__ import annotations

from jambot.sessions.stores.redis_counts import COUNTS
from jambot.sessions.stores.redis_lua import DROP, GRACE_MS, KEEP, MEMBER, NAMES, NOW, OPEN, VALUES, WHOSE, Script

# Many sessions without a limit and without a lookup: nothing is asked but whether the handle is new. The two orders
# that all share are told once for all of them. Answers 1 for each that was made, 0 where there was one already.
CREATE = Script(
    NAMES
    + MEMBER
    + COUNTS
    + """
local listed, ends, reply, now = {}, {}, {}, 0
for i = 1, #ARGV, 7 do
  local handle, kind, user, created = ARGV[i], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local made = redis.call('SET', P .. 's' .. handle, ARGV[i + 1], 'NX', 'PX', ARGV[i + 2])
  if made then
    listed[#listed + 1] = created
    listed[#listed + 1] = handle .. kind
    ends[#ends + 1] = ARGV[i + 6]
    ends[#ends + 1] = member_due(handle, kind, user, '')
    if user ~= '' then redis.call('ZADD', P .. 'o' .. user, created, handle) end
    local r = {created = tonumber(created), expires = tonumber(ARGV[i + 6])}
    r.accessed, r.extended = struct.unpack('>xxxxxxxxxxxi8xi8', ARGV[i + 1])
    now = math.max(now, r.expires - (ARGV[i + 2] - GRACE_MS) * 1000)
    count(r, kind, 1, now)
    rank(user)
  end
  reply[#reply + 1] = made and 1 or 0
end
if #listed > 0 then
  redis.call('ZADD', LIST, unpack(listed))
  redis.call('ZADD', DUE, unpack(ends))
  keep(now)
end
return reply
""".replace("GRACE_MS", str(GRACE_MS))
)

CREATE_WITHIN = Script(
    NAMES
    + NOW
    + WHOSE
    + MEMBER
    + OPEN
    + KEEP
    + COUNTS
    + DROP
    + VALUES
    + """
local handle, s, limit, refuse = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local r = open(s)
local kind, user, lookup = whose(s)
if lookup ~= '' then
  local earlier = redis.call('GET', P .. 'k' .. lookup)
  if earlier then
    local theirs = live(earlier)
    if theirs then return {'existed', earlier, theirs} end
  end
end
if redis.call('EXISTS', P .. 's' .. handle) == 1 then return {'taken'} end
local reply = {'created'}
if limit > 0 and user ~= '' then
  local all, mine = of_user(user), {}
  for i = 1, #all, 2 do
    if open(all[i + 1]).expires > now and whose(all[i + 1]) == kind then mine[#mine + 1] = i end
  end
  if refuse == '1' and #mine >= limit then return {'full'} end
  for i = #mine, limit, -1 do
    local oldest, theirs = all[mine[i]], all[mine[i] + 1]
    drop(oldest, theirs)
    reply[#reply + 1] = oldest
    reply[#reply + 1] = theirs
  end
end
local ms = ttl(r)
redis.call('SET', P .. 's' .. handle, s, 'PX', ms)
redis.call('ZADD', LIST, r.created, handle .. kind)
plan(r, member_due(handle, kind, user, lookup))
if user ~= '' then redis.call('ZADD', P .. 'o' .. user, r.created, handle) end
if lookup ~= '' then redis.call('SET', P .. 'k' .. lookup, handle, 'PX', ms) end
count(r, kind, 1, now)
rank(user)
keep(now)
return reply
"""
)
