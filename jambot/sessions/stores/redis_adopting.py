"""Sessions that an earlier JamBot kept in another layout are taken over when a store starts.

There a handle stood as its 36 characters and the times, counts and whose it is in a header without marks:

    {tag}:c   created order   {tag}:x   end order   {tag}:u:<user>   a user's   (members are handle:kind)
    {tag}:s:<handle>   the session   {tag}:k:<lookup>   its handle   {tag}:l:<handle>   its lock
"""

from __future__ import annotations

from jambot.sessions.stores.redis_lua import KEEP, MEMBER, NAMES, Script

# A bounded number of them, to be counted later with all others; answers how many it looked at, so that who asks
# knows when to stop.
ADOPT = Script(
    NAMES
    + "local now = 0\n"
    + MEMBER
    + KEEP
    + """
local olds = redis.call('ZRANGE', P .. 'c', 0, ARGV[1] - 1)
for _, old in ipairs(olds) do
  local text, kind = string.sub(old, 1, 36), string.sub(old, 38)
  local handle = string.gsub(string.gsub(text, '-', ''), '%x%x', function(h) return string.char(tonumber(h, 16)) end)
  local s, ends = redis.call('GET', P .. 's:' .. text), redis.call('ZSCORE', P .. 'x', old)
  if s then
    local r, ms = {}, redis.call('PTTL', P .. 's:' .. text)
    r.version, r.expires, r.accessed, r.extended, r.lease, r.created, r.connections, r.requests, r.fence =
      struct.unpack('>i8i8i8i8i8i8i4i4i8', s)
    local _, user, lookup, rest = struct.unpack('>Bc0Hc0Bc0', s, 113)
    local facts, body = struct.unpack('>I4c0', s, rest)
    body = string.sub(s, rest + 4 + #facts)
    local inside = struct.pack('>BB', 196, 32) .. string.sub(s, 65, 96) .. struct.pack('>BB', 217, #kind) .. kind
      .. struct.pack('>BH', 218, #user) .. user .. struct.pack('>BB', 217, #lookup) .. lookup
      .. struct.pack('>BI4', 198, #facts) .. facts .. struct.pack('>BI4', 198, #body) .. body
    redis.call('SET', P .. 's' .. handle, close(r, inside), 'PX', math.max(1, ms))
    redis.call('ZADD', LIST, r.created, handle .. kind)
    plan(r, member_due(handle, kind, user, lookup))
    if user ~= '' then
      redis.call('ZADD', P .. 'o' .. user, r.created, handle)
      redis.call('ZREM', P .. 'u:' .. user, old)
    end
    if lookup ~= '' and redis.call('GET', P .. 'k:' .. lookup) == text then
      redis.call('DEL', P .. 'k:' .. lookup)
      redis.call('SET', P .. 'k' .. lookup, handle, 'PX', math.max(1, ms))
    end
    if redis.call('EXISTS', P .. 'l:' .. text) == 1 then redis.call('RENAME', P .. 'l:' .. text, P .. 'l' .. handle) end
    redis.call('DEL', P .. 's:' .. text)
  elseif ends then
    redis.call('ZADD', DUE, ends, member_due(handle, kind, '', ''))
  end
  redis.call('ZREM', P .. 'c', old)
  redis.call('ZREM', P .. 'x', old)
end
if #olds > 0 then redis.call('DEL', P .. 'q') end
return #olds
"""
)
