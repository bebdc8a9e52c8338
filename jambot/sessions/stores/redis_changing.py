"""Scripts that change a session: writes, uses, counts, locks."""

from __future__ import annotations

from jambot.sessions.stores.redis_counts import COUNTS
from jambot.sessions.stores.redis_lua import GRACE_MS, KEEP, MEMBER, NAMES, NOW, OPEN, WHOSE, Script

_ONE = NAMES + NOW + WHOSE + MEMBER + OPEN + KEEP
_STORE = (
    COUNTS
    + """
local function move(r, kind, accessed, extended, expires)
  if r.accessed == accessed and r.extended == extended and r.expires == expires then return end
  count(r, kind, -1, now)
  r.accessed, r.extended, r.expires = accessed, extended, expires
  count(r, kind, 1, now)
  keep(now)
end
local function store(handle, r, written, kind, user, lookup)
  local ms = ttl(r)
  redis.call('SET', P .. 's' .. handle, written, 'PX', ms)
  plan(r, member_due(handle, kind, user, lookup))
  if lookup ~= '' then redis.call('PEXPIRE', P .. 'k' .. lookup, ms) end
end
"""
)

# Who comes too late is told what is there now.
SET = Script(
    _ONE
    + _STORE
    + """
local handle, version, fence = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local accessed, extended, expires = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local s, r = live(handle)
if not s then return {'gone'} end
if fence ~= '' and tonumber(fence) ~= r.fence then return {'fence'} end
if version ~= r.version then return {'stale', s} end
local kind, user, lookup, rest = whose(s)
r.version = tonumber(ARGV[10])
if accessed >= r.accessed then move(r, kind, accessed, extended, expires) end
local written = close(r, string.sub(s, 47, 48) .. ARGV[8] .. string.sub(s, 81, rest - 1) .. ARGV[9])
store(handle, r, written, kind, user, lookup)
return {'written', written}
"""
)

TOUCH = Script(
    _ONE
    + _STORE
    + """
local handle, version, accessed = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local s, r = live(handle)
if not s or r.version ~= version or r.accessed > accessed then return 0 end
local kind, user, lookup = whose(s)
move(r, kind, accessed, tonumber(ARGV[5]), tonumber(ARGV[6]))
store(handle, r, close(r, inside(s, 47)), kind, user, lookup)
return 1
"""
)

COUNT = Script(
    _ONE
    + """
local handle, requests, connections, lease = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local s = redis.call('GET', P .. 's' .. handle)
if not s then return false end
local r = open(s)
if r.expires <= now and (requests > 0 or connections > 0) then return false end
local was_due, believed = due(r), r.lease > now and r.requests or 0
r.requests = math.max(0, believed + requests)
r.connections = math.max(0, r.connections + connections)
r.lease = math.max(r.lease, lease)
local written = close(r, inside(s, 47))
redis.call('SET', P .. 's' .. handle, written, 'PX', ttl(r))
if due(r) ~= was_due then
  local kind, user, lookup = whose(s)
  plan(r, member_due(handle, kind, user, lookup))
end
return written
"""
)

LOCK = Script(
    NAMES
    + NOW
    + OPEN
    + KEEP
    + """
local handle, owner, till = ARGV[2], ARGV[3], tonumber(ARGV[4])
local s, r = live(handle)
if not s then return -1 end
local lock = P .. 'l' .. handle
local held = redis.call('GET', lock)
if held and tonumber(string.match(held, '^(%d+) ')) > now then return 0 end
redis.call('SET', lock, string.format('%.0f', till) .. ' ' .. owner, 'PX', math.ceil((till - now) / 1000) + GRACE_MS)
r.fence = r.fence + 1
redis.call('SET', P .. 's' .. handle, close(r, inside(s, 47)), 'KEEPTTL')
return r.fence
""".replace("GRACE_MS", str(GRACE_MS))
)

UNLOCK = Script(
    NAMES
    + NOW
    + """
local lock, owner = P .. 'l' .. ARGV[2], ARGV[3]
local held = redis.call('GET', lock)
if not held then return 0 end
local till, by = string.match(held, '^(%d+) (.*)$')
if by ~= owner then return 0 end
redis.call('DEL', lock)
return tonumber(till) > now and 1 or 0
"""
)
