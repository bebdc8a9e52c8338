"""Scripts that count sessions: from what `redis_counts` keeps, and from every session where that cannot tell.

A state at a moment is what passed its border before the spells that are kept, and what of those lies before the moment.
"""

from __future__ import annotations

from jambot.sessions.stores.redis_counts import COUNTS, with_numbers
from jambot.sessions.stores.redis_finding import STATE
from jambot.sessions.stores.redis_lua import GRACE_MS, KEEP, NAMES, NOW, OPEN, WHOSE, Script

_OWNER = """
local function owner(member) return (string.match(member, '^%Z*', string.find(member, '\\0', 17, true) + 1)) end
"""

# So many users and how many sessions each has; any of those with one session come last.
_BUSIEST = """
local function busiest(wanted)
  local found, cursor = redis.call('ZREVRANGE', BUSY, 0, wanted - 1, 'WITHSCORES'), '0'
  while #found < wanted * 2 do
    local scanned = redis.call('SSCAN', ALONE, cursor, 'COUNT', wanted)
    cursor = scanned[1]
    for _, user in ipairs(scanned[2]) do found[#found + 1], found[#found + 2] = user, '1' end
    if cursor == '0' then break end
  end
  return found
end
"""

# Counts some more of the sessions that are not counted, oldest first, with all that were made at the same moment.
# Answers 0 when none are left.
TAKE_OVER = Script(
    with_numbers(
        NAMES
        + WHOSE
        + OPEN
        + KEEP
        + COUNTS
        + """
local now, limit = tonumber(ARGV[1]), ARGV[3]
if not counted then
  redis.call('DEL', TOTALS, BUSY, ALONE)
  redis.call('HSET', TOTALS, 'counted', '-inf', 'spells', ARGV[2])
  counted, folded, spells = -math.huge, nil, ARGV[2]
end
redis.call('PEXPIRE', TOTALS, <DAY_MS>)
if counted == math.huge then return 0 end
local from = string.format('(%.0f', counted)
local some = redis.call('ZRANGEBYSCORE', LIST, from, '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
if #some == 0 then
  redis.call('HSET', TOTALS, 'counted', 'inf')
  return 0
end
counted = tonumber(some[#some])
for _, member in ipairs(redis.call('ZRANGEBYSCORE', LIST, from, some[#some])) do
  local key = P .. 's' .. string.sub(member, 1, 16)
  local s = redis.call('GET', key)
  if s then
    local r, kind, user, lookup = open(s), whose(s)
    now = now or math.max(r.expires, r.lease) - (redis.call('PTTL', key) - <GRACE_MS>) * 1000
    count(r, kind, 1, now)
    rank(user)
    if due(r) > r.expires then
      redis.call('ZADD', P .. 'w', due(r), member .. '\\0' .. user .. (lookup == '' and '' or '\\0'))
    end
  end
end
keep(now or 0)
redis.call('HSET', TOTALS, 'counted', string.format('%.0f', counted))
return 1
""".replace("<GRACE_MS>", str(GRACE_MS))
    )
)

# First adds spells that are over to the totals, a bounded number of them. Two numbers that must agree tell whether any
# hand counted wrongly: of those that were not swept, as many have ended as do not live.
KEPT = Script(
    with_numbers(
        NAMES
        + NOW
        + OPEN
        + KEEP
        + _OWNER
        + COUNTS
        + _BUSIEST
        + """
if counted ~= math.huge then return {'uncounted'} end
local late = floor((now - <LATE>) / <SPELL>) * <SPELL>
if not folded then fold_until(late) end
if now < folded or now < swept then return {'past'} end
local looked = 0
local function passed_within(sums, border, field, held, start, moment)
  local size = border == 'e' and 8 or 3
  local n = #held / size
  looked = looked + n + 1
  if border == 'e' or start + <SPELL> > moment then
    n = 0
    for at = 1, #held, size do
      if start + struct.unpack('<I3', held, at) < moment then
        n = n + 1
        if border == 'e' then sums.used = sums.used + struct.unpack('<i5', held, at + 3) end
      end
    end
  end
  sums.n = sums.n + n
  if border == 'e' then
    local kind = string.match(field, ':(.*)$')
    sums.kinds[kind] = (sums.kinds[kind] or 0) + n
  end
end
local function passed(border, moment, is_over)
  local sums = {n = 0, used = 0, kinds = {}}
  for chunk = floor(folded / <CHUNK>), floor((moment - 1) / <CHUNK>) do
    local key, fields, starts = P .. 'h' .. spells .. border .. chunk, {}, {}
    for _, field in ipairs(redis.call('HKEYS', key)) do
      local start = chunk * <CHUNK> + string.match(field, '^%d+') * <SPELL>
      if start < moment then fields[#fields + 1], starts[#starts + 1] = field, start end
    end
    for first = 1, #fields, 1000 do
      local last = math.min(first + 999, #fields)
      for i, held in ipairs(redis.call('HMGET', key, unpack(fields, first, last))) do
        passed_within(sums, border, fields[first + i - 1], held, starts[first + i - 1], moment)
      end
      if is_over then redis.call('HDEL', key, unpack(fields, first, last)) end
    end
  end
  return sums
end
while folded < late and looked < 2000 do
  local moment = math.min(late, folded + 64 * <SPELL>)
  local ended, expiring, inactive = passed('e', moment, true), passed('x', moment, true), passed('i', moment, true)
  add('used', -ended.used)
  for kind, n in pairs(ended.kinds) do add('n:' .. kind, -n) end
  add('x', expiring.n - ended.n)
  add('i', inactive.n - ended.n)
  fold_until(moment)
  looked = looked + 10
end
keep(now)
redis.call('PEXPIRE', TOTALS, <DAY_MS>)
redis.call('PEXPIRE', BUSY, 2 * <DAY_MS>)
redis.call('PEXPIRE', ALONE, 2 * <DAY_MS>)
if folded < late then return {'more'} end
local ended, expiring, inactive = passed('e', now + 1), passed('x', now + 1), passed('i', now + 1)
local names, held, total, kinds = redis.call('HKEYS', TOTALS), {}, 0, {}
for i, value in ipairs(redis.call('HMGET', TOTALS, unpack(names))) do
  held[names[i]] = tonumber(value)
  local kind = string.match(names[i], '^n:(.*)$')
  if kind then
    kinds[#kinds + 1], kinds[#kinds + 2] = kind, value - (ended.kinds[kind] or 0)
    total = total + value
  end
end
local over, working = {}, 0
for _, member in ipairs(redis.call('ZRANGEBYSCORE', P .. 'w', string.format('(%.0f', now), '+inf')) do
  local s = redis.call('GET', P .. 's' .. string.sub(member, 1, 16))
  local r = s and open(s)
  if r and r.expires <= now and due(r) > now then
    working = working + 1
    over[#over + 1] = owner(member)
  end
end
local swept_next, unswept = redis.call('ZCOUNT', DUE, '-inf', now), redis.call('ZCARD', DUE) - (total - ended.n)
if unswept ~= swept_next + working then
  redis.call('DEL', TOTALS)
  return {'wrong'}
end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, ARGV[2])) do
  over[#over + 1] = owner(member)
end
local x, i = (held.x or 0) + expiring.n, (held.i or 0) + inactive.n
return {'counted', total - i, i - x, x - ended.n, unswept, (held.used or 0) - ended.used, kinds, swept_next, over,
  busiest(tonumber(ARGV[3]))}
"""
    )
)

BUSIEST = Script(NAMES + COUNTS + _BUSIEST + "return busiest(tonumber(ARGV[1]))")

ENDED = Script(
    NAMES
    + NOW
    + _OWNER
    + """
local over = redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', ARGV[2], ARGV[3])
for i, member in ipairs(over) do over[i] = owner(member) end
return over
"""
)

# Reads some sessions in the order they are due in. What Redis lost before its time is due at once: it is no more.
ANEW = Script(
    NAMES
    + NOW
    + OPEN
    + STATE
    + _OWNER
    + """
local first, idle_after = tonumber(ARGV[2]), tonumber(ARGV[3])
local members = redis.call('ZRANGE', DUE, first, first + ARGV[4] - 1, 'WITHSCORES')
local states, kinds, users, used = {}, {}, {}, 0
local function add(where, name) where[name] = (where[name] or 0) + 1 end
for i = 1, #members, 2 do
  local member = members[i]
  local s = redis.call('GETRANGE', P .. 's' .. string.sub(member, 1, 16), 0, 45)
  if #s == 0 then
    add(states, 'expired')
    if tonumber(members[i + 1]) > now then redis.call('ZADD', DUE, now, member) end
  else
    local r = {}
    r.version, r.accessed, r.extended, r.expires, r.created = struct.unpack(TIMES, s)
    local its_state, user = state(r, idle_after), owner(member)
    add(states, its_state)
    if its_state ~= 'expired' then
      add(kinds, string.sub(member, 17, string.find(member, '\\0', 17, true) - 1))
      used = used + r.accessed - r.created
      if user ~= '' then add(users, user) end
    end
  end
end
return {#members / 2, cjson.encode(states), cjson.encode(kinds), cjson.encode(users), string.format('%.0f', used)}
"""
)
