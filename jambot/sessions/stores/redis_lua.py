"""How a session lies in Redis, and the Lua that every script shares.

A session is one string, and that string is one MessagePack array, so that a reader decodes it in one call. Its first
numbers always take nine bytes each, so that a script finds them at fixed places and writes them anew there:

    offset 1   0x9b (11 values) or 0x9f (15 values)
    2          version, accessed, extended, expires, created    five 8-byte integers behind a byte that says so
    47         secret hash                                      32 bytes behind two
    81         kind, user, lookup                               texts of 1-, 2-, 1-byte length; the last two may be ""
    then       facts, body                                      bytes of 4-byte length
    last 28    lease, requests, connections, fence              only of 15 values: most sessions never have any

`redis_record` is the other side of this. The keys of a namespace carry its hash tag, so they live in one slot of a
cluster; a handle is its 16 bytes, wherever it stands:

    {tag}:n            created order: handle, kind          {tag}:s<handle>   the session
    {tag}:e            order in which they are due:         {tag}:k<lookup>   its handle
                       handle, kind, \\0, user, and          {tag}:l<handle>   its lock
                       \\0 once more if it has a lookup      {tag}:o<user>     a user's handles in created order
    {tag}:w            those of them that are due after their end: their requests may still be at work

What is kept to count them stands in `redis_counts`.

A session is due at its end, or when the lease of its requests is over, whichever is later. That number is right at any
time, so a sweep need not look into the sessions; and what Redis dropped by itself is known and cleared by its member.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

# Ended sessions stay readable for the sweep this long, so that the one who removes them knows what they were.
GRACE_MS = 300_000


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and the digest by which Redis knows it."""

    text: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest())


# Each part is a few local names, and making them costs a script time: it takes only the parts that it needs.
NAMES = "local P = KEYS[1]\nlocal LIST, DUE = P .. 'n', P .. 'e'\n"

NOW = "local now = tonumber(ARGV[1])\n"

WHOSE = "local function whose(s) return struct.unpack('>xBc0xHc0xBc0', s, 81) end\n"

MEMBER = """
local function member_due(handle, kind, user, lookup)
  return handle .. kind .. '\\0' .. user .. (lookup == '' and '' or '\\0')
end
"""

OPEN = """
local TIMES, COUNTS = '>xxi8xi8xi8xi8xi8', '>xi8xi4xi4xi8'
local function open(s)
  local r = {lease = 0, requests = 0, connections = 0, fence = 0}
  r.version, r.accessed, r.extended, r.expires, r.created = struct.unpack(TIMES, s)
  if string.byte(s) == 159 then
    r.lease, r.requests, r.connections, r.fence = struct.unpack(COUNTS, s, #s - 27)
  end
  return r
end
local function live(handle)
  local s = redis.call('GET', P .. 's' .. handle)
  if not s then return nil end
  local r = open(s)
  if r.expires <= now then return nil end
  return s, r
end
"""

KEEP = """
local function inside(s, from) return string.sub(s, from, string.byte(s) == 159 and -29 or -1) end
local function close(r, inside)
  local counts = r.lease ~= 0 or r.requests ~= 0 or r.connections ~= 0 or r.fence ~= 0
  local head = struct.pack('>BBi8Bi8Bi8Bi8Bi8', counts and 159 or 155,
    211, r.version, 211, r.accessed, 211, r.extended, 211, r.expires, 211, r.created)
  if not counts then return head .. inside end
  return head .. inside .. struct.pack('>Bi8Bi4Bi4Bi8', 211, r.lease, 210, r.requests, 210, r.connections, 211, r.fence)
end
local function due(r)
  return r.requests > 0 and r.lease > r.expires and r.lease or r.expires
end
local function plan(r, member)
  redis.call('ZADD', DUE, due(r), member)
  if due(r) > r.expires then redis.call('ZADD', P .. 'w', due(r), member) end
end
local function ttl(r)
  return math.max(1, math.ceil((math.max(r.expires, r.lease) - now) / 1000)) + GRACE_MS
end
""".replace("GRACE_MS", str(GRACE_MS))

DROP = """
local function drop(handle, s)
  local kind, user, lookup = whose(s)
  redis.call('DEL', P .. 's' .. handle, P .. 'l' .. handle)
  redis.call('ZREM', LIST, handle .. kind)
  redis.call('ZREM', DUE, member_due(handle, kind, user, lookup))
  if user ~= '' then redis.call('ZREM', P .. 'o' .. user, handle) end
  if lookup ~= '' and redis.call('GET', P .. 'k' .. lookup) == handle then redis.call('DEL', P .. 'k' .. lookup) end
  count(open(s), kind, -1, now)
  rank(user)
end
"""

# Many at a time, but no more than Lua can hand to one command.
VALUES = """
local function values(handles)
  local found = {}
  for first = 1, #handles, 1000 do
    local keys = {}
    for i = first, math.min(first + 999, #handles) do keys[#keys + 1] = P .. 's' .. handles[i] end
    for _, s in ipairs(redis.call('MGET', unpack(keys))) do found[#found + 1] = s end
  end
  return found
end
local function of_user(user)
  local handles, found = redis.call('ZREVRANGE', P .. 'o' .. user, 0, -1), {}
  for i, s in ipairs(values(handles)) do
    if s then
      found[#found + 1] = handles[i]
      found[#found + 1] = s
    end
  end
  return found
end
"""
