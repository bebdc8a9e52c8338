"""Scripts that find sessions."""

from __future__ import annotations

from jambot.sessions.stores.redis_lua import NAMES, NOW, OPEN, VALUES, WHOSE, Script

STATE = """
local function state(r, idle_after)
  if r.expires <= now then return 'expired' end
  if (now - r.extended) * 5 > (r.expires - r.extended) * 4 then return 'expiring' end
  if now - r.accessed >= idle_after then return 'idle' end
  return 'active'
end
"""

BY_LOOKUP = Script(
    NAMES
    + NOW
    + OPEN
    + """
local handle = redis.call('GET', P .. 'k' .. ARGV[2])
local s = handle and live(handle)
return s and {handle, s} or {}
"""
)

# All that stand in a user's order; what has ended and what is of another kind the asker leaves out.
BY_USER = Script(NAMES + VALUES + "return of_user(ARGV[1])")

# Looks at a bounded number of entries and says where it stopped, so that a rare filter cannot hold up everybody else.
PAGE = Script(
    NAMES
    + NOW
    + WHOSE
    + OPEN
    + STATE
    + VALUES
    + """
local user, kind, wanted, ended, idle_after = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local limit, score, after, budget = tonumber(ARGV[7]), ARGV[8], ARGV[9], tonumber(ARGV[10])
local set = user == '' and LIST or (P .. 'o' .. user)
local found, orphans, looked, rank, at, handle = {}, {}, 0, 0, '', ''
if score ~= '' then rank = redis.call('ZCOUNT', set, '(' .. score, '+inf') end
local more = true
while more and #found < limit * 2 and looked < budget do
  local size = math.min(100, kind == '' and limit - #found / 2 + 5 or 100)
  local chunk = redis.call('ZREVRANGE', set, rank, rank + size - 1, 'WITHSCORES')
  more, rank = #chunk == size * 2, rank + size
  local members, scores, handles = {}, {}, {}
  for i = 1, #chunk, 2 do
    local its_handle, its_kind = string.sub(chunk[i], 1, 16), string.sub(chunk[i], 17)
    if chunk[i + 1] ~= score or its_handle < after then
      looked = looked + 1
      at, handle = chunk[i + 1], its_handle
      if kind == '' or its_kind == '' or kind == its_kind then
        members[#members + 1], scores[#scores + 1], handles[#handles + 1] = chunk[i], at, its_handle
      end
    end
  end
  for i, s in ipairs(values(handles)) do
    if not s then orphans[#orphans + 1] = members[i]
    elseif kind == '' or kind == whose(s) then
      local its_state = state(open(s), idle_after)
      if wanted == its_state or (wanted == '' and (ended == '1' or its_state ~= 'expired')) then
        found[#found + 1] = handles[i]
        found[#found + 1] = s
        if #found == limit * 2 then
          at, handle = scores[i], handles[i]
          break
        end
      end
    end
  end
end
if set == LIST then
  for _, member in ipairs(orphans) do redis.call('ZREM', LIST, member) end
end
if not more and #found < limit * 2 then at = '' end
return {at, handle, found}
"""
)
