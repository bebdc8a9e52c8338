"""The Lua side of the Redis store. Each script is one atomic step and one round trip.

A session is one string: a fixed header that scripts read and patch in place, who it belongs to, then two opaque parts.

    offset 1   version, expires, accessed, extended, lease, created     six 8-byte integers (microseconds)
    49         connections, requests                                    two 4-byte integers
    57         fence                                                    one 8-byte integer
    65         secret hash                                              32 bytes
    97         handle                                                   16 bytes
    113        kind (1-byte length), user (2), lookup (1)               user and lookup may be empty
    then       facts (4-byte length), body (the rest)

Every key of a namespace carries its hash tag, so all of them live in one slot of a cluster:

    {tag}:c   created order   {tag}:x   end order   {tag}:u:<user>   a user's, in created order
    {tag}:s:<handle>   the session   {tag}:k:<lookup>   its handle   {tag}:l:<handle>   its lock
"""

from __future__ import annotations

# Ended sessions stay readable for the sweep this long, so that the one who removes them knows what they were.
GRACE_MS = 300_000

_COMMON = """
local T, now = ARGV[1], tonumber(ARGV[2])
local LIST, ENDS = T .. ':c', T .. ':x'
local FIXED = '>i8i8i8i8i8i8i4i4i8'

local function key(handle) return T .. ':s:' .. handle end
local function split(member) return string.sub(member, 1, 36), string.sub(member, 38) end
local function open(s)
  local r = {}
  r.version, r.expires, r.accessed, r.extended, r.lease, r.created, r.connections, r.requests, r.fence =
    struct.unpack(FIXED, s)
  return r
end
local function whose(s)
  local kind, user, lookup, rest = struct.unpack('>Bc0Hc0Bc0', s, 113)
  return kind, user, lookup, rest
end
local function head(r)
  return struct.pack(FIXED, r.version, r.expires, r.accessed, r.extended, r.lease, r.created,
    r.connections, r.requests, r.fence)
end
local function live(handle)
  local s = redis.call('GET', key(handle))
  if not s then return nil end
  local r = open(s)
  if r.expires <= now then return nil end
  return s, r
end
local function ttl(r)
  return math.max(1, math.ceil((math.max(r.expires, r.lease) - now) / 1000)) + GRACE_MS
end
local function keep_user(user, ms)
  if user ~= '' then
    local set = T .. ':u:' .. user
    if redis.call('PTTL', set) < ms then redis.call('PEXPIRE', set, ms) end
  end
end
local function drop(handle, s)
  local kind, user, lookup = whose(s)
  local member = handle .. ':' .. kind
  redis.call('UNLINK', key(handle), T .. ':l:' .. handle)
  redis.call('ZREM', LIST, member)
  redis.call('ZREM', ENDS, member)
  if user ~= '' then redis.call('ZREM', T .. ':u:' .. user, member) end
  if lookup ~= '' and redis.call('GET', T .. ':k:' .. lookup) == handle then
    redis.call('DEL', T .. ':k:' .. lookup)
  end
end
local function living_of(user, kind)
  local set, found = T .. ':u:' .. user, {}
  for _, member in ipairs(redis.call('ZREVRANGE', set, 0, -1)) do
    local handle, its_kind = split(member)
    if kind == '' or kind == its_kind then
      local s, r = live(handle)
      if s then found[#found + 1] = {handle, s}
      elseif redis.call('EXISTS', key(handle)) == 0 then redis.call('ZREM', set, member) end
    end
  end
  return found
end
local function state(r, idle_after)
  if r.expires <= now then return 'expired' end
  if (now - r.extended) * 5 > (r.expires - r.extended) * 4 then return 'expiring' end
  if now - r.accessed >= idle_after then return 'idle' end
  return 'active'
end
""".replace("GRACE_MS", str(GRACE_MS))

CREATE = (
    _COMMON
    + """
local handle, s, limit, refuse = ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local r = open(s)
local kind, user, lookup = whose(s)
if lookup ~= '' then
  local earlier = redis.call('GET', T .. ':k:' .. lookup)
  if earlier then
    local theirs = live(earlier)
    if theirs then return {'existed', theirs} end
  end
end
if redis.call('EXISTS', key(handle)) == 1 then return {'taken'} end
local reply = {'created'}
if limit > 0 and user ~= '' then
  local mine = living_of(user, kind)
  if refuse == '1' and #mine >= limit then return {'full'} end
  for i = #mine, limit, -1 do
    drop(mine[i][1], mine[i][2])
    reply[#reply + 1] = mine[i][2]
  end
end
local member, ms = handle .. ':' .. kind, ttl(r)
redis.call('SET', key(handle), s, 'PX', ms)
redis.call('ZADD', LIST, r.created, member)
redis.call('ZADD', ENDS, r.expires, member)
if user ~= '' then
  redis.call('ZADD', T .. ':u:' .. user, r.created, member)
  keep_user(user, ms)
end
if lookup ~= '' then redis.call('SET', T .. ':k:' .. lookup, handle, 'PX', ms) end
return reply
"""
)

SET = (
    _COMMON
    + """
local handle, version, fence = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local accessed, extended, expires = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local s, r = live(handle)
if not s then return {'gone'} end
if fence ~= '' and tonumber(fence) ~= r.fence then return {'fence'} end
if version ~= r.version then return {'stale'} end
local kind, user, lookup, rest = whose(s)
r.version = r.version + 1
if accessed >= r.accessed then r.accessed, r.extended, r.expires = accessed, extended, expires end
local written, ms = head(r) .. ARGV[9] .. string.sub(s, 97, rest - 1) .. ARGV[10], ttl(r)
redis.call('SET', key(handle), written, 'PX', ms)
redis.call('ZADD', ENDS, r.expires, handle .. ':' .. kind)
keep_user(user, ms)
if lookup ~= '' then redis.call('PEXPIRE', T .. ':k:' .. lookup, ms) end
return {'written', written}
"""
)

TOUCH = (
    _COMMON
    + """
local handle, version, accessed = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local s, r = live(handle)
if not s or r.version ~= version or r.accessed > accessed then return 0 end
r.accessed, r.extended, r.expires = accessed, tonumber(ARGV[6]), tonumber(ARGV[7])
local kind, user, lookup = whose(s)
local ms = ttl(r)
redis.call('SETRANGE', key(handle), 0, head(r))
redis.call('PEXPIRE', key(handle), ms)
redis.call('ZADD', ENDS, r.expires, handle .. ':' .. kind)
keep_user(user, ms)
if lookup ~= '' then redis.call('PEXPIRE', T .. ':k:' .. lookup, ms) end
return 1
"""
)

DELETE = (
    _COMMON
    + """
local handle, secret, version = ARGV[3], ARGV[4], ARGV[5]
local s, r = live(handle)
if not s or (secret ~= '' and secret ~= string.sub(s, 65, 96)) then return false end
if version ~= '' and tonumber(version) ~= r.version then return false end
drop(handle, s)
return s
"""
)

BY_LOOKUP = (
    _COMMON
    + """
local handle = redis.call('GET', T .. ':k:' .. ARGV[3])
return handle and live(handle) or false
"""
)

BY_USER = (
    _COMMON
    + """
local reply = {}
for i, found in ipairs(living_of(ARGV[3], ARGV[4])) do reply[i] = found[2] end
return reply
"""
)

DELETE_BY_USER = (
    _COMMON
    + """
local reply = {}
for _, found in ipairs(living_of(ARGV[3], ARGV[4])) do
  if found[1] ~= ARGV[5] then
    drop(found[1], found[2])
    reply[#reply + 1] = found[2]
  end
end
return reply
"""
)

# Looks at a bounded number of entries and says where it stopped, so that a rare filter cannot hold up everybody else.
PAGE = (
    _COMMON
    + """
local set = ARGV[3] == '' and LIST or (T .. ':u:' .. ARGV[3])
local kind, wanted, ended, idle_after = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
local limit, score, handle, budget = tonumber(ARGV[8]), ARGV[9], ARGV[10], tonumber(ARGV[11])
local found, orphans, looked, rank, at, its_handle, its_kind = {}, {}, 0, 0, '', '', nil
if score ~= '' then rank = redis.call('ZCOUNT', set, '(' .. score, '+inf') end
local more = true
while more and #found < limit and looked < budget do
  local chunk = redis.call('ZREVRANGE', set, rank, rank + 99, 'WITHSCORES')
  more, rank = #chunk == 200, rank + 100
  for i = 1, #chunk, 2 do
    at = chunk[i + 1]
    its_handle, its_kind = split(chunk[i])
    if at ~= score or its_handle < handle then
      looked = looked + 1
      if kind == '' or kind == its_kind then
        local s = redis.call('GET', key(its_handle))
        local its_state = s and state(open(s), idle_after)
        if not s then orphans[#orphans + 1] = chunk[i]
        elseif wanted == its_state or (wanted == '' and (ended == '1' or its_state ~= 'expired')) then
          found[#found + 1] = s
          if #found == limit then break end
        end
      end
    end
  end
end
for _, member in ipairs(orphans) do redis.call('ZREM', set, member) end
if not more and #found < limit then at = '' end
return {at, its_handle, found}
"""
)

CLEANUP = (
    _COMMON
    + """
local reply, wanted, due = {}, tonumber(ARGV[3]), nil
-- Those that a request keeps go behind their lease, out of the way of the others: each round finds fewer.
repeat
  due = redis.call('ZRANGEBYSCORE', ENDS, '-inf', now, 'LIMIT', 0, wanted - #reply)
  for _, member in ipairs(due) do
    local handle = split(member)
    local s = redis.call('GET', key(handle))
    if not s then
      redis.call('ZREM', ENDS, member)
      redis.call('ZREM', LIST, member)
      reply[#reply + 1] = member
    else
      local r = open(s)
      if r.requests > 0 and r.lease > now then redis.call('ZADD', ENDS, r.lease, member)
      elseif r.expires > now then redis.call('ZADD', ENDS, r.expires, member)
      else
        drop(handle, s)
        reply[#reply + 1] = s
      end
    end
  end
until #due == 0 or #reply >= wanted
return reply
"""
)

STATS = (
    _COMMON
    + """
local first, idle_after = tonumber(ARGV[3]), tonumber(ARGV[4])
local members = redis.call('ZRANGE', LIST, first, first + tonumber(ARGV[5]) - 1)
local states, kinds, users, used = {}, {}, {}, 0
for _, member in ipairs(members) do
  local handle, kind = split(member)
  local s = redis.call('GETRANGE', key(handle), 0, 1500)
  if #s > 0 then
    local r = open(s)
    local its_state = state(r, idle_after)
    states[its_state] = (states[its_state] or 0) + 1
    if its_state ~= 'expired' then
      kinds[kind] = (kinds[kind] or 0) + 1
      used = used + r.accessed - r.created
      local _, user = whose(s)
      if user ~= '' then users[user] = (users[user] or 0) + 1 end
    end
  end
end
return {#members, cjson.encode(states), cjson.encode(kinds), cjson.encode(users), string.format('%.0f', used)}
"""
)

COUNT = (
    _COMMON
    + """
local handle, requests, connections, lease = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local s = redis.call('GET', key(handle))
if not s then return false end
local r = open(s)
if r.expires <= now and (requests > 0 or connections > 0) then return false end
local believed = r.lease > now and r.requests or 0
r.requests = math.max(0, believed + requests)
r.connections = math.max(0, r.connections + connections)
r.lease = math.max(r.lease, lease)
local written = head(r) .. string.sub(s, 65)
redis.call('SET', key(handle), written, 'PX', ttl(r))
if r.requests == 0 and r.expires <= now then
  local kind = whose(s)
  redis.call('ZADD', ENDS, r.expires, handle .. ':' .. kind)
end
return written
"""
)

LOCK = (
    _COMMON
    + """
local handle, owner, till = ARGV[3], ARGV[4], tonumber(ARGV[5])
local s, r = live(handle)
if not s then return -1 end
local lock = T .. ':l:' .. handle
local held = redis.call('GET', lock)
if held and tonumber(string.match(held, '^(%d+) ')) > now then return 0 end
redis.call('SET', lock, string.format('%.0f', till) .. ' ' .. owner, 'PX', math.ceil((till - now) / 1000) + GRACE_MS)
r.fence = r.fence + 1
redis.call('SETRANGE', key(handle), 56, struct.pack('>i8', r.fence))
return r.fence
""".replace("GRACE_MS", str(GRACE_MS))
)

UNLOCK = (
    _COMMON
    + """
local lock, owner = T .. ':l:' .. ARGV[3], ARGV[4]
local held = redis.call('GET', lock)
if not held then return 0 end
local till, by = string.match(held, '^(%d+) (.*)$')
if by ~= owner then return 0 end
redis.call('DEL', lock)
return tonumber(till) > now and 1 or 0
"""
)
