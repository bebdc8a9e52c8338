"""Scripts that end sessions."""

from __future__ import annotations

from jambot.sessions.stores.redis_counts import COUNTS
from jambot.sessions.stores.redis_lua import DROP, MEMBER, NAMES, NOW, OPEN, VALUES, WHOSE, Script

# Many at once, each with its own conditions and moment; answers with each one's session, or nothing.
DELETE = Script(
    NAMES
    + WHOSE
    + MEMBER
    + OPEN
    + COUNTS
    + """
local listed, ends, reply = {}, {}, {}
for i = 1, #ARGV, 4 do
  local handle, secret, version = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local s = redis.call('GET', P .. 's' .. handle)
  local r, now = nil, tonumber(ARGV[i + 3])
  if s then
    r = open(s)
    if r.expires <= now or (version ~= '' and tonumber(version) ~= r.version)
      or (secret ~= '' and secret ~= string.sub(s, 49, 80)) then s = false end
  end
  if s then
    local kind, user, lookup = whose(s)
    redis.call('DEL', P .. 's' .. handle, P .. 'l' .. handle)
    listed[#listed + 1] = handle .. kind
    ends[#ends + 1] = member_due(handle, kind, user, lookup)
    if user ~= '' then redis.call('ZREM', P .. 'o' .. user, handle) end
    if lookup ~= '' and redis.call('GET', P .. 'k' .. lookup) == handle then redis.call('DEL', P .. 'k' .. lookup) end
    count(r, kind, -1, now)
    rank(user)
  end
  reply[#reply + 1] = s or false
end
if #listed > 0 then
  redis.call('ZREM', LIST, unpack(listed))
  redis.call('ZREM', DUE, unpack(ends))
  keep(tonumber(ARGV[#ARGV]))
end
return reply
"""
)

DELETE_BY_USER = Script(
    NAMES
    + NOW
    + WHOSE
    + MEMBER
    + OPEN
    + COUNTS
    + DROP
    + VALUES
    + """
local all, reply = of_user(ARGV[2]), {}
for i = 1, #all, 2 do
  local handle, s = all[i], all[i + 1]
  if handle ~= ARGV[4] and open(s).expires > now and (ARGV[3] == '' or ARGV[3] == whose(s)) then
    drop(handle, s)
    reply[#reply + 1] = handle
    reply[#reply + 1] = s
  end
end
keep(now)
return reply
"""
)

# Only a session with a lookup is looked into; of the others their member tells everything. That they have ended was
# counted when they were written.
CLEANUP = Script(
    NAMES
    + NOW
    + WHOSE
    + COUNTS
    + """
local due = redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, ARGV[2])
if #due == 0 then return due end
local keys, listed, owners = {}, {}, {}
for i, member in ipairs(due) do
  local handle, middle = string.sub(member, 1, 16), string.find(member, '\\0', 17, true)
  local user = string.sub(member, middle + 1)
  if string.sub(user, -1) == '\\0' then
    user = string.sub(user, 1, -2)
    local s = redis.call('GET', P .. 's' .. handle)
    if s then
      local _, _, lookup = whose(s)
      if redis.call('GET', P .. 'k' .. lookup) == handle then keys[#keys + 1] = P .. 'k' .. lookup end
    end
  end
  keys[#keys + 1] = P .. 's' .. handle
  keys[#keys + 1] = P .. 'l' .. handle
  listed[i] = string.sub(member, 1, middle - 1)
  if user ~= '' then
    local theirs = owners[user]
    if theirs then theirs[#theirs + 1] = handle else owners[user] = {handle} end
  end
end
redis.call('UNLINK', unpack(keys))
redis.call('ZREM', LIST, unpack(listed))
redis.call('ZREMRANGEBYRANK', DUE, 0, #due - 1)
redis.call('ZREMRANGEBYSCORE', P .. 'w', '-inf', now)
for user, theirs in pairs(owners) do
  redis.call('ZREM', P .. 'o' .. user, unpack(theirs))
  rank(user)
end
if counted and now > swept then redis.call('HSET', TOTALS, 'swept', string.format('%.0f', now)) end
keep(now)
return due
"""
)
