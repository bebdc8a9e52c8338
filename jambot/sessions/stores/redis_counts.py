"""Counts that scripts keep while they make, change and end sessions, so that asking reads no session (ADR 17).

A session is counted by the three moments at which its states begin: its end (`e`), the moment it is expiring (`x`) and
the moment it is no longer active (`i`). Each moment stands in a spell of a quarter of a second, as its offset:

    {tag}:q    totals    n:<kind>, used   the sessions whose end is not folded, and for how many ms they had been in use
                         x, i             how many of them passed a border that is folded
                         folded           until when spells were added to the totals, and are gone
                         counted          sessions made until then are counted
                         spells, swept    which spells are meant; the latest moment of a sweep
    {tag}:h<spells><border><chunk>        512 spells, each a field, and 32 more fields where one would become long:
                         <spell>[.<part>][:<kind> of an end]   three bytes of offset each, of an end five more of use
    {tag}:r    users with several sessions, by how many            {tag}:f   users with one
               (those that ended and were not swept included)

All of it goes away by itself when nobody asks for a day or two; whoever asks next counts every session once.
"""

from __future__ import annotations

from jambot.sessions.expiration import IDLE_AFTER
from jambot.sessions.moments import span_us

IDLE_AFTER_US = span_us(IDLE_AFTER)
"""The idle time the counts are kept for; with another one, sessions are counted anew."""

_NUMBERS = {
    "SPELL": 1 << 18,
    "CHUNK": 1 << 27,
    "PART": 1 << 13,
    "FULL": 512,
    "LATE": 1 << 22,
    "IDLE": IDLE_AFTER_US,
    "DAY_MS": 86_400_000,
}


def with_numbers(lua: str) -> str:
    """The script with the numbers it names in angle brackets."""
    for name, number in _NUMBERS.items():
        lua = lua.replace(f"<{name}>", str(number))
    return lua


# `count` notes that a session comes or goes, `rank` that a user's sessions did, `keep` writes down what was noted.
# Numbers of microseconds are written by format: Lua alone would round them to fourteen digits.
COUNTS = with_numbers("""
local TOTALS, BUSY, ALONE = P .. 'q', P .. 'r', P .. 'f'
local totals, more, less, users = {}, {}, {}, {}
local call, pack, floor, min = redis.call, struct.pack, math.floor, math.min
local held = call('HMGET', TOTALS, 'counted', 'folded', 'spells', 'swept')
local counted, folded, spells, swept = tonumber(held[1]), tonumber(held[2]), held[3], tonumber(held[4]) or 0
local function fold_until(moment)
  folded = floor(moment / <SPELL>) * <SPELL>
  call('HSET', TOTALS, 'folded', string.format('%.0f', folded))
end
local function add(name, n) totals[name] = (totals[name] or 0) + n end
local function pass(border, moment, entry, into)
  local of_border, part = into[border], floor(moment / <PART>)
  if not of_border then
    of_border = {}
    into[border] = of_border
  end
  local entries = of_border[part]
  if entries then entries[#entries + 1] = entry else of_border[part] = {entry} end
end
local function count(r, kind, sign, now)
  if not counted or r.created > counted then return end
  if not folded then fold_until(now - <LATE>) end
  if r.expires < folded then return end
  local into, used = sign > 0 and more or less, floor(r.accessed / 1000) - floor(r.created / 1000)
  local expiring = min(r.expires, r.extended + floor((r.expires - r.extended) * 4 / 5) + 1)
  local inactive = min(expiring, r.accessed + <IDLE>)
  add('n:' .. kind, sign)
  if used ~= 0 then add('used', sign * used) end
  pass('e:' .. kind, r.expires, pack('<I3i5', r.expires % <SPELL>, used), into)
  if expiring < folded then add('x', sign) else pass('x', expiring, pack('<I3', expiring % <SPELL>), into) end
  if inactive < folded then add('i', sign) else pass('i', inactive, pack('<I3', inactive % <SPELL>), into) end
end
local function rank(user)
  if counted and user ~= '' then users[user] = true end
end
local function without(all, entry)
  local at, size = 0, #entry
  repeat at = string.find(all, entry, at + 1, true) until not at or at % size == 1
  return at and string.sub(all, 1, at - 1) .. string.sub(all, at + size)
end
local function place_of(border, part)
  local spell = floor(part * <PART> / <SPELL>)
  local chunk, kind = floor(spell / 512), string.sub(border, 2)
  local key, field = P .. 'h' .. spells .. string.sub(border, 1, 1) .. chunk, spell % 512
  return key, field .. kind, field .. '.' .. part % (<SPELL> / <PART>) .. kind, (chunk + 1) * <CHUNK>
end
local function put(key, field, was, all)
  if all == was then return end
  if all == '' then call('HDEL', key, field) else call('HSET', key, field, all) end
end
local function keep(now)
  if not counted then return end
  for border, parts in pairs(less) do
    for part, entries in pairs(parts) do
      local key, field, finer = place_of(border, part)
      local was, was_finer = call('HGET', key, field) or '', nil
      local all, all_finer = was, nil
      for _, entry in ipairs(entries) do
        local rest = without(all, entry)
        if rest then all = rest
        else
          was_finer = was_finer or call('HGET', key, finer) or ''
          all_finer = without(all_finer or was_finer, entry)
          if not all_finer then return call('DEL', TOTALS) end
        end
      end
      put(key, field, was, all)
      put(key, finer, was_finer, all_finer)
    end
  end
  for border, parts in pairs(more) do
    for part, entries in pairs(parts) do
      local key, field, finer, ends = place_of(border, part)
      local was = call('HGET', key, field)
      if was and #was >= <FULL> then
        field = finer
        was = call('HGET', key, field)
      end
      call('HSET', key, field, (was or '') .. table.concat(entries))
      if not was then call('PEXPIRE', key, math.max(0, floor((ends - now) / 1000)) + 2 * <DAY_MS>) end
    end
  end
  for name, n in pairs(totals) do
    if n ~= 0 then call('HINCRBY', TOTALS, name, n) end
  end
  local busy, alone, not_busy, not_alone = {}, {}, {}, {}
  for user in pairs(users) do
    local n = call('ZCARD', P .. 'o' .. user)
    if n > 1 then busy[#busy + 1], busy[#busy + 2] = n, user else not_busy[#not_busy + 1] = user end
    if n == 1 then alone[#alone + 1] = user else not_alone[#not_alone + 1] = user end
  end
  if #not_busy > 0 then call('ZREM', BUSY, unpack(not_busy)) end
  if #not_alone > 0 then call('SREM', ALONE, unpack(not_alone)) end
  if #busy > 0 and call('ZADD', BUSY, unpack(busy)) > 0 then call('PEXPIRE', BUSY, 2 * <DAY_MS>) end
  if #alone > 0 and call('SADD', ALONE, unpack(alone)) > 0 then call('PEXPIRE', ALONE, 2 * <DAY_MS>) end
end
""")
